import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import { Api } from "./api";
import { App } from "./App";
import { Session } from "./session";

const api = new Api({ session: new Session(sessionStorage) });

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App api={api} />
  </StrictMode>,
);

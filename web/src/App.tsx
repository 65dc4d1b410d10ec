import { useEffect, useState } from "react";
import type { Api } from "./api";
import { LoginForm } from "./components/LoginForm";
import { WardPage } from "./components/WardPage";
import { LiveWard } from "./live";

type Stage = "checking" | "signed_out" | "signed_in";

const RETRY_MS = 3_000;

export function App({ api }: { api: Api }) {
  const [stage, setStage] = useState<Stage>("checking");
  const [notice, setNotice] = useState<string | null>(null);

  useEffect(() => {
    api.onSignedOut = () => {
      setNotice("Votre session est terminée. Veuillez vous reconnecter.");
      setStage("signed_out");
    };
    if (stage !== "checking") return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isGone = false;
    const restore = (): void => {
      api.restore().then(
        (isSignedIn) => !isGone && setStage(isSignedIn ? "signed_in" : "signed_out"),
        () => {
          if (isGone) return;
          setNotice("Serveur injoignable, nouvel essai en cours…");
          timer = setTimeout(restore, RETRY_MS);
        },
      );
    };
    restore();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [api, stage]);

  if (stage === "checking") return <p className="startup" role="status">{notice ?? "Chargement…"}</p>;
  if (stage === "signed_out") {
    return (
      <LoginForm
        api={api}
        notice={notice}
        onSignedIn={() => {
          setNotice(null);
          setStage("signed_in");
        }}
      />
    );
  }
  return <SignedIn api={api} onSignOut={() => {
    void api.signOut();
    setNotice("Vous êtes déconnecté.");
    setStage("signed_out");
  }} />;
}

function SignedIn({ api, onSignOut }: { api: Api; onSignOut: () => void }) {
  const [ward, setWard] = useState<LiveWard | null>(null);
  useEffect(() => {
    const live = new LiveWard(api);
    live.start();
    setWard(live);
    return () => live.stop();
  }, [api]);
  return ward && <WardPage ward={ward} onSignOut={onSignOut} />;
}

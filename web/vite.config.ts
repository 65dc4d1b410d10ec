import { readFileSync } from "node:fs";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// `npm run dev` serves the page and hands everything else to a running server.
const server = process.env["FAJMA_DEV_SERVER"] ?? "http://127.0.0.1:8000";

// What the page of the API (/api/docs/, served by the program) loads, as its makers built it.
const swaggerFiles = {
  "swagger-ui.css": "swagger-ui.css",
  "swagger-ui-bundle.js": "swagger-ui-bundle.js",
  LICENSE: "LICENSE.txt",
  NOTICE: "NOTICE.txt",
};

function swaggerUi(): Plugin {
  return {
    name: "swagger-ui",
    apply: "build",
    generateBundle() {
      for (const [file, name] of Object.entries(swaggerFiles)) {
        const source = readFileSync(new URL(`node_modules/swagger-ui-dist/${file}`, import.meta.url), "utf8");
        // The source map is not shipped: browsers should not ask for it.
        this.emitFile({ type: "asset", fileName: `swagger-ui/${name}`, source: source.replace(/^\/\*# sourceMappingURL=.*$/m, "") });
      }
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [react(), swaggerUi()],
  build: {
    target: "es2022",
    // The page's policy is default-src 'self': nothing may end up as a data: font or script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "/api": { target: server },
      "/ws": { target: server, ws: true },
    },
  },
  test: { include: ["tests/**/*.test.{ts,tsx}"], environment: "node" },
});

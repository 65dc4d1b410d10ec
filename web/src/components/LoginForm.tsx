import { useEffect, useRef, useState, type FormEvent } from "react";
import { ApiError, type Api } from "../api";
import { Icon } from "./Icon";

interface Props {
  api: Api;
  notice: string | null;
  onSignedIn: () => void;
}

export function LoginForm({ api, notice, onSignedIn }: Props) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [isDemo, setIsDemo] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const wasTouched = useRef(false);

  useEffect(() => {
    document.title = "FAJMA — Connexion";
    let isGone = false;
    void api.demoAccount().then((account) => {
      if (isGone || account === null || wasTouched.current) return;
      setIsDemo(true);
      setUsername(account.username);
      setPassword(account.password);
    });
    return () => {
      isGone = true;
    };
  }, [api]);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setIsBusy(true);
    setError(null);
    try {
      await api.signIn(username, password);
      onSignedIn();
    } catch (failure) {
      setError(explain(failure));
      setIsBusy(false);
    }
  };

  const edit = (set: (value: string) => void) => (event: { target: { value: string } }) => {
    wasTouched.current = true;
    set(event.target.value);
  };

  return (
    <main className="login">
      <form className="login-card" data-testid="login-form" onSubmit={(event) => void submit(event)}>
        <h1 className="brand"><Icon name="pulse" /> FAJMA</h1>
        <p className="muted">Signes vitaux des patients, en direct.</p>
        {notice !== null && <p className="notice" role="status">{notice}</p>}
        {isDemo && <p className="notice" role="status">Serveur de démonstration : patients et mesures simulés. Le compte est déjà rempli.</p>}
        <label>
          Identifiant
          <input name="username" autoComplete="username" required value={username} onChange={edit(setUsername)} autoFocus />
        </label>
        <label>
          Mot de passe
          <input name="password" type="password" autoComplete="current-password" required value={password} onChange={edit(setPassword)} />
        </label>
        <div role="alert">{error !== null && <p className="error"><Icon name="critical" /> {error}</p>}</div>
        <button className="primary" type="submit" disabled={isBusy}>{isBusy ? "Connexion…" : "Se connecter"}</button>
      </form>
    </main>
  );
}

function explain(failure: unknown): string {
  if (!(failure instanceof ApiError)) return "Erreur inattendue.";
  switch (failure.status) {
    case 0:
      return "Serveur injoignable. Vérifiez le réseau, puis réessayez.";
    case 400:
    case 401:
      return "Identifiant ou mot de passe incorrect.";
    case 429:
      return "Trop d’essais. Attendez un peu avant de réessayer.";
    default:
      return `Erreur du serveur (${failure.status}). Réessayez plus tard.`;
  }
}

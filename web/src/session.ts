// Who is signed in: the access token in memory only, the refresh token in sessionStorage so that a reload stays signed in.

const STORAGE_KEY = "fajma.refresh";
const DEFAULT_LIFETIME_MS = 5 * 60_000;
/** A token is replaced this long before its end. */
const MARGIN_MS = 60_000;
/** A token younger than this is not the reason why something was refused. */
const YOUNG_MS = 30_000;

export interface Tokens {
  access: string;
  refresh?: string;
}

export class Session {
  private access: string | null = null;
  private receivedAt = 0;
  private expiresAt = 0;

  constructor(private readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">) {}

  keep(tokens: Tokens, now: number): void {
    this.access = tokens.access;
    this.receivedAt = now;
    this.expiresAt = now + lifetimeOf(tokens.access);
    if (tokens.refresh !== undefined) this.storage.setItem(STORAGE_KEY, tokens.refresh);
  }

  clear(): void {
    this.access = null;
    this.expiresAt = 0;
    this.storage.removeItem(STORAGE_KEY);
  }

  refreshToken(): string | null {
    return this.storage.getItem(STORAGE_KEY);
  }

  /** The access token, if it will still be good in a minute; null: refresh it first. */
  freshAccess(now: number): string | null {
    const isFresh = now >= this.receivedAt && now < this.expiresAt - MARGIN_MS;
    return isFresh ? this.access : null;
  }

  isYoung(now: number): boolean {
    return this.access !== null && now >= this.receivedAt && now - this.receivedAt < YOUNG_MS;
  }

  /** How long until the token should be replaced, ms. */
  refreshIn(now: number): number {
    return Math.max(0, this.expiresAt - MARGIN_MS - now);
  }
}

// Lifetime as the difference of two server times: this computer's clock has no say.
function lifetimeOf(token: string): number {
  try {
    const part = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const claims = JSON.parse(atob(part)) as { exp?: unknown; iat?: unknown };
    if (typeof claims.exp !== "number" || typeof claims.iat !== "number") return DEFAULT_LIFETIME_MS;
    return Math.max((claims.exp - claims.iat) * 1000, 2 * MARGIN_MS);
  } catch {
    return DEFAULT_LIFETIME_MS;
  }
}

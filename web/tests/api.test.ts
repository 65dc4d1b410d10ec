import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Api, ApiError, pathOf } from "../src/api";
import { Session } from "../src/session";

class MemoryStorage {
  private readonly items = new Map<string, string>();
  getItem = (key: string): string | null => this.items.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.items.set(key, value);
  removeItem = (key: string): void => void this.items.delete(key);
  values = (): string[] => [...this.items.values()];
}

const token = (name: string): string => `x.${btoa(JSON.stringify({ iat: 50, exp: 350, name }))}.x`;

let storage: MemoryStorage;
let calls: { path: string; method: string; authorization: string | null }[];
let answers: Record<string, (count: number) => Response>;
let signedOut: number;
let api: Api;

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
const callsOf = (path: string): number => calls.filter((call) => call.path === path).length;

const fakeFetch = ((path: string, init: RequestInit) => {
  calls.push({ path, method: init.method ?? "", authorization: new Headers(init.headers).get("Authorization") });
  const answer = answers[path];
  return answer ? Promise.resolve(answer(callsOf(path))) : Promise.reject(new TypeError("network"));
}) as typeof fetch;

beforeEach(async () => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  storage = new MemoryStorage();
  calls = [];
  signedOut = 0;
  answers = {
    "/api/token/": () => json({ access: token("first"), refresh: "refresh-token" }),
    "/api/token/refresh/": (count) => json({ access: token(`refreshed${count}`) }),
  };
  api = new Api({ session: new Session(storage), fetch: fakeFetch, onSignedOut: () => (signedOut += 1) });
  await api.signIn("demo", "demo");
});

afterEach(() => vi.useRealTimers());

describe("tokens", () => {
  test("only the refresh token is stored", () => {
    expect(storage.values()).toEqual(["refresh-token"]);
  });

  test("the access token is replaced before it ends", async () => {
    await vi.advanceTimersByTimeAsync(239_000);
    expect(callsOf("/api/token/refresh/")).toBe(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(callsOf("/api/token/refresh/")).toBe(1);
    expect(await api.token()).toBe(token("refreshed1"));
  });

  test("many who ask at once cause one refresh", async () => {
    vi.setSystemTime(Date.now() + 3_600_000);
    await Promise.all([api.token(), api.token(), api.token(true)]);
    expect(callsOf("/api/token/refresh/")).toBe(1);
  });

  test("a refused handshake does not replace a brand-new token", async () => {
    expect(await api.token(true)).toBe(token("first"));
    vi.setSystemTime(Date.now() + 31_000);
    expect(await api.token(true)).toBe(token("refreshed1"));
  });

  test("a refresh that is refused ends the session", async () => {
    answers["/api/token/refresh/"] = () => json({ detail: "Token is blacklisted" }, 401);
    await vi.advanceTimersByTimeAsync(241_000);
    expect(signedOut).toBe(1);
    expect(storage.values()).toEqual([]);
  });

  test("a refresh that finds no server is tried again and keeps the session", async () => {
    const good = answers["/api/token/refresh/"]!;
    delete answers["/api/token/refresh/"];
    await vi.advanceTimersByTimeAsync(241_000);
    answers["/api/token/refresh/"] = good;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(signedOut).toBe(0);
    expect(await api.token()).toMatch(token("refreshed2"));
  });

  test("signing out forgets the tokens and tells the server", async () => {
    answers["/api/token/blacklist/"] = () => json({});
    await api.signOut();
    expect(callsOf("/api/token/blacklist/")).toBe(1);
    expect(storage.values()).toEqual([]);
    expect(await api.restore()).toBe(false);
  });

  test("a wrong password is a 401 to the caller and not the end of a session", async () => {
    answers["/api/token/"] = () => json({ detail: "No active account" }, 401);
    await expect(api.signIn("demo", "x")).rejects.toMatchObject({ status: 401 });
    expect(signedOut).toBe(0);
  });
});

describe("lists", () => {
  test("pages are followed by path and query only", async () => {
    const row = (id: number) => ({ id, identifiant: `patient${id}`, nom: "Martin", prenom: "Alice", salle: "salle1" });
    answers["/api/patients/"] = () => json({ count: 2, next: "http://elsewhere.example:1/api/patients/?page=2", previous: null, results: [row(1)] });
    answers["/api/patients/?page=2"] = () => json({ count: 2, next: null, previous: null, results: [row(2), { id: "bad" }] });
    expect((await api.patients()).map((patient) => patient.identifiant)).toEqual(["patient1", "patient2"]);
    expect(pathOf("https://elsewhere.example/a/?page=2")).toBe("/a/?page=2");
  });

  test("an expired token is replaced once and the request repeated", async () => {
    answers["/api/patients/"] = (count) => (count === 1 ? json({ detail: "expired" }, 401) : json({ results: [], next: null }));
    await api.patients();
    expect(calls[calls.length - 1]?.authorization).toBe(`Bearer ${token("refreshed1")}`);
  });

  test("no server at all is an error of status 0", async () => {
    await expect(api.patients()).rejects.toEqual(new ApiError(0, "Serveur injoignable."));
  });
});

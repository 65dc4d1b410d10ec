import { describe, expect, test } from "vitest";
import { formatLeft, wordEntry, wordFailure, type People } from "../src/alert_words";
import { parseAccountEntry, parseCare, silenceLeft } from "../src/care";
import { parseMessage } from "../src/messages";
import { ASK_AT_LEAST_MS, ASK_AT_MOST_MS, hasten, mayChangeScore, nextToAsk, NO_NEWS2, parseNews2, wordNews2, type News2State } from "../src/news2";
import { checkComment, colleagues, mayDo, mayListUsers, parseUser, type ActionName, type User } from "../src/permissions";

const T0 = Date.parse("2026-03-01T10:00:00Z");
const user = (role: string, id = 1, isActive = true): User => ({ id, name: `u${id}`, role, isActive });

describe("permissions", () => {
  const ACTIONS: ActionName[] = ["acknowledge", "silence", "unsilence", "assign", "comment", "escalate"];
  const allowed = (role: string): ActionName[] => ACTIONS.filter((action) => mayDo(user(role), action));

  test.each(["administrateur", "medecin"])("%s may do everything", (role) => expect(allowed(role)).toEqual(ACTIONS));
  test("infirmier may do all but escalate", () => expect(allowed("infirmier")).toEqual(ACTIONS.slice(0, -1)));
  test.each(["technicien", "integrateur", "", "autre"])("«%s» may only look", (role) => expect(allowed(role)).toEqual([]));

  test("while the role is unknown an acknowledgement is offered, and nothing else", () => {
    expect(ACTIONS.filter((action) => mayDo(null, action))).toEqual(["acknowledge"]);
  });

  test("only an administrateur lists users", () => {
    expect(["administrateur", "medecin", "infirmier"].map((role) => mayListUsers(user(role)))).toEqual([true, false, false]);
  });

  test("an alert is given to active carers other than oneself", () => {
    const users = [user("administrateur", 1), user("medecin", 2), user("infirmier", 3, false), user("technicien", 4), user("infirmier", 5)];
    expect(colleagues(users, users[0]!).map((one) => one.id)).toEqual([2, 5]);
  });

  test("a user without a name is known by the login", () => {
    expect(parseUser({ id: 2, username: "medecin", role: "medecin" })?.name).toBe("medecin");
    expect(parseUser({ id: 2, username: "j", first_name: "Jeanne", last_name: "Moreau", role: "x" })?.name).toBe("MOREAU Jeanne");
  });
});

describe("a comment", () => {
  test("is sent without the white space at its ends", () => expect(checkComment(" \n vu \t").text).toBe("vu"));
  test("needs a character", () => expect(checkComment(" \n").isGood).toBe(false));
  test("is counted in characters, not in units of UTF-16", () => {
    expect(checkComment("é😀").length).toBe(2);
    expect(checkComment("😀".repeat(1_000)).isGood).toBe(true);
    expect(checkComment("a".repeat(1_001)).isGood).toBe(false);
  });
});

describe("what the server says", () => {
  test("care is read whole, or not at all", () => {
    const row = { etat: "presente", niveau_condition: "warning", escalade_le: null, silence_jusqu: "2026-03-01T10:05:00Z", assignee_a: 3, tardive: false };
    expect(parseCare(row)).toEqual({
      state: "presente", conditionLevel: "warning", escalatesAt: null, silentUntil: T0 + 300_000, assignedTo: 3, late: false,
    });
    expect(parseCare({ ...row, etat: "autre" })).toBeNull();
    expect(parseCare(null)).toBeNull();
  });

  test("an update of an alert carries its alarm and its text", () => {
    const message = parseMessage({
      type: "alert_updated", alert: { id: 1, patient: 1, niveau: "critical", nature: "technique" }, cursor: 4, etat: "presente", tardive: true, commentaire: "vu", fait: "commented",
    });
    expect(message).toMatchObject({ change: "alert_updated", isLate: true, fact: "commented", detail: "vu", alert: { technical: true }, care: { state: "presente" } });
  });

  test("a fault of the server is shown, also one whose name or level is unknown", () => {
    expect(parseMessage({ type: "system_alert", condition: "alarm_path", etat: "absente", niveau: "critical", message: "m", depuis: "2026-03-01T10:00:00Z" })).toEqual({
      type: "system_alert", alert: { condition: "alarm_path", isPresent: false, isWarning: false, message: "m", since: T0 },
    });
    expect(parseMessage({ type: "system_alert", condition: "nouvelle", etat: "presente" })).toMatchObject({
      alert: { isPresent: true, isWarning: false, message: "Défaut « nouvelle »." },
    });
    expect(parseMessage({ type: "system_alert" })).toBeNull();
  });
});

test("a silence counts down and ends by itself", () => {
  expect(silenceLeft(T0 + 1_000, T0)).toBe(1_000);
  expect(silenceLeft(T0, T0)).toBeNull();
  expect([59_001, 60_000, 299_500, 3_660_000].map((ms) => formatLeft(ms).replace(/\u00a0/g, " "))).toEqual(["1 min 00", "1 min 00", "5 min 00", "1 h 01"]);
});

describe("words", () => {
  const people: People = { me: user("medecin", 1), users: { 2: { ...user("infirmier", 2), name: "MOREAU Jeanne" } } };
  const word = (row: object): { what: string; detail: string; by: string } =>
    wordEntry(parseAccountEntry({ fait_le: "2026-03-01T09:59:00Z", niveau: "critical", utilisateur: 1, detail: "", ...row })!, people, T0);

  test("each line of the account reads as French", () => {
    expect(word({ fait: "escalated", utilisateur: null })).toEqual({ what: "Aggravée : critique", detail: "", by: "le serveur" });
    expect(word({ fait: "assigned", detail: "2" })).toEqual({ what: "Confiée", detail: "à MOREAU Jeanne", by: "vous" });
    expect(word({ fait: "assigned" }).detail).toBe("à personne");
    expect(word({ fait: "commented", detail: "2", utilisateur: 2 })).toEqual({ what: "Commentaire", detail: "2", by: "MOREAU Jeanne" });
    expect(word({ fait: "silenced", detail: "2026-03-01T10:05:00Z" }).detail).toMatch(/^jusqu’à \d\d:05:00$/);
    expect(word({ fait: "inconnu", utilisateur: 9 })).toMatchObject({ what: "inconnu", by: "utilisateur n° 9" });
  });

  test("a refusal says what was not done", () => expect(wordFailure("comment", "non")).toBe("Commentaire non ajouté : non"));
});

describe("NEWS2", () => {
  const news2 = parseNews2({
    score: 4, parametres_connus: 2, parametres: 7, partiel: true, calcule_le: "2026-03-01T10:00:00Z",
    detail: [{ type_donnee: "heart_rate", valeur: 120, unite: "bpm", points: 2, mesure_le: "2026-03-01T10:00:00Z" }, { bad: 1 }],
  })!;
  const known: News2State = { news2, askedAt: T0, isDue: false };

  test("is read with its parts", () => {
    expect(news2.parts).toHaveLength(1);
    expect(parseNews2({ score: 4 })).toBeNull();
  });

  test("is told as a lower bound unless all is known", () => {
    expect(wordNews2(news2)).toBe("NEWS2 partiel ≥ 4 (2 sur 7)");
    expect(wordNews2({ ...news2, known: 7, isPartial: false })).toBe("NEWS2 4 (7 sur 7)");
    expect(wordNews2({ ...news2, known: 0 })).toBe("NEWS2 : aucun paramètre récent");
  });

  test("is due when a value that counts is another, rounded as the score rounds", () => {
    expect(mayChangeScore(known, "heart_rate", 121)).toBe(true);
    expect(mayChangeScore(known, "heart_rate", 120.3)).toBe(false);
    expect(mayChangeScore(known, "glucose", 90)).toBe(false);
    expect(mayChangeScore(known, "temperature", 37)).toBe(true);
  });

  test("is asked of who waited longest, at most so often, and at least so often", () => {
    const states = new Map<number, News2State>([[1, known], [2, { ...known, isDue: true }], [3, NO_NEWS2]]);
    expect(nextToAsk(states, T0 + 1_000)).toBe(3);
    states.delete(3);
    expect(nextToAsk(states, T0 + ASK_AT_MOST_MS - 1)).toBeNull();
    expect(nextToAsk(states, T0 + ASK_AT_MOST_MS)).toBe(2);
    states.delete(2);
    expect(nextToAsk(states, T0 + ASK_AT_LEAST_MS - 1)).toBeNull();
    expect(nextToAsk(states, T0 + ASK_AT_LEAST_MS)).toBe(1);
  });

  test("is asked sooner after an alert, and also after the clock was set back", () => {
    expect(nextToAsk(new Map([[1, hasten(known, T0)]]), T0 + 10_000)).toBe(1);
    expect(nextToAsk(new Map([[1, known]]), T0 - 3_600_000)).toBe(1);
  });
});

// What the ward page shows of alerts and lets each role do about them, in a real browser, against a running demo
// server: FAJMA_PAGE_URL=http://127.0.0.1:8000/. What the page says is held against what the server says over REST.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const base = process.env.FAJMA_PAGE_URL;
/** Longer than the time within which a second tap is the same tap. */
const NEXT_TAP_MS = 600;
const complaints = [];
let browser, token, device, page;

async function rest(method, path, body) {
  const response = await fetch(new URL(path, base), {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response.json();
}

const account = (id) => rest("GET", `/api/iot/alertes/${id}/suivi/`);
const facts = async (id) => (await account(id)).journal.map((entry) => entry.fait);

/** An alert made by hand: its condition does not come and go with the simulated values. */
async function raise(level) {
  await page.waitForTimeout(NEXT_TAP_MS);
  const text = { niveau: level, titre: "Chute dans la chambre", message: "Patient trouvé au sol, conscient." };
  return (await rest("POST", "/api/iot/alertes/", { ...text, dispositif: device.id, patient: device.patient })).id;
}

async function signIn(user, prepare = () => {}, viewport = { width: 1366, height: 768 }) {
  const context = await browser.newContext({ viewport, locale: "fr-FR" });
  const opened = await context.newPage();
  opened.setDefaultTimeout(20_000);
  opened.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  opened.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
  });
  await prepare(opened);
  await opened.goto(base);
  await opened.waitForFunction(() => document.querySelector('input[name="username"]')?.value === "demo");
  await opened.fill('input[name="username"]', user);
  await opened.fill('input[name="password"]', "demo");
  await opened.getByRole("button", { name: "Se connecter" }).click();
  await opened.locator('[data-testid="connection-state"][data-state="live"]').waitFor();
  await opened.getByTestId("me").getByText(user).first().waitFor();
  return opened;
}

const card = (id, on = page) => on.getByTestId(`alert-${id}`);
const says = (id, text, on = page) => card(id, on).getByText(text).first().waitFor();

async function openAccount(id, on = page) {
  await card(id, on).waitFor();
  await on.getByTestId(`more-${id}`).click();
  await on.getByTestId(`account-${id}`).locator("li").first().waitFor();
}

before(async () => {
  assert.ok(base, "FAJMA_PAGE_URL names the running server");
  const response = await fetch(new URL("/api/token/", base), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username: "demo", password: "demo" }),
  });
  token = (await response.json()).access;
  device = (await rest("GET", "/api/iot/dispositifs/")).results[0];
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
  page = await signIn("demo");
});

after(async () => browser?.close());

test("a silence is shown until its end, the alert stays, and is heard again when asked", async () => {
  const id = await raise("critical");
  await says(id, "Signalée par une personne, à acquitter");
  await page.getByTestId(`silence-${id}`).click();
  await page.getByTestId(`silence-5-${id}`).click();
  await says(id, /Silence jusqu’à \d\d:\d\d \(encore 4\smin\s\d\d\)/);
  assert.equal(await card(id).getAttribute("data-acknowledged"), "false");
  const until = Date.parse((await account(id)).silence_jusqu) - Date.now();
  assert.ok(until > 280_000 && until <= 300_000, `${until} ms`);
  const left = await card(id).locator(".care-silent").innerText();
  await page.waitForFunction(
    ([testid, before]) => document.querySelector(`[data-testid="${testid}"] .care-silent`)?.innerText !== before,
    [`alert-${id}`, left],
  );

  await page.waitForTimeout(NEXT_TAP_MS);
  await page.getByTestId(`silence-${id}`).click();
  await page.getByTestId(`hear-${id}`).click();
  await page.locator(`[data-testid="alert-${id}"][data-silent="false"]`).waitFor();
  assert.equal((await account(id)).silence_jusqu, null);
});

test("a silence that somebody else makes is shown, and survives a reload of the page", async () => {
  const id = await raise("critical");
  await says(id, "Signalée par une personne");
  await rest("POST", `/api/iot/alertes/${id}/silence/`, { minutes: 30 });
  await says(id, /encore (30|29)\smin/);
  await page.reload();
  await says(id, /encore (30|29)\smin/);
});

test("a comment is trimmed, counted, shown as text, and stands in the account", async () => {
  const id = await raise("critical");
  await openAccount(id);
  const add = page.getByTestId(`comment-${id}`);
  const field = page.getByTestId(`comment-text-${id}`);
  await field.fill("  ");
  assert.equal(await add.getAttribute("aria-disabled"), "true");
  await field.fill("a".repeat(1_001));
  await card(id).getByText("1001 / 1000 caractères : trop long").waitFor();
  assert.equal(await add.getAttribute("aria-disabled"), "true");
  await field.fill("  <img src=x> vu 😀 ");
  await card(id).getByText("16 / 1000 caractères").waitFor();
  await add.press("Enter");
  await says(id, "<img src=x> vu 😀");
  await says(id, /vous, \d\d:\d\d:\d\d/);
  await page.getByTestId(`account-${id}`).getByText("Commentaire <img src=x> vu 😀").waitFor();
  assert.equal(await field.inputValue(), "");
  assert.equal(await page.locator(`[data-testid="alert-${id}"] img`).count(), 0);
  assert.equal((await account(id)).journal.at(-1).detail, "<img src=x> vu 😀");
});

test("what is being written stays when somebody else acknowledges the alert, and is still taken", async () => {
  const id = await raise("critical");
  await openAccount(id);
  await page.getByTestId(`comment-text-${id}`).fill("Famille prévenue.");
  await rest("POST", `/api/iot/alertes/${id}/acknowledge/`, {});
  await says(id, /Acquittée par vous/);
  assert.equal(await page.getByTestId(`comment-text-${id}`).inputValue(), "Famille prévenue.");
  await page.getByTestId(`comment-${id}`).click();
  await page.getByTestId(`account-${id}`).getByText("Famille prévenue.").waitFor();
  await page.getByTestId(`more-${id}`).click();
  await card(id).waitFor({ state: "detached" });
});

test("an alert is given to oneself, to a colleague, and to nobody", async () => {
  const id = await raise("critical");
  await openAccount(id);
  const give = async (to, text) => {
    await page.waitForTimeout(NEXT_TAP_MS);
    await page.getByTestId(`assign-to-${id}`).selectOption({ label: to });
    await page.getByTestId(`assign-${id}`).click();
    await page.getByTestId(`account-${id}`).getByText(text).first().waitFor();
  };
  await give("À moi", "Confiée à vous");
  await says(id, "Confiée à vous");
  await give("À medecin", "Confiée à medecin");
  assert.equal(typeof (await account(id)).assignee_a, "number");
  await give("À personne", "Confiée à personne");
  assert.equal((await account(id)).assignee_a, null);
  assert.equal(await card(id).locator(".care").getByText("Confiée").count(), 0);
});

test("who may not list users gives an alert to a colleague by name, and sees the names of others", async () => {
  const id = await raise("critical");
  const nurse = await signIn("infirmier");
  await openAccount(id, nurse);
  await nurse.getByTestId(`account-${id}`).getByText("par demo").waitFor();
  const labels = await nurse.getByTestId(`assign-to-${id}`).locator("option").allInnerTexts();
  assert.deepEqual(labels.sort(), ["À demo", "À medecin", "À moi"]);
  await nurse.getByTestId(`assign-to-${id}`).selectOption({ label: "À medecin" });
  await nurse.getByTestId(`assign-${id}`).click();
  await says(id, "Confiée à medecin", nurse);
  await says(id, "Confiée à medecin");
  await nurse.context().close();
});

test("two taps escalate by one level", async () => {
  const id = await raise("warning");
  await openAccount(id);
  await page.getByTestId(`escalate-${id}`).dblclick();
  await page.locator(`[data-testid="alert-${id}"][data-level="critical"]`).waitFor();
  await page.getByTestId(`account-${id}`).getByText("Aggravée : critique").waitFor();
  assert.deepEqual(await facts(id), ["raised", "escalated"]);
});

test("two taps acknowledge one alert, also when another moves under the finger", async () => {
  await raise("emergency");
  const id = await raise("emergency");
  await says(id, "Signalée par une personne");
  const acknowledged = async () => (await rest("GET", "/api/iot/alertes/?acquittee=true")).count;
  const before = await acknowledged();
  await page.getByTestId(`ack-${id}`).click();
  await page.waitForFunction((testid) => !document.querySelector(`[data-testid="${testid}"]`), `ack-${id}`, { polling: 10 });
  // Where the button was.
  await page.mouse.down();
  await page.mouse.up();
  await page.waitForTimeout(2 * NEXT_TAP_MS);
  assert.deepEqual(await facts(id), ["raised", "acknowledged"]);
  assert.equal(await acknowledged(), before + 1);
});

test("a refusal of the server is told, and nothing looks done", async () => {
  // The page believes that this user may escalate; the server knows better.
  const nurse = await signIn("infirmier", (opened) =>
    opened.route("**/api/utilisateurs/me/", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), role: "medecin" } });
    }),
  );
  const id = await raise("warning");
  await openAccount(id, nurse);
  await nurse.getByTestId(`escalate-${id}`).click();
  await says(id, "Non escaladée : Votre rôle ne permet pas cette action.", nurse);
  assert.equal(await card(id, nurse).getAttribute("data-level"), "warning");
  assert.deepEqual(await facts(id), ["raised"]);
  await nurse.context().close();
});

test("each role is offered what it may do", async () => {
  const id = await raise("critical");
  const offered = async (user) => {
    const opened = await signIn(user, undefined, { width: 800, height: 1280 });
    await openAccount(id, opened);
    const parts = ["ack", "silence", "assign", "comment", "escalate"];
    const counts = await Promise.all(parts.map((part) => opened.getByTestId(`${part}-${id}`).count()));
    const tooWide = await opened.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    assert.equal(tooWide, false, `${user}: wider than the screen`);
    await opened.context().close();
    return parts.filter((_, index) => counts[index] === 1);
  };
  assert.deepEqual(await offered("medecin"), ["ack", "silence", "assign", "comment", "escalate"]);
  assert.deepEqual(await offered("infirmier"), ["ack", "silence", "assign", "comment"]);
  assert.deepEqual(await offered("integrateur"), []);
});

test("an alert of a device is marked as technical, and never above a patient's own of its level", async () => {
  // It reports every 5 s, and is expected to every second: it is silent again and again.
  const interval = (seconds) => rest("PATCH", `/api/iot/dispositifs/${device.id}/`, { intervalle_attendu: seconds });
  await interval(1);
  const technical = page.locator('.alert[data-nature="technique"]').first();
  await technical.getByText("Aucune donnée reçue").waitFor({ timeout: 60_000 });
  await technical.getByText("Technique", { exact: true }).waitFor();
  assert.doesNotMatch(await technical.locator(".alert-message").innerText(), /\dT\d/);
  await raise(await technical.getAttribute("data-level"));
  await page.waitForFunction(() => {
    // Down to the first heading: the open ones.
    const open = [];
    for (const row of document.querySelectorAll(".alerts-scroll > ul > li")) {
      if (!row.dataset.level) break;
      open.push(["emergency", "critical", "warning", "info"].indexOf(row.dataset.level) * 2 + Number(row.dataset.nature === "technique"));
    }
    return open.length > 1 && open.every((rank, index) => index === 0 || open[index - 1] <= rank);
  });
  await interval(null);
});

test("NEWS2 is what the server says, as a lower bound", async () => {
  const { identifiant } = await rest("GET", `/api/patients/${device.patient}/`);
  const line = page.getByTestId(`news2-${identifiant}`);
  await line.waitFor({ timeout: 60_000 });
  await line.locator("summary").click();
  const text = await line.innerText();
  const [, score, known] = /NEWS2 partiel ≥ (\d+) \((\d) sur 7\)/.exec(text);
  const points = [...text.matchAll(/(\d) points?$/gm)].map((match) => Number(match[1]));
  assert.equal(points.length, Number(known));
  assert.equal(points.reduce((sum, one) => sum + one, 0), Number(score));
  assert.equal((await rest("GET", `/api/patients/${device.patient}/news2/`)).parametres_connus, Number(known));
});

test("faults of the server stand above everything, and go when they end or the connection is new", async () => {
  const sockets = [];
  const opened = await signIn("medecin", (one) =>
    one.routeWebSocket(/\/ws\/alerts\//, (socket) => {
      sockets.push({ socket, server: socket.connectToServer() });
    }),
  );
  const tell = (condition, etat, niveau) =>
    sockets.at(-1).socket.send(
      JSON.stringify({ type: "system_alert", condition, etat, niveau, message: `Défaut de ${condition}.`, depuis: new Date().toISOString() }),
    );
  const banner = opened.getByTestId("system-banner");
  assert.equal(await banner.getAttribute("role"), "alert");
  tell("alarm_path", "presente", "critical");
  tell("inconnu", "presente", "warning");
  await banner.getByText(/Système : Défaut de alarm_path\. \(depuis \d\d:\d\d\)/).waitFor();
  await banner.getByText("Défaut de inconnu").waitFor();
  assert.equal((await banner.boundingBox()).y, 0);
  tell("alarm_path", "absente", "critical");
  await banner.getByText("alarm_path").waitFor({ state: "detached" });

  const before = sockets.length;
  await sockets.at(-1).server.close();
  await sockets.at(-1).socket.close({ code: 1013 });
  await banner.getByText("inconnu").waitFor({ state: "detached" });
  assert.ok(sockets.length > before);
  await opened.context().close();
});

test("the page kept to its content policy, without an error", () => {
  assert.deepEqual(complaints, []);
});

// The ward page in a real browser, against a running demo server: FAJMA_PAGE_URL=http://127.0.0.1:8000/ npm test
// FAJMA_PAGE_SCREENSHOT=path keeps a picture of the ward.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { CuttableLink } from "./cuttable_link.mjs";

const LIVE = '[data-testid^="value-"][data-state="live"]';
const NOT_LIVE = '[data-testid^="value-"]:not([data-state="live"])';
const STALE_AFTER_MS = 15_000;
/** A ticker second, a drawing, and a busy machine. */
const SLACK_MS = 5_000;

let link, profile, context, page;
const complaints = [];

before(async () => {
  assert.ok(process.env.FAJMA_PAGE_URL, "FAJMA_PAGE_URL names the running server");
  link = await CuttableLink.to(new URL(process.env.FAJMA_PAGE_URL));
  profile = await mkdtemp(path.join(os.tmpdir(), "fajma-page-"));
  context = await chromium.launchPersistentContext(profile, {
    executablePath: "/usr/bin/chromium",
    viewport: { width: 1280, height: 800 },
    locale: "fr-FR",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
  page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(30_000);
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.host !== new URL(link.url).host) complaints.push(`outside request: ${url.href}`);
  });
});

after(async () => {
  await context?.close();
  await link?.close();
  if (profile) await rm(profile, { recursive: true, force: true });
});

const state = (name, timeout = 30_000) =>
  page.locator(`[data-testid="connection-state"][data-state="${name}"]`).waitFor({ timeout });

const tilesWith = (selector, count, timeout = 30_000) =>
  page.waitForFunction(
    ([wanted, least]) =>
      [...document.querySelectorAll('[data-testid^="tile-"]')].filter((tile) => tile.querySelector(wanted)).length >= least,
    [selector, count],
    { timeout },
  );

/** Every shown value has stopped looking live, and says so in words. */
async function nothingLooksLive(timeout) {
  await page.waitForFunction((live) => document.querySelectorAll(live).length === 0, LIVE, { timeout });
  const texts = await page.locator(".measure-age").allInnerTexts();
  assert.ok(texts.length > 0);
  for (const text of texts) assert.match(text, /(ancien|connexion perdue|connexion…) — il y a/);
}

test("the demo account signs in with the form as it is filled", async () => {
  await page.goto(link.url);
  const form = page.getByTestId("login-form");
  await form.waitFor();
  await page.waitForFunction(() => document.querySelector('input[name="username"]')?.value === "demo");
  await form.getByRole("button", { name: "Se connecter" }).click();
  await page.getByTestId("connection-state").waitFor();
});

test("the ward is live: three tiles at least, and the page says so", async () => {
  await tilesWith(LIVE, 3);
  await state("live");
  assert.match(await page.getByTestId("connection-state").innerText(), /En direct/);
});

test("a shown value moves on with its measurement", async () => {
  const before = await page.locator(LIVE).evaluateAll((values) => Object.fromEntries(values.map((v) => [v.dataset.testid, v.textContent])));
  await page.waitForFunction(
    ([live, known]) => [...document.querySelectorAll(live)].some((v) => known[v.dataset.testid] && known[v.dataset.testid] !== v.textContent),
    [LIVE, before],
  );
});

test("an alert arrives and is acknowledged", async () => {
  const waiting = page.locator('[data-testid^="alert-"][data-acknowledged="false"]').first();
  await waiting.waitFor({ timeout: 120_000 });
  await page.waitForFunction(() => /^\(\d+\) /.test(document.title));
  if (process.env.FAJMA_PAGE_SCREENSHOT) await page.screenshot({ path: process.env.FAJMA_PAGE_SCREENSHOT });
  const id = (await waiting.getAttribute("data-testid")).replace("alert-", "");
  await page.getByTestId(`ack-${id}`).click();
  await page.waitForFunction((testid) => {
    const alert = document.querySelector(`[data-testid="${testid}"]`);
    return alert === null || alert.dataset.acknowledged === "true";
  }, `alert-${id}`);
});

test("a silent network leaves nothing that looks live", async () => {
  link.freeze();
  await nothingLooksLive(STALE_AFTER_MS + SLACK_MS);
  await state("offline", STALE_AFTER_MS + SLACK_MS);
  assert.match(await page.getByTestId("connection-state").innerText(), /Hors ligne depuis \d\d:\d\d:\d\d/);
});

test("the ward is live again when the network is back", async () => {
  link.mend();
  await tilesWith(LIVE, 3, 60_000);
  await state("live", 60_000);
});

test("a cut connection is shown at once", async () => {
  await context.setOffline(true);
  link.cut();
  await nothingLooksLive(SLACK_MS);
  await state("offline", SLACK_MS);
  assert.ok((await page.locator(NOT_LIVE).count()) > 0);
  assert.match(await page.locator(".measure-age").first().innerText(), /connexion perdue/);
  link.mend();
  await context.setOffline(false);
  await state("live", 60_000);
});

test("the page kept to its own server and to its content policy", () => {
  assert.deepEqual(complaints, []);
});

// The page of the API in a real browser, against a running demo server: FAJMA_PAGE_URL=http://127.0.0.1:8000/
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const base = process.env.FAJMA_PAGE_URL;
const complaints = [];
let browser, page;

before(async () => {
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
  page = await browser.newPage();
  page.setDefaultTimeout(30_000);
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.host !== new URL(base).host) complaints.push(url.href);
  });
});
after(async () => browser?.close());

test("shows every operation, within the page's policy and from its own server alone", async () => {
  await page.goto(new URL("/api/docs/", base).href);
  await page.locator(".opblock").first().waitFor();
  const schema = await (await fetch(new URL("/api/schema/", base))).text();
  const described = schema.match(/^ {4}(get|post|put|patch|delete):$/gm).length;
  assert.equal(await page.locator(".opblock").count(), described);
  assert.deepEqual(complaints, []);
});

test("asks the server from the page", async () => {
  await page.locator("#operations-service-showLive .opblock-summary-control").click();
  await page.locator("#operations-service-showLive .try-out__btn").click();
  await page.locator("#operations-service-showLive .execute").click();
  await page.locator("#operations-service-showLive .live-responses-table", { hasText: '"ok"' }).waitFor();
  assert.deepEqual(complaints, []);
});

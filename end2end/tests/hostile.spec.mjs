// Every hostile payload we know, in a browser: no script runs, nothing is asked of the network, nothing covers the page.
// Twice: as a person opens it, and without the policies that stand around the frame, so that each has to do alone.

import fs from "node:fs";
import { expect, test } from "../harness/test.mjs";
import { kind, row, rows, signIn } from "../harness/webmail.mjs";

const FILE = new URL("../../mail/tests/data/hostile.txt", import.meta.url);
const PAYLOADS = fs
  .readFileSync(FILE, "utf8")
  .split("\n")
  .filter((line) => line && !line.startsWith("#"))
  .map((line) => line.replaceAll("\\n", "\n").replaceAll("\\t", "\t").replaceAll("\\0", "\0"));
/** Payloads of one message: each is an HTML part of its own, so that none swallows the next. */
const TOGETHER = 60;

test.use({ trace: "off" });

function letter(payloads, number) {
  const parts = payloads.map((payload) => {
    const html = Buffer.from(`<p>before</p>${payload}`).toString("base64").replace(/(.{76})/g, "$1\r\n");
    return `--edge\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${html}\r\n`;
  });
  return {
    subject: `Payloads ${number}.`,
    text: `${parts.join("")}--edge--`,
    headers: { "Content-Type": 'multipart/mixed; boundary="edge"' },
  };
}

test("no payload runs, loads or covers", async ({ page, browser, bob, arrive, baseURL }) => {
  test.skip(kind() !== "full", "once: it is the frame that is looked at");
  test.setTimeout(300_000);
  expect(PAYLOADS.length).toBeGreaterThan(1200);
  const letters = [];
  for (let at = 0; at < PAYLOADS.length; at += TOGETHER) letters.push(letter(PAYLOADS.slice(at, at + TOGETHER), letters.length + 1));
  await arrive(...letters);
  const asked = [];
  const own = (url) => url.startsWith(baseURL) || url.startsWith("data:image/");
  page.context().on("request", (request) => own(request.url()) || asked.push(request.url()));
  page.on("dialog", (dialog) => {
    asked.push(`a script ran: ${dialog.message()}`);
    dialog.dismiss();
  });
  await signIn(page, bob);
  await expect(rows(page)).toHaveCount(letters.length);

  // A browser of its own for what is shown without a policy: it reaches nothing, and says what it tried.
  const bare = await browser.newContext();
  const naked = await bare.newPage();
  const tried = [];
  await bare.route("**", (route) => {
    tried.push(route.request().url());
    return route.abort();
  });
  naked.on("dialog", (dialog) => {
    tried.push(`a script ran: ${dialog.message()}`);
    dialog.dismiss();
  });

  for (let number = 1; number <= letters.length; number += 1) {
    const name = `Payloads ${number}.`;
    const href = await row(page, name).getByRole("link").getAttribute("href");
    const { frame, blocked } = await page.evaluate(async (path) => {
      const answer = await fetch(`${path}/html`);
      return { frame: await answer.text(), blocked: answer.status };
    }, href);
    expect(blocked).toBe(200);
    expect(frame.split("<p>before</p>").length - 1, `${name}: each is shown`).toBeGreaterThan(TOGETHER / 2 - 30);
    await naked.setContent(frame, { waitUntil: "load" });
    const seen = await naked.evaluate(() => ({
      scripts: document.scripts.length,
      handlers: [...document.querySelectorAll("*")].flatMap((element) =>
        [...element.attributes].map((attribute) => attribute.name).filter((attribute) => attribute.startsWith("on")),
      ),
      over: [...document.body.querySelectorAll("*")]
        .filter((element) => ["fixed", "absolute", "sticky"].includes(getComputedStyle(element).position))
        .map((element) => element.outerHTML.slice(0, 200)),
    }));
    expect(seen, name).toEqual({ scripts: 0, handlers: [], over: [] });
    // Whatever waits for a hand: it is clicked and pointed at.
    await naked.evaluate(() => {
      for (const element of document.body.querySelectorAll("*:not(a)")) {
        for (const type of ["click", "pointerover", "mouseover", "focus", "toggle", "error", "load"]) element.dispatchEvent(new Event(type));
      }
    });
    expect(tried, name).toEqual([]);
  }
  await bare.close();

  // As a person sees them.
  for (let number = 1; number <= letters.length; number += 1) {
    await page.goto("/mail/inbox");
    const href = await row(page, `Payloads ${number}.`).getByRole("link").getAttribute("href");
    await page.goto(href);
    await expect(page.frameLocator('iframe[title="Text of the message"]').getByText("before").first()).toBeAttached();
    await expect(page).toHaveTitle(new RegExp(`Payloads ${number}\\.`));
  }
  expect(asked).toEqual([]);
  expect(page.context().pages(), "no window was opened").toHaveLength(1);
});

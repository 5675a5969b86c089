// For everybody: axe over each page, by day and by night, on a narrow screen and from right to left; and foreign letters
// where they stand.

import fs from "node:fs";
import { createRequire } from "node:module";
import { ADMIN, THERE, expect, test } from "../harness/test.mjs";
import { kind, openMessage, row, signIn, write } from "../harness/webmail.mjs";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LONG = "A subject that goes on and on, as if nobody would ever have to read it to the end; ".repeat(3).slice(0, 200);

// A trace puts a script into every frame; the frame of a message refuses it and says so in the console.
test.use({ trace: "off" });
test.beforeEach(() => test.skip(kind() !== "full", "the same pages, looked at by a script"));

/** What axe has to say, in short: nothing is good. */
async function look(page, name) {
  // By the debugger's door: the page's own policy lets no such script in.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { iframes: false }));
  const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  expect(said, name).toEqual([]);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, `${name}: nothing lies beside the screen`).toBeLessThanOrEqual(0);
}

for (const [look_, use] of [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["narrow", { colorScheme: "light", viewport: { width: 320, height: 640 } }],
]) {
  test.describe(look_, () => {
    test.use(use);

    test(`axe finds nothing: ${look_}`, async ({ page, bob, arrive, post, forgive }) => {
      test.setTimeout(180_000);
      forgive(/40[134] /);
      await arrive(
        { subject: LONG, name: "Bartholomew Featherstonehaugh-Cholmondeley", text: "Long ago…" },
        { subject: "مرحبا بكم في المكتبة", name: "مكتبة الإسكندرية", text: "أهلاً بك، البريد ينتظرك هنا." },
        { subject: "Re: Trade show", text: "See you!\n\n> Hall 7.\n> > Monday?", headers: { Cc: `anna@${THERE}` } },
        { subject: "Ticket", text: "<h1>Hello</h1><p>Text</p>", headers: { "Content-Type": "text/html" } },
      );
      await page.goto("/sign-in");
      await look(page, "sign-in");
      await signIn(page, bob);
      const visit = async (path, name = path) => {
        await page.goto(path);
        await page.locator("html[data-awake=yes]").waitFor();
        await look(page, name);
      };
      await look(page, "inbox");
      await page.getByRole("checkbox", { name: /^Select: Ticket/ }).check();
      await look(page, "inbox, ticked");
      await openMessage(page, "Re: Trade show");
      await look(page, "a letter");
      await visit("/mail/inbox");
      await openMessage(page, "Ticket");
      await look(page, "an HTML letter");
      await visit("/mail/trash", "an empty mailbox");
      await visit("/search?q=long&in=", "what was found");
      await visit("/search", "search");
      await visit("/settings");
      await visit("/mail/nowhere", "a page that is not there");
      await page.goto("/mail/inbox");
      await page.locator("html[data-awake=yes]").waitFor();
      await write(page);
      await look(page, "the composer");
      await page.locator("summary").filter({ hasText: "Discard" }).click();
      await look(page, "the composer, asked whether to throw away");
      await visit("/mail/drafts");
      await page.keyboard.press("?");
      await look(page, "the keys");
      await page.context().clearCookies();
      await signIn(page, { address: ADMIN, password: post.server.passwords[ADMIN] });
      for (const path of ["/admin", "/admin/domains", "/admin/accounts", "/admin/queue", "/admin/trace", "/admin/reports", "/admin/dns/comentum.test"]) await visit(path);
      await page.goto("/admin/accounts");
      await page.getByRole("row").filter({ hasText: bob.address }).getByRole("link").click();
      await expect(page.getByRole("heading", { level: 1, name: bob.address })).toBeVisible();
      await look(page, "an account");
      await page.locator('form[action="/sign-out"]').first().evaluate((form) => form.submit());
      await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
      await look(page, "signed out");
    });
  });
}

test("a line runs the way its subject does, and its dash stands between the two", async ({ page, bob, arrive }) => {
  await arrive(
    { subject: "Library", text: "أهلاً بك" },
    { subject: "مكتبة", text: "Welcome" },
    { subject: "مرحبا", text: "أهلاً بك" },
    { subject: "Plain", text: "Welcome" },
  );
  await signIn(page, bob);
  const order = (subject) =>
    row(page, subject)
      .locator(".line-two")
      .evaluate((line) => {
        const middle = (part) => {
          const range = document.createRange();
          range.selectNodeContents(line.querySelector(part));
          const { left, right } = range.getBoundingClientRect();
          return (left + right) / 2;
        };
        const places = ["subject", "dash", "preview"].map((name) => [middle(`.${name}`), name]);
        return places.sort(([a], [b]) => a - b).map(([, name]) => name).join(" ");
      });
  expect(await order("Library")).toBe("subject dash preview");
  expect(await order("Plain")).toBe("subject dash preview");
  expect(await order("مكتبة")).toBe("preview dash subject");
  expect(await order("مرحبا")).toBe("preview dash subject");
});

test("each line of a text has its own direction, and HTML mail runs as it says", async ({ page, bob, arrive }) => {
  await arrive(
    { subject: "Two tongues", text: "Dear Bob,\nأهلاً بك في المكتبة\nLisa" },
    { subject: "Arabic page", text: '<html dir="rtl"><body><p>123 Hello</p></body></html>', headers: { "Content-Type": "text/html; charset=utf-8" } },
  );
  await signIn(page, bob);
  await openMessage(page, "Two tongues");
  const lines = await page.locator(".paragraphs").evaluate((block) => {
    const text = block.firstChild;
    const ends = [...text.data.matchAll(/[^\n]+/g)].map(({ index, 0: line }) => {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + line.length);
      return range.getBoundingClientRect();
    });
    const { left, right } = block.getBoundingClientRect();
    return ends.map((rect) => (rect.left - left < right - rect.right ? "left" : "right"));
  });
  expect(lines).toEqual(["left", "right", "left"]);
  await page.goBack();
  await openMessage(page, "Arabic page");
  const direction = await page
    .frameLocator('iframe[title="Text of the message"]')
    .getByText("123 Hello")
    .evaluate((text) => getComputedStyle(text).direction);
  expect(direction).toBe("rtl");
});

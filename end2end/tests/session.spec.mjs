// A session in a browser: its tabs, its idle end, and what others see of it.

import { expect, test } from "../harness/test.mjs";
import { awake, kind, openMessage, row, rows, signIn, write } from "../harness/webmail.mjs";

const scripted = () => test.skip(kind() === "no-js", "what a script adds");
/** What a page does when its tab is looked at again. */
const lookedAt = (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));

test("eight tabs do not block the site, and all of them hear of new mail", async ({ page, context, bob, arrive }) => {
  test.skip(kind() !== "full", "each woken page listens");
  test.setTimeout(120_000);
  await signIn(page, bob);
  const tabs = [page];
  for (let more = 0; more < 7; more += 1) {
    const tab = await context.newPage();
    await tab.goto("/mail/inbox");
    await awake(tab);
    tabs.push(tab);
  }
  await arrive({ subject: "To all tabs", text: "…" });
  for (const tab of tabs) await expect(row(tab, "To all tabs")).toBeVisible({ timeout: 45_000 });
  await Promise.all(tabs.slice(1).map((tab) => tab.close()));
});

test("who has done nothing for 18 minutes is told, and may stay", async ({ page, bob }) => {
  scripted();
  await signIn(page, bob);
  await page.route("**/mail/left", (route) => route.fulfill({ body: "100" }), { times: 1 });
  await lookedAt(page);
  const soon = page.getByText("In two minutes you are signed out.");
  await expect(soon).toBeVisible();
  const stayed = page.waitForResponse((answer) => answer.url().endsWith("/mail/stay"));
  await page.getByRole("button", { name: "Stay signed in" }).click();
  expect((await stayed).status()).toBe(204);
  await expect(soon).toBeHidden();
});

test("after the end nothing of the mail stays on the screen", async ({ page, context, bob, arrive, forgive }) => {
  scripted();
  forgive(/401 /);
  await arrive({ subject: "For his eyes", text: "Nobody else shall read this." });
  await signIn(page, bob);
  await openMessage(page, "For his eyes");
  await awake(page);
  await context.clearCookies();
  await lookedAt(page);
  await expect(page).toHaveURL(/\/sign-in\?refused=signed-out&next=%2Fmail%2Fm%2F\d+/);
  await expect(page.getByText("Nobody else shall read this.")).toHaveCount(0);
  await page.getByLabel("Address").fill(bob.address);
  await page.getByLabel("Password").fill(bob.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Nobody else shall read this."), "and back to where one was").toBeVisible();
});

test("a letter that is not saved stays when the session ends, and says what to do", async ({ page, context, bob, forgive }) => {
  scripted();
  forgive(/401 |ERR_/);
  await signIn(page, bob);
  await write(page);
  await page.route("**/save-draft", (route) => route.abort());
  await page.getByLabel("Text").fill("Not saved anywhere");
  await context.clearCookies();
  await lookedAt(page);
  await expect(page.getByText("What you typed is still here")).toBeVisible();
  await expect(page.getByLabel("Text")).toHaveValue("Not saved anywhere");
});

test("turning pages keeps a session alive, and a list that reads itself again does not", async ({ page, bob, arrive }) => {
  test.skip(kind() !== "full", "elsewhere each page is asked for");
  await arrive(...Array.from({ length: 51 }, (_, index) => ({ subject: `Letter ${index + 1}`, text: "…" })));
  await signIn(page, bob);
  const asked = (name) => page.waitForRequest((request) => request.url().endsWith(`/api/v1/mail/${name}`));
  const [turned] = await Promise.all([asked("list"), page.getByRole("link", { name: "Older" }).click()]);
  expect(turned.method()).toBe("POST");
  await expect(rows(page)).toHaveCount(1);
  await Promise.all([asked("list-again"), arrive({ subject: "New", text: "…" })]);
});

test("a star put elsewhere is seen here", async ({ page, context, bob, arrive }) => {
  test.skip(kind() !== "full", "what was painted must not hide it");
  await arrive({ subject: "Twice starred", text: "…" });
  await signIn(page, bob);
  const other = await context.newPage();
  await other.goto("/mail/inbox");
  await awake(other);
  const star = (tab) => tab.getByRole("button", { name: "Star: Twice starred" });
  await star(page).click();
  await expect(star(other)).toHaveAttribute("aria-pressed", "true");
  await star(other).click();
  await expect(star(other)).toHaveAttribute("aria-pressed", "false");
  await expect(star(page), "the page that starred it lets go").toHaveAttribute("aria-pressed", "false");
  await other.close();
});

test("what one does oneself is no new mail", async ({ page, bob, arrive }) => {
  test.skip(kind() !== "full", "the pill is what a woken page adds");
  await arrive(...Array.from({ length: 40 }, (_, index) => ({ subject: `Letter ${index + 1}`, text: "…" })));
  await signIn(page, bob);
  await page.evaluate(() => scrollTo(0, 900));
  const changed = page.waitForResponse((answer) => answer.url().includes("/mail/mailboxes"));
  await page.getByRole("button", { name: "Star: Letter 3", exact: true }).click();
  await changed;
  await page.waitForTimeout(1000);
  await expect(page.getByRole("button", { name: "New mail" })).toHaveCount(0);
  await page.evaluate(() => scrollTo(0, 900));
  await arrive({ subject: "But this is", text: "…" });
  await expect(page.getByRole("button", { name: "New mail" })).toBeVisible({ timeout: 15_000 });
});

test("while the server does not answer, the list stays", async ({ page, bob, arrive, forgive }) => {
  test.skip(kind() !== "full", "a page without a program is only read again when it can be");
  forgive(/ERR_/);
  await arrive({ subject: "Still here", text: "…" });
  await signIn(page, bob);
  await page.route("**/api/v1/mail/list-again", (route) => route.abort());
  await arrive({ subject: "Meanwhile", text: "…" });
  await expect(page.getByText("The server does not answer.")).toBeVisible({ timeout: 15_000 });
  await expect(row(page, "Still here")).toBeVisible();
});

test("what came over a broken connection is there after it", async ({ page, bob, arrive, context, forgive }) => {
  test.skip(kind() !== "full", "the stream is what a woken page adds");
  forgive(/ERR_|events/);
  await signIn(page, bob);
  await context.setOffline(true);
  await arrive({ subject: "In the tunnel", text: "…" });
  await context.setOffline(false);
  await expect(row(page, "In the tunnel")).toBeVisible({ timeout: 45_000 });
});

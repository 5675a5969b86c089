// What a person does in the webmail, in words. The same in all three kinds of browser.

import { expect } from "@playwright/test";
import { test } from "./test.mjs";

/** What this kind of browser has: `full`, `no-wasm` or `no-js`; the small screen is one with everything. */
export function kind() {
  return test.info().project.metadata.kind;
}

/** Waits until the page is awake, where it can be: what was clicked before still works, but as a plain form. */
export async function awake(page) {
  if (kind() === "full") await page.locator("html[data-awake=yes]").waitFor();
}

/** Whether the screen is so small that the rail is a menu. */
async function isSmall(page) {
  return (await page.viewportSize()).width < 840;
}

export async function signIn(page, { address, password }) {
  await page.goto("/sign-in");
  await page.getByLabel("Address").fill(address);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
  await awake(page);
}

/** Goes to a mailbox by the rail. */
export async function openMailbox(page, name) {
  if (await isSmall(page)) {
    await page.locator("summary").filter({ hasText: "Menu" }).click();
    await page.getByRole("navigation", { name: "Mailboxes" }).getByRole("link", { name }).first().click();
  } else {
    await page.getByRole("navigation", { name: "Mail", exact: true }).getByRole("link", { name }).first().click();
  }
  await expect(page.getByRole("main").getByRole("heading", { level: 1, name, exact: true })).toBeVisible();
}

/** The row of a message in a list. */
export function row(page, subject) {
  return rows(page).filter({ hasText: subject });
}

export function rows(page) {
  return page.getByRole("main").getByRole("listitem").filter({ has: page.locator("time") });
}

export async function openMessage(page, subject) {
  await row(page, subject).getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: subject })).toBeVisible();
}

/** Ticks a row's box. */
export async function tick(page, subject) {
  await page.getByRole("checkbox", { name: `Select: ${subject}` }).check();
}

/** Presses one of the buttons for what is ticked. */
export async function press(page, name) {
  await page.getByRole("group", { name: "Selected messages" }).getByRole("button", { name, exact: true }).click();
}

/** Begins a message; the composer is open afterwards. */
export async function write(page) {
  await page.getByRole("button", { name: "Write" }).filter({ visible: true }).first().click();
  await composer(page);
}

export async function composer(page) {
  await page.waitForURL(/\/compose\/\d+/);
  await expect(page.getByLabel("Subject")).toBeVisible();
  await awake(page);
}

/** Puts a file to the draft: with JavaScript, choosing is enough; else there is a button. */
export async function attach(page, file) {
  await page.getByLabel("Attach files").setInputFiles(file);
  if (kind() === "no-js") await page.getByRole("button", { name: "Attach", exact: true }).click();
  await expect(page.getByRole("link", { name: file.name })).toBeVisible();
  await awake(page);
}

/** Moves what is ticked into a mailbox. */
export async function moveTo(page, name) {
  await page.getByLabel("Move to").first().selectOption({ label: name });
  await press(page, "Move");
}

/** Throws the draft away, and says so once more. */
export async function discard(page) {
  await page.locator("summary").filter({ hasText: "Discard" }).click();
  await page.getByRole("button", { name: "Discard draft" }).click();
}

/** Puts back what was just moved. */
export async function undo(page) {
  await page.getByRole("button", { name: "Undo" }).click();
}

/** Does it, and waits until the server has heard of it: what a woken page paints at once may not be there yet. */
export async function heard(page, act) {
  if (kind() !== "full") return act();
  await Promise.all([page.waitForResponse((answer) => answer.url().includes("/api/v1/mail/act")), act()]);
}

export async function send(page) {
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByText("Sent. A copy is in Sent.")).toBeVisible();
  await awake(page);
}

// What a person does in the webmail, in words. The same in all three kinds of browser.

import { expect } from "@playwright/test";
import { test } from "./test.mjs";

/** Waits until the page is awake, where it can be: what was clicked before still works, but as a plain form. */
export async function awake(page) {
  if (test.info().project.name === "full") await page.locator("html[data-awake=yes]").waitFor();
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
  await page.getByRole("navigation", { name: "Mail" }).getByRole("link", { name }).first().click();
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
  await page.getByRole("button", { name: "Write" }).first().click();
  await composer(page);
}

export async function composer(page) {
  await page.waitForURL(/\/compose\/\d+/);
  await expect(page.getByLabel("Subject")).toBeVisible();
  await awake(page);
}

/** Puts a file to the draft: awake, choosing is enough; else there is a button. */
export async function attach(page, file) {
  await page.getByLabel("Attach files").setInputFiles(file);
  if (test.info().project.name !== "full") await page.getByRole("button", { name: "Attach", exact: true }).click();
  await expect(page.getByRole("link", { name: file.name })).toBeVisible();
  await awake(page);
}

export async function send(page) {
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByText("Sent. A copy is in Sent.")).toBeVisible();
  await awake(page);
}

// Keys: each does what its button does, for the row that has the focus, and nothing where it should do nothing.

import { expect, test } from "../harness/test.mjs";
import { heard, kind, openMailbox, openMessage, row, rows, signIn, tick, write } from "../harness/webmail.mjs";

test.beforeEach(() => test.skip(kind() !== "full", "keys are what a woken page adds"));

const focus = (page, subject) => row(page, subject).getByRole("link").focus();
const letters = ["A letter", "B letter", "C letter"];

test("a key is for the row it is pressed on, and leaves no tick behind", async ({ page, bob, arrive }) => {
  // The newest stands first: A, B, C.
  for (const subject of [...letters].reverse()) await arrive({ subject, text: "…" });
  await signIn(page, bob);
  await focus(page, "A letter");
  await heard(page, () => page.keyboard.press("Shift+I"));
  await expect(row(page, "A letter")).not.toContainText("Unread");
  await expect(page.getByRole("checkbox", { name: /^Select: A letter/ })).not.toBeChecked();
  await focus(page, "A letter");
  await heard(page, () => page.keyboard.press("Shift+U"));
  await expect(row(page, "A letter")).toContainText("Unread");
  await expect(row(page, "B letter").getByRole("link"), "the focus has gone on").toBeFocused();
  await heard(page, () => page.keyboard.press("#"));
  await expect(row(page, "B letter")).toHaveCount(0);
  await expect(row(page, "A letter")).toBeVisible();
  await openMailbox(page, "Trash");
  await expect(rows(page)).toHaveCount(1);
  await expect(row(page, "B letter")).toBeVisible();
});

test("with rows ticked a key is for those", async ({ page, bob, arrive }) => {
  for (const subject of letters) await arrive({ subject, text: "…" });
  await signIn(page, bob);
  await tick(page, "A letter");
  await tick(page, "C letter");
  await focus(page, "B letter");
  await heard(page, () => page.keyboard.press("e"));
  await expect(rows(page)).toHaveCount(1);
  await expect(row(page, "B letter")).toBeVisible();
});

test("walking, opening, answering, going", async ({ page, bob, arrive }) => {
  for (const subject of [...letters].reverse()) await arrive({ subject, text: "…" });
  await signIn(page, bob);
  await page.keyboard.press("j");
  await expect(row(page, "A letter").getByRole("link")).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("j");
  await page.keyboard.press("o");
  await expect(page.getByRole("heading", { level: 1, name: "B letter" })).toBeVisible();
  await page.keyboard.press("j");
  await expect(page.getByRole("heading", { level: 1, name: "C letter" })).toBeVisible();
  await page.keyboard.press("k");
  await expect(page.getByRole("heading", { level: 1, name: "B letter" })).toBeVisible();
  await heard(page, () => page.keyboard.press("s"));
  await expect(page.getByRole("main").getByRole("button", { name: "Star", exact: true })).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("u");
  await expect(page).toHaveURL(/\/mail\/inbox/);
  await page.keyboard.press("g");
  await page.keyboard.press("d");
  await expect(page).toHaveURL(/\/mail\/drafts/);
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await expect(page).toHaveURL(/\/mail\/inbox/);
  await openMessage(page, "A letter");
  await page.keyboard.press("r");
  await expect(page).toHaveURL(/\/compose\/\d+/);
});

test("each removing key, and its undo", async ({ page, bob, arrive }) => {
  await arrive({ subject: "A letter", text: "…" });
  await signIn(page, bob);
  for (const [key, says] of [["e", "archived"], ["!", "Junk"], ["#", "Trash"], ["Delete", "Trash"]]) {
    await focus(page, "A letter");
    await page.keyboard.press(key);
    await expect(page.getByText(new RegExp(`1 message .*${says}`))).toBeVisible();
    await expect(row(page, "A letter")).toHaveCount(0);
    await page.keyboard.press("z");
    await expect(row(page, "A letter")).toBeVisible();
    await expect(page.getByText("Put back.")).toBeVisible();
  }
});

test("z takes back one act after the other", async ({ page, bob, arrive }) => {
  for (const subject of [...letters].reverse()) await arrive({ subject, text: "…" });
  await signIn(page, bob);
  for (const [subject, key] of [["A letter", "e"], ["B letter", "#"], ["C letter", "!"]]) {
    await focus(page, subject);
    await heard(page, () => page.keyboard.press(key));
    await expect(row(page, subject)).toHaveCount(0);
    await expect(page.getByText(/1 message /)).toBeVisible();
  }
  for (const subject of ["C letter", "B letter", "A letter"]) {
    await heard(page, () => page.keyboard.press("z"));
    await expect(row(page, subject)).toBeVisible();
  }
  await expect(rows(page)).toHaveCount(3);
  await page.keyboard.press("z");
  await page.reload();
  await expect(rows(page), "really").toHaveCount(3);
});

test("x ticks, * a ticks all, / searches, ? helps, c writes, f forwards", async ({ page, bob, arrive }) => {
  await arrive({ subject: "A letter", text: "…" }, { subject: "B letter", text: "…" });
  await signIn(page, bob);
  await focus(page, "A letter");
  await page.keyboard.press("x");
  await expect(page.getByRole("checkbox", { name: /^Select: A letter/ })).toBeChecked();
  await page.keyboard.press("x");
  await page.keyboard.press("*");
  await page.keyboard.press("a");
  await expect(page.getByText("2 selected")).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox", { name: "Search mail" })).toBeFocused();
  await page.keyboard.type("e#z");
  await expect(rows(page), "letters are letters while one types").toHaveCount(2);
  await page.getByRole("searchbox", { name: "Search mail" }).blur();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keys" });
  await expect(help).toBeVisible();
  await page.keyboard.press("c");
  await expect(page, "a dialog is not looked behind").toHaveURL(/\/mail\/inbox/);
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();
  await openMessage(page, "A letter");
  await page.keyboard.press("f");
  await expect(page.getByLabel("Subject")).toHaveValue("Fwd: A letter");
});

test("beside a letter that is being written no letter is a command", async ({ page, bob }) => {
  await signIn(page, bob);
  await write(page);
  const draft = page.url();
  await expect(page.getByLabel("To", { exact: true }), "the cursor is where one begins").toBeFocused();
  await page.getByRole("button", { name: "Send", exact: true }).focus();
  await page.keyboard.press("c");
  await page.waitForTimeout(300);
  expect(page.url()).toBe(draft);
});

test("Enter on a row's checkbox presses nothing", async ({ page, bob, arrive }) => {
  await arrive({ subject: "A letter", text: "…" });
  await signIn(page, bob);
  await page.getByRole("checkbox", { name: /^Select: A letter/ }).focus();
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
  await expect(row(page, "A letter")).toBeVisible();
});

test("starring by the keyboard keeps the focus on the star", async ({ page, bob, arrive }) => {
  await arrive({ subject: "A letter", text: "…" });
  await signIn(page, bob);
  const star = page.getByRole("button", { name: "Star: A letter" });
  await star.focus();
  const listed = page.waitForResponse((answer) => answer.url().includes("/mail/list"));
  await heard(page, () => page.keyboard.press("Enter"));
  await listed;
  await expect(star).toHaveAttribute("aria-pressed", "true");
  await expect(star).toBeFocused();
  await arrive({ subject: "B letter", text: "…" });
  await expect(row(page, "B letter")).toBeVisible({ timeout: 15_000 });
  await expect(star, "nor does new mail take it away").toBeFocused();
});

test("keys can be switched off", async ({ page, bob, arrive }) => {
  await arrive({ subject: "A letter", text: "…" });
  await signIn(page, bob);
  await page.goto("/settings");
  await page.getByRole("button", { name: "Switch keys off" }).click();
  await expect(page.getByRole("button", { name: "Switch keys on" })).toBeVisible();
  await page.goto("/mail/inbox");
  await page.locator("html[data-awake=yes]").waitFor();
  await focus(page, "A letter");
  await page.keyboard.press("#");
  await page.waitForTimeout(300);
  await expect(row(page, "A letter")).toBeVisible();
});

// Writing: whatever happens in between, what was typed is there afterwards.

import { HERE, THERE, expect, test } from "../harness/test.mjs";
import { attach, awake, composer, kind, openMailbox, row, send, signIn, write } from "../harness/webmail.mjs";

const full = () => test.skip(kind() !== "full", "what a woken page adds");
const scripted = () => test.skip(kind() === "no-js", "what a script adds");
const save = (page) => page.getByRole("button", { name: "Save", exact: true }).last();

/** The browser has no session any more, as after twenty minutes. */
async function endSession(context) {
  await context.clearCookies();
}

test("the session ends while somebody writes: the letter goes through the sign-in page", async ({ page, context, bob, forgive }) => {
  forgive(/401 /);
  await signIn(page, bob);
  await write(page);
  await page.getByLabel("To", { exact: true }).fill(`lisa@${THERE}`);
  await page.getByLabel("Subject").fill("Half \"written\"");
  await endSession(context);
  await page.getByLabel("Text").fill("Dear Lisa,\n\n<b>all</b> of this & more.\n");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByText("Your letter is in this page")).toBeVisible();
  await page.getByLabel("Address").fill(bob.address);
  await page.getByLabel("Password").fill("not his password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Address and password do not match")).toBeVisible();
  await page.getByLabel("Password").fill(bob.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await composer(page);
  await expect(page.getByText("what you typed is in this draft")).toBeVisible();
  await expect(page.getByLabel("Text")).toHaveValue("Dear Lisa,\n\n<b>all</b> of this & more.\n");
  await expect(page.getByLabel("Subject")).toHaveValue("Half \"written\"");
  await send(page);
});

test("edited in two windows: both texts are kept, and each leads to the other", async ({ page, context, bob }) => {
  await signIn(page, bob);
  await write(page);
  const other = await context.newPage();
  await other.goto(page.url());
  await awake(other);
  await page.getByLabel("Subject").fill("Mine");
  await save(page).click();
  await expect(page.getByText("Saved.", { exact: true })).toBeVisible();
  await other.getByLabel("Subject").fill("The other");
  await save(other).click();
  await expect(other.getByText("changed in another window")).toBeVisible();
  await expect(other.getByLabel("Subject")).toHaveValue("Mine");
  await awake(other);
  await other.getByRole("link", { name: "open your own version" }).click();
  await expect(other.getByLabel("Subject")).toHaveValue("The other");
  await other.close();
});

test("a draft saves itself two seconds after the last key", async ({ page, context, bob }) => {
  full();
  await signIn(page, bob);
  await write(page);
  await page.getByLabel("Subject").fill("By itself");
  await expect(page.getByText("Not saved yet")).toBeVisible();
  await expect(page.getByText(/^Saved \d/)).toBeVisible();
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.getByLabel("Subject")).toHaveValue("By itself");
});

test("who types without a pause is saved all the same, ten seconds after the first key", async ({ page, bob }) => {
  full();
  await signIn(page, bob);
  await write(page);
  const saved = page.waitForRequest((request) => request.url().includes("save-draft"), { timeout: 14_000 });
  let typing = true;
  saved.finally(() => (typing = false)).catch(() => undefined);
  await page.getByLabel("Text").focus();
  for (let keys = 0; typing && keys < 40; keys += 1) {
    await page.keyboard.type("a");
    await page.waitForTimeout(400);
  }
  await saved;
});

test("leaving by the rail keeps the last words", async ({ page, bob }) => {
  full();
  await signIn(page, bob);
  await write(page);
  const draft = page.url();
  await page.getByLabel("Text").fill("The last words");
  const saved = page.waitForResponse((answer) => answer.url().includes("save-draft"));
  await openMailbox(page, "Inbox");
  await saved;
  await page.goto(draft);
  await expect(page.getByLabel("Text")).toHaveValue("The last words");
});

test("a tab that holds something unsaved asks before it goes", async ({ page, bob }) => {
  full();
  await signIn(page, bob);
  await write(page);
  await page.getByLabel("Text").pressSequentially("x");
  const asked = page.waitForEvent("dialog");
  const going = page.evaluate(() => location.assign("/mail/inbox"));
  const dialog = await asked;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.dismiss();
  await going;
  await expect(page.getByLabel("Text")).toHaveValue("x");
  await expect(page.getByText(/^Saved \d/)).toBeVisible();
});

test("typing goes on while a file goes up, and Send waits for it", async ({ page, bob, post }) => {
  scripted();
  await signIn(page, bob);
  await write(page);
  await page.getByLabel("To", { exact: true }).fill(`lisa@${THERE}`);
  await page.getByLabel("Subject").fill("With a large file");
  let free;
  const held = new Promise((done) => (free = done));
  await page.route("**/files", async (route) => {
    await held;
    await route.continue();
  });
  const file = { name: "large.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(5 * 1024 * 1024, 7) };
  await page.getByLabel("Attach files").setInputFiles(file);
  await expect(page.getByRole("progressbar", { name: "large.bin" })).toBeVisible();
  await page.getByLabel("Text").fill("Typed while it went up.");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page, "it waits").toHaveURL(/\/compose\//);
  free();
  await expect(page.getByText("Sent. A copy is in Sent.")).toBeVisible({ timeout: 30_000 });
  const mail = await post.provider.message((mail) => mail.from === bob.address);
  expect(mail.bytes.toString("latin1")).toContain("Typed while it went up.");
  expect(mail.bytes.toString("latin1")).toContain("large.bin");
});

test("a file that failed says so, is tried again, and nothing is sent without it", async ({ page, bob, forgive }) => {
  scripted();
  forgive(/ERR_/);
  await signIn(page, bob);
  await write(page);
  await page.getByLabel("Subject").fill("Kept");
  await page.route("**/files", (route) => route.abort(), { times: 1 });
  await page.getByLabel("Attach files").setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
  await expect(page.getByText("Not attached. The server was not reached.")).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("link", { name: "a.txt" })).toBeVisible();
  await expect(page.getByLabel("Subject")).toHaveValue("Kept");
});

test("Send waits for the save that is on its way", async ({ page, bob, post }) => {
  full();
  await signIn(page, bob);
  await write(page);
  let free;
  const held = new Promise((done) => (free = done));
  await page.route("**/save-draft", async (route) => {
    const answer = await route.fetch();
    await held;
    await route.fulfill({ response: answer });
  });
  const saving = page.waitForRequest((request) => request.url().includes("save-draft"));
  await page.getByLabel("To", { exact: true }).fill(`lisa@${THERE}`);
  await page.getByLabel("Subject").fill("Once");
  await saving;
  await page.getByLabel("Text").fill("Newer than what is being saved.");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  free();
  await expect(page.getByText("Sent. A copy is in Sent.")).toBeVisible();
  const mail = await post.provider.message((mail) => mail.from === bob.address);
  expect(mail.bytes.toString()).toContain("Newer than what is being saved.");
  await openMailbox(page, "Drafts");
  await expect(page.getByText("No drafts"), "and no second version of it").toBeVisible();
});

test("offline it says so, and saves when the server is back", async ({ page, bob, forgive }) => {
  full();
  forgive(/ERR_/);
  await signIn(page, bob);
  await write(page);
  await page.route("**/save-draft", (route) => route.abort(), { times: 1 });
  await page.getByLabel("Subject").fill("Through the tunnel");
  await expect(page.getByText(/Offline: not saved yet/)).toBeVisible();
  await expect(page.getByText(/^Saved \d/), "tried again by itself").toBeVisible({ timeout: 20_000 });
  await openMailbox(page, "Drafts");
  await expect(row(page, "Through the tunnel")).toBeVisible();
});

test("a reply keeps the empty lines that it begins with", async ({ page, bob, arrive }) => {
  await arrive({ subject: "Lines", text: "…" });
  await signIn(page, bob);
  await row(page, "Lines").getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: "Lines" })).toBeVisible();
  await awake(page);
  await page.getByRole("main").getByRole("button", { name: "Reply", exact: true }).click();
  await composer(page);
  await expect(page.getByLabel("Text")).toHaveValue(/^\n\nOn /);
  await expect(page.getByLabel("Text"), "and the cursor stands there").toBeFocused();
  await save(page).click();
  await expect(page.getByText("Saved.", { exact: true })).toBeVisible();
  await expect(page.getByLabel("Text")).toHaveValue(/^\n\nOn /);
  await attach(page, { name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
  await expect(page.getByLabel("Text")).toHaveValue(/^\n\nOn /);
});

test("files that are dropped or pasted go along", async ({ page, bob, post }) => {
  scripted();
  await signIn(page, bob);
  await write(page);
  const give = (kind, target, files, text) =>
    page.locator(target).evaluate(
      (element, { kind, files, text }) => {
        const data = new DataTransfer();
        for (const name of files) data.items.add(new File(["x".repeat(9)], name, { type: "text/plain" }));
        if (text) data.setData("text/plain", text);
        const how = { bubbles: true, cancelable: true };
        const event =
          kind === "paste"
            ? new ClipboardEvent(kind, { ...how, clipboardData: data })
            : new DragEvent(kind, { ...how, dataTransfer: data });
        element.dispatchEvent(event);
        return event.defaultPrevented;
      },
      { kind, files, text },
    );
  expect(await give("dragover", "body", ["a.txt"]), "the letter takes it").toBe(true);
  await expect(page.locator("html[data-dragged]")).toHaveCount(1);
  await give("drop", "textarea", ["dropped one.txt", "dropped two.txt"]);
  await expect(page.locator("html[data-dragged]")).toHaveCount(0);
  await give("paste", "textarea", ["pasted.txt"]);
  for (const name of ["dropped one.txt", "dropped two.txt", "pasted.txt"]) {
    await expect(page.getByRole("link", { name })).toBeVisible();
  }
  expect(await give("paste", "textarea", ["picture-of-a-table.txt"], "a table"), "text beside a picture is meant").toBe(false);
  await page.getByLabel("To", { exact: true }).fill(`lisa@${THERE}`);
  await page.getByLabel("Subject").fill("Files");
  await send(page);
  const mail = await post.provider.message((mail) => mail.from === bob.address);
  const text = mail.bytes.toString();
  for (const name of ["dropped one.txt", "dropped two.txt", "pasted.txt"]) expect(text).toContain(name);
  expect(text).not.toContain("picture-of-a-table");
});

test("recipients stand by themselves, and a wrong one says why", async ({ page, bob }) => {
  full();
  await signIn(page, bob);
  await write(page);
  const to = page.getByLabel("To", { exact: true });
  await to.fill(`"Brown, Lisa" <lisa@${THERE}>; anna, bob@${HERE}`);
  await page.getByLabel("Subject").focus();
  await expect(page.locator(".chip")).toHaveText(["Brown, Lisa", "anna", `bob@${HERE}`]);
  await expect(page.getByText("“anna” is not an address: it has no @.")).toBeVisible();
  await page.locator(".chip.bad button").click();
  await expect(page.locator(".chip")).toHaveCount(2);
  await expect(to).toHaveValue(`"Brown, Lisa" <lisa@${THERE}>, bob@${HERE}`);
  await expect(page.getByText("is not an address")).toHaveCount(0);
  // The field lies beneath.
  await page.getByText("Brown, Lisa").click({ force: true });
  await expect(to, "a chip leads into the field").toBeFocused();
  await expect(page.locator(".chip")).toHaveCount(0);
  await page.getByLabel("Subject").focus();
  await expect(page.getByText(/^Saved \d/)).toBeVisible();
  await page.reload();
  await awake(page);
  await expect(page.locator(".chip")).toHaveCount(2);
});

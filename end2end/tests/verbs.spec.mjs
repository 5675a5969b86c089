// Every verb of the webmail, one after the other: with everything, without WebAssembly, without JavaScript, and on a
// telephone.

import fs from "node:fs/promises";
import { HERE, THERE, expect, test } from "../harness/test.mjs";
import { collect } from "../harness/programs.mjs";
import {
  attach, awake, composer, heard, kind, moveTo, openMailbox, openMessage, press, row, rows, send, signIn, tick, undo, write,
} from "../harness/webmail.mjs";

const mixed = (...parts) => ({
  text: `${parts.map(([head, body]) => `--edge\r\n${head}\r\n\r\n${body}`).join("\r\n")}\r\n--edge--`,
  headers: { "Content-Type": 'multipart/mixed; boundary="edge"' },
});
const FILE = mixed(
  ["Content-Type: text/plain; charset=utf-8", "The plan is attached."],
  ["Content-Type: text/plain; name=plan.txt\r\nContent-Disposition: attachment; filename=plan.txt", "hall 7, stand 12"],
);

const action = (page, name) => page.getByRole("main").getByRole("button", { name, exact: true });

test("write: a new message leaves, and a copy stays in Sent", async ({ page, bob, post }) => {
  await signIn(page, bob);
  await write(page);
  await page.getByLabel("To", { exact: true }).fill(`Lisa Brown <lisa@${THERE}>`);
  await page.getByText("Cc, Bcc").click();
  await page.getByLabel("Cc", { exact: true }).fill(`anna@${THERE}`);
  await page.getByLabel("Bcc", { exact: true }).fill(`boss@${THERE}`);
  await page.getByLabel("Subject").fill("Grüße von unterwegs");
  await page.getByLabel("Text").fill("Dear Lisa,\n.\nsee you soon.\n");
  await send(page);
  const mine = (mail) => mail.from === bob.address && mail.bytes.includes("see you soon.");
  const first = await post.provider.message(mine);
  await expect.poll(() => post.provider.messages.filter(mine).flatMap((mail) => mail.to).sort()).toEqual(
    [`anna@${THERE}`, `boss@${THERE}`, `lisa@${THERE}`],
  );
  expect(first.bytes.toString(), "a blind copy is blind").not.toContain("boss@");
  await openMailbox(page, "Sent");
  await expect(row(page, "Grüße von unterwegs")).toBeVisible();
});

test("reply to all: everybody but oneself", async ({ page, bob, arrive }) => {
  await arrive({ subject: "Who comes?", text: "…", headers: { Cc: `Anna <anna@${THERE}>, carl@${THERE}` } });
  await signIn(page, bob);
  await openMessage(page, "Who comes?");
  await awake(page);
  await action(page, "Reply to all").click();
  await composer(page);
  await expect(page.getByLabel("To", { exact: true })).toHaveValue(new RegExp(`lisa@${THERE}`));
  await expect(page.getByLabel("Cc", { exact: true })).toHaveValue(new RegExp(`anna@${THERE}.*carl@${THERE}`));
  expect(await page.locator("form.composer").evaluate((form) => new FormData(form).get("cc"))).not.toContain(bob.address);
});

test("reply to all is offered for a list, too", async ({ page, bob, arrive }) => {
  await arrive({ subject: "Issue 7", text: "…", headers: { To: `readers@${THERE}` } });
  await signIn(page, bob);
  await openMessage(page, "Issue 7");
  await awake(page);
  await action(page, "Reply to all").click();
  await composer(page);
  await expect(page.locator("input[name=cc]")).toHaveValue(new RegExp(`readers@${THERE}`));
});

test("forward: the text and the files go along", async ({ page, bob, arrive, post }) => {
  await arrive({ subject: "The plan", ...FILE });
  await signIn(page, bob);
  await openMessage(page, "The plan");
  await awake(page);
  await action(page, "Forward").click();
  await composer(page);
  await expect(page.getByLabel("Subject")).toHaveValue("Fwd: The plan");
  await expect(page.getByLabel("Text")).toHaveValue(/The plan is attached\./);
  await expect(page.getByRole("link", { name: "plan.txt" })).toBeVisible();
  await page.getByLabel("To", { exact: true }).fill(`anna@${THERE}`);
  await send(page);
  const mail = await post.provider.message((mail) => mail.from === bob.address && mail.to.includes(`anna@${THERE}`));
  expect(mail.bytes.toString()).toContain(Buffer.from("hall 7, stand 12").toString("base64"));
});

test("mark as unread and as read", async ({ page, bob, arrive }) => {
  await arrive({ subject: "One", text: "1" }, { subject: "Two", text: "2" });
  await signIn(page, bob);
  await openMessage(page, "One");
  await awake(page);
  await heard(page, () => action(page, "Unread").click());
  await expect(page).toHaveURL(/\/mail\/inbox/);
  await expect(row(page, "One"), "from the letter").toContainText("Unread");
  await awake(page);
  await tick(page, "One");
  await tick(page, "Two");
  await heard(page, () => press(page, "Read"));
  await expect(row(page, "One")).not.toContainText("Unread");
  await expect(row(page, "Two")).not.toContainText("Unread");
  await page.goto("/mail/inbox");
  await awake(page);
  await expect(row(page, "Two"), "after a reload").not.toContainText("Unread");
  await tick(page, "Two");
  await heard(page, () => press(page, "Unread"));
  await expect(row(page, "Two")).toContainText("Unread");
  await expect(row(page, "One")).not.toContainText("Unread");
});

test("junk, and not junk", async ({ page, bob, arrive }) => {
  await arrive({ subject: "Win a prize", text: "…" }, { subject: "From Anna", text: "…" });
  await signIn(page, bob);
  await tick(page, "Win a prize");
  await press(page, "Junk");
  await expect(page.getByText("1 message moved to Junk.")).toBeVisible();
  await expect(row(page, "Win a prize")).toHaveCount(0);
  await awake(page);
  await openMessage(page, "From Anna");
  await awake(page);
  await action(page, "Junk").click();
  await expect(page.getByText("Nothing waits for you")).toBeVisible();
  await awake(page);
  await openMailbox(page, "Junk");
  await tick(page, "From Anna");
  await press(page, "Not junk");
  await expect(rows(page)).toHaveCount(1);
  await awake(page);
  await openMailbox(page, "Inbox");
  await expect(row(page, "From Anna")).toBeVisible();
});

test("delete from the list, and undo", async ({ page, bob, arrive, post }) => {
  await arrive({ subject: "Too quick", text: "…" }, { subject: "Stays", text: "…" });
  await signIn(page, bob);
  await tick(page, "Too quick");
  await press(page, "Delete");
  await expect(page.getByText("1 message moved to Trash.")).toBeVisible();
  await expect(row(page, "Too quick")).toHaveCount(0);
  await awake(page);
  await undo(page);
  await expect(row(page, "Too quick")).toBeVisible();
  await awake(page);
  await page.reload();
  await expect(row(page, "Too quick"), "really").toBeVisible();
  expect((await collect(post.server.ports.pop3, bob.address, bob.password)).count).toBe(2);
});

test("delete one for ever", async ({ page, bob, arrive }) => {
  await arrive({ subject: "Burn this", text: "…" }, { subject: "And this", text: "…" }, { subject: "Not this", text: "…" });
  await signIn(page, bob);
  for (const subject of ["Burn this", "And this", "Not this"]) await tick(page, subject);
  await press(page, "Delete");
  await expect(page.getByText("3 messages moved to Trash.")).toBeVisible();
  await awake(page);
  await openMailbox(page, "Trash");
  await tick(page, "Burn this");
  await press(page, "Delete for ever");
  await expect(page.getByText("1 message deleted for ever.")).toBeVisible();
  await expect(rows(page)).toHaveCount(2);
  await awake(page);
  await openMessage(page, "And this");
  await awake(page);
  await action(page, "Delete for ever").click();
  await expect(rows(page)).toHaveCount(1);
  await expect(row(page, "Not this")).toBeVisible();
});

test("star a letter, and stay with it", async ({ page, bob, arrive }) => {
  await arrive({ subject: "Keep in sight", text: "…" });
  await signIn(page, bob);
  await openMessage(page, "Keep in sight");
  await awake(page);
  const star = action(page, "Star");
  await heard(page, () => star.click());
  await expect(page).toHaveURL(/\/mail\/m\//);
  await expect(star).toHaveAttribute("aria-pressed", "true");
  await page.reload();
  await expect(star).toHaveAttribute("aria-pressed", "true");
  await awake(page);
  await heard(page, () => star.click());
  await expect(star).toHaveAttribute("aria-pressed", "false");
});

test("move: from the list and from the letter", async ({ page, bob, arrive }) => {
  await arrive({ subject: "First", text: "1" }, { subject: "Second", text: "2" });
  await signIn(page, bob);
  await tick(page, "First");
  await moveTo(page, "Archive");
  await expect(page.getByText("1 message moved.")).toBeVisible();
  await awake(page);
  await openMessage(page, "Second");
  await awake(page);
  await page.getByLabel("Move to").selectOption({ label: "Archive" });
  await action(page, "Move").click();
  await expect(page.getByText("Nothing waits for you")).toBeVisible();
  await awake(page);
  await openMailbox(page, "Archive");
  await expect(rows(page)).toHaveCount(2);
});

test("move to nowhere says what is missing", async ({ page, bob, arrive }) => {
  await arrive({ subject: "First", text: "1" });
  await signIn(page, bob);
  await tick(page, "First");
  await press(page, "Move");
  await expect(page.getByText("No mailbox was chosen")).toBeVisible();
  await expect(row(page, "First")).toBeVisible();
});

test("the last page emptied leads to the one before it", async ({ page, bob, arrive }) => {
  await arrive(...Array.from({ length: 53 }, (_, index) => ({ subject: `Letter ${index + 1}`, text: "…" })));
  await signIn(page, bob);
  await page.getByRole("link", { name: "Older" }).click();
  await expect(rows(page)).toHaveCount(3);
  await awake(page);
  for (const n of [1, 2, 3]) await page.getByRole("checkbox", { name: `Select: Letter ${n},` }).check();
  await press(page, "Delete");
  await expect(rows(page)).toHaveCount(50);
  await expect(page.getByText("1–50 of 50")).toBeVisible();
  await expect(page.getByText("Nothing waits for you")).toHaveCount(0);
});

test("newer and older letters are a step away", async ({ page, bob, arrive }) => {
  await arrive({ subject: "First", text: "1" }, { subject: "Second", text: "2" }, { subject: "Third", text: "3" });
  await signIn(page, bob);
  await openMessage(page, "Second");
  await awake(page);
  await page.getByRole("link", { name: "Older message" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "First" })).toBeVisible();
  await awake(page);
  await page.getByRole("link", { name: "Newer message" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Second" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: "First" }), "Back goes back").toBeVisible();
});

test("files come down as they were sent: an attachment, the whole message, its source", async ({ page, bob, arrive }) => {
  await arrive({ subject: "The plan", ...FILE });
  await signIn(page, bob);
  await openMessage(page, "The plan");
  await awake(page);
  const save = async (link) => {
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    return { name: download.suggestedFilename(), text: Buffer.concat(chunks).toString() };
  };
  expect(await save(page.getByRole("link", { name: "plan.txt" }))).toEqual({ name: "plan.txt", text: "hall 7, stand 12" });
  const whole = await save(page.getByRole("link", { name: "Save as .eml" }));
  expect(whole.name).toMatch(/^message-\d+\.eml$/);
  expect(whole.text).toContain("Subject: The plan\r\n");
  const source = await page.request.get(await page.getByRole("link", { name: "Source" }).getAttribute("href"));
  expect(source.headers()["content-type"]).toContain("text/plain");
  expect(await source.text()).toBe(whole.text);
});

test("an address in a letter begins a letter to it", async ({ page, bob, arrive }) => {
  await arrive({ subject: "Ask her", text: `Write to mailto:anna@${THERE} please.` });
  await signIn(page, bob);
  await openMessage(page, "Ask her");
  await awake(page);
  await page.getByRole("article").getByRole("button", { name: `anna@${THERE}` }).click();
  await composer(page);
  await expect(page.getByLabel("To", { exact: true })).toHaveValue(`anna@${THERE}`);
});

test("files go up, one is taken off again, and one too large is refused while the text stays", async ({ page, bob, forgive }, info) => {
  forgive(/413 .*compose/);
  await signIn(page, bob);
  await write(page);
  await page.getByLabel("Text").fill("Two files.");
  await attach(page, { name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
  await attach(page, { name: "b.txt", mimeType: "text/plain", buffer: Buffer.from("b") });
  await page.getByRole("button", { name: "Remove a.txt" }).click();
  await expect(page.getByRole("link", { name: "a.txt" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "b.txt" })).toBeVisible();
  await awake(page);
  const large = info.outputPath("large.bin");
  await fs.writeFile(large, Buffer.alloc(30 * 1024 * 1024));
  await page.getByLabel("Attach files").setInputFiles(large);
  if (kind() === "no-js") await page.getByRole("button", { name: "Attach", exact: true }).click();
  await expect(page.getByText(/too large/i).first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByLabel("Text")).toHaveValue("Two files.");
  await expect(page.getByRole("link", { name: "b.txt" })).toBeVisible();
});

test("an address that nobody has is named, and everything is kept", async ({ page, bob }) => {
  await signIn(page, bob);
  await write(page);
  await page.getByLabel("To", { exact: true }).fill(`${bob.address}, nobody-at-all@${HERE}`);
  await page.getByLabel("Subject").fill("Hello");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const alert = page.getByRole("alert").filter({ hasText: "Nobody has that address here" });
  await expect(alert).toContainText(`nobody-at-all@${HERE}`);
  await expect(page.getByLabel("Subject")).toHaveValue("Hello");
});

test("search finds it, wherever it is", async ({ page, bob, arrive }) => {
  await arrive({ subject: "Harbour", text: "The lighthouse keeper sends his regards." }, { subject: "Garden", text: "…" });
  await signIn(page, bob);
  await page.goto("/search");
  await awake(page);
  await page.getByRole("searchbox").fill("lighthouse");
  await page.getByRole("main").getByRole("button", { name: "Search" }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(row(page, "Harbour"), "a result says where it is").toContainText("inbox");
});

test("what a row says of itself is said on every screen", async ({ page, bob, arrive }) => {
  await arrive({ subject: "The plan", ...FILE });
  await signIn(page, bob);
  await expect(row(page, "The plan").getByText("Has attachments")).toBeAttached();
  await expect(row(page, "The plan").locator(".mark-icon").first()).toBeVisible();
  await expect(page.getByRole("checkbox", { name: "Select: The plan, Lisa Brown" })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing lies beside the screen").toBe(true);
});

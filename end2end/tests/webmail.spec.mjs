// A traveller's hour at a library's computer: the same suite with WASM, without it, and without JavaScript.

import { THERE, expect, test } from "../harness/test.mjs";
import {
  attach, awake, composer, discard, heard, kind, openMailbox, openMessage, press, row, rows, send, signIn, tick, write,
} from "../harness/webmail.mjs";

test("a wrong password is refused in words, the right one opens the inbox", async ({ page, bob, forgive }) => {
  forgive(/401 .*sign-in/);
  await page.goto("/mail/inbox");
  await expect(page, "the way in is the sign-in page").toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel("Address").fill(bob.address);
  await page.getByLabel("Password").fill("not his password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("Address and password do not match");
  await expect(page.getByLabel("Address"), "what was typed is kept").toHaveValue(bob.address);
  expect(page.url(), "and not in the history of a shared computer").not.toContain("bob");
  await page.getByLabel("Password").fill(bob.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/mail\/inbox$/);
  await expect(page.getByRole("heading", { name: "Inbox" })).toBeVisible();
  await expect(page.getByText("Nothing waits for you")).toBeVisible();
});

test("after signing out, Back shows nothing", async ({ page, bob, arrive }) => {
  await arrive({ subject: "For his eyes", text: "Nobody else shall read this." });
  await signIn(page, bob);
  await openMessage(page, "For his eyes");
  await awake(page);
  await page.getByRole("button", { name: "Sign out" }).first().click();
  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  await page.goBack();
  await expect(page.getByText("Nobody else shall read this.")).toHaveCount(0);
  await expect(page.getByLabel("Password")).toBeVisible();
  await page.goto("/mail/inbox");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("sixty messages are two pages, newest first", async ({ page, bob, arrive }) => {
  const mails = Array.from({ length: 60 }, (_, index) => ({ subject: `Letter ${index + 1}`, text: "…" }));
  await arrive(...mails);
  await signIn(page, bob);
  await expect(rows(page)).toHaveCount(50);
  await expect(rows(page).first()).toContainText("Letter 60");
  await expect(page.getByText("1–50 of 60")).toBeVisible();
  await page.getByRole("link", { name: "Older" }).click();
  await expect(rows(page)).toHaveCount(10);
  await expect(rows(page).last()).toContainText("Letter 1");
  await expect(page.getByText("51–60 of 60")).toBeVisible();
  await page.reload();
  await expect(rows(page), "a page is an address").toHaveCount(10);
  await awake(page);
  // What comes meanwhile moves nothing: it stands one page further up.
  await arrive({ subject: "Came meanwhile", text: "…" });
  await page.getByRole("link", { name: "Newer" }).click();
  await expect(rows(page)).toHaveCount(50);
  await expect(rows(page).first()).toContainText("Letter 60");
  await awake(page);
  await page.getByRole("link", { name: "Newer" }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText("Came meanwhile");
});

test("a message opens, is read from then on, and shows who wrote it", async ({ page, bob, arrive }) => {
  await arrive({ subject: "Grüße aus Łódź", text: "Dear Bob,\n\nthe train leaves at 14:05. — 你好\n\nLisa" });
  await signIn(page, bob);
  await expect(row(page, "Grüße aus Łódź")).toContainText("Unread");
  await openMessage(page, "Grüße aus Łódź");
  await expect(page.getByText("the train leaves at 14:05. — 你好")).toBeVisible();
  await expect(page.getByRole("article")).toContainText("Lisa Brown");
  await expect(page.getByRole("article"), "the address is shown as well as the name").toContainText(`lisa@${THERE}`);
  await awake(page);
  await openMailbox(page, "Inbox");
  await expect(row(page, "Grüße aus Łódź")).not.toContainText("Unread");
});

test("a reply quotes, takes a file along, and reaches the other provider", async ({ page, bob, arrive, post }) => {
  await arrive({ subject: "Timetable?", text: "When do you arrive?" });
  await signIn(page, bob);
  await openMessage(page, "Timetable?");
  await awake(page);
  await page.getByRole("button", { name: "Reply", exact: true }).click();
  await composer(page);
  await expect(page.getByLabel("To", { exact: true })).toHaveValue(new RegExp(`lisa@${THERE}`));
  await expect(page.getByLabel("Subject")).toHaveValue("Re: Timetable?");
  await expect(page.getByLabel("Text")).toHaveValue(/> When do you arrive\?/);
  await page.getByLabel("Text").fill("At nine. The timetable is attached.\n.\nBob");
  await attach(page, { name: "timetable.csv", mimeType: "text/csv", buffer: Buffer.from("train,time\n17,09:00\n") });
  await expect(page.getByLabel("Text"), "nothing typed is lost").toHaveValue(/At nine/);
  await send(page);

  const mail = await post.provider.message((mail) => mail.from === bob.address);
  expect(mail.to).toEqual([`lisa@${THERE}`]);
  const text = mail.bytes.toString("latin1");
  expect(text).toMatch(/^In-Reply-To: </m);
  expect(text).toContain("timetable.csv");
  expect(text).toContain(Buffer.from("train,time\n17,09:00\n").toString("base64"));

  await openMailbox(page, "Sent");
  await openMessage(page, "Re: Timetable?");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("region", { name: "Attachments" }).getByRole("link").click(),
  ]);
  expect(download.suggestedFilename()).toBe("timetable.csv");
});

test("a draft is kept, found again, sent to nobody by itself, and discarded", async ({ page, bob }) => {
  await signIn(page, bob);
  await write(page);
  await page.getByLabel("Subject").fill("Half a thought");
  await page.getByLabel("Text").fill('<b>"quoted" & kept</b></textarea>');
  await page.getByRole("button", { name: "Save", exact: true }).last().click();
  await expect(page.getByText("Saved.", { exact: true })).toBeVisible();
  await awake(page);
  await openMailbox(page, "Drafts");
  await row(page, "Half a thought").getByRole("link").click();
  await composer(page);
  await expect(page.getByLabel("Text"), "text is text, not markup").toHaveValue('<b>"quoted" & kept</b></textarea>');
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("Nobody to send to yet");
  await expect(page.getByLabel("Subject"), "everything is still in the form").toHaveValue("Half a thought");
  await awake(page);
  await discard(page);
  await expect(page.getByText("Draft discarded.")).toBeVisible();
  await expect(row(page, "Half a thought")).toHaveCount(0);
});

test("search finds words of the text, Chinese too, and nothing else", async ({ page, bob, arrive }) => {
  await arrive(
    { subject: "Harbour", text: "The lighthouse keeper sends his regards." },
    { subject: "会议", text: "明天的会议改到下午三点。" },
    { subject: "Garden", text: "Nothing of that kind." },
  );
  await signIn(page, bob);
  await page.getByRole("searchbox", { name: "Search mail" }).fill("lighthouse");
  await page.getByRole("searchbox", { name: "Search mail" }).press("Enter");
  await expect(page).toHaveURL(/\/search\?q=lighthouse/);
  await expect(rows(page)).toHaveCount(1);
  await expect(row(page, "Harbour")).toBeVisible();
  await awake(page);
  await page.getByRole("searchbox").fill("下午");
  await page.getByRole("main").getByRole("button", { name: "Search" }).click();
  await expect(row(page, "会议")).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  await awake(page);
  await page.getByRole("searchbox").fill("zeppelin");
  await page.getByRole("main").getByRole("button", { name: "Search" }).click();
  await expect(page.getByText("Nothing found")).toBeVisible();
});

test("ticked messages are moved, and are where they were moved to", async ({ page, bob, arrive }) => {
  await arrive({ subject: "First", text: "1" }, { subject: "Second", text: "2" }, { subject: "Third", text: "3" });
  await signIn(page, bob);
  await tick(page, "First");
  await tick(page, "Third");
  await press(page, "Archive");
  await expect(page.getByText("2 messages archived.")).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  await awake(page);
  await tick(page, "Second");
  await page.getByLabel("Move to").first().selectOption({ label: "Junk" });
  await press(page, "Move");
  await expect(page.getByText("Nothing waits for you")).toBeVisible();
  await awake(page);
  await openMailbox(page, "Archive");
  await expect(row(page, "First")).toBeVisible();
  await expect(row(page, "Third")).toBeVisible();
  await openMailbox(page, "Junk");
  await expect(row(page, "Second")).toBeVisible();
});

test("a star stays after a reload", async ({ page, bob, arrive }) => {
  await arrive({ subject: "Keep in sight", text: "…" });
  await signIn(page, bob);
  const star = page.getByRole("button", { name: "Star: Keep in sight" });
  await expect(star).toHaveAttribute("aria-pressed", "false");
  await heard(page, () => star.click());
  await expect(star).toHaveAttribute("aria-pressed", "true");
  await page.reload();
  await expect(star).toHaveAttribute("aria-pressed", "true");
  await awake(page);
  await star.click();
  await expect(star).toHaveAttribute("aria-pressed", "false");
});

test("what is deleted waits in Trash until it is emptied", async ({ page, bob, arrive }) => {
  await arrive({ subject: "Old news", text: "…" }, { subject: "Good news", text: "…" });
  await signIn(page, bob);
  await openMessage(page, "Old news");
  await awake(page);
  await page.getByRole("main").getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page).toHaveURL(/\/mail\/inbox/);
  await expect(row(page, "Old news")).toHaveCount(0);
  await expect(row(page, "Good news")).toBeVisible();
  await awake(page);
  await openMailbox(page, "Trash");
  await expect(row(page, "Old news")).toBeVisible();
  await awake(page);
  await page.getByText("Empty Trash").click();
  await page.getByRole("button", { name: "Delete for ever" }).first().click();
  await expect(page.getByText("Trash is empty")).toBeVisible();
});

test("settings tell a desktop program where its mail is", async ({ page, bob, post }) => {
  await signIn(page, bob);
  await page.goto("/settings");
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: "Programs" }).click();
  await expect(page.getByRole("heading", { name: "Programs", exact: true })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(String(post.server.ports.pop3));
  await expect(page.getByRole("main")).toContainText(String(post.server.ports.submission));
  await expect(page.getByRole("main")).toContainText(bob.address);
});

test("new mail appears by itself", async ({ page, bob, arrive }) => {
  // Without JavaScript the page asks again once a minute, by its own <meta>: so long it is waited for.
  const within = kind() === "no-js" ? 75_000 : 15_000;
  test.setTimeout(within + 45_000);
  await signIn(page, bob);
  await expect(page.getByText("Nothing waits for you")).toBeVisible();
  await arrive({ subject: "Just now", text: "Look up!" });
  await expect(row(page, "Just now")).toBeVisible({ timeout: within });
});

test("what is ticked stays ticked when new mail comes in between", async ({ page, bob, arrive }) => {
  test.skip(kind() !== "full", "elsewhere the list waits while something is ticked");
  await arrive({ subject: "This one", text: "1" }, { subject: "Not this one", text: "2" });
  await signIn(page, bob);
  await tick(page, "This one");
  await arrive({ subject: "In between", text: "3" });
  await expect(row(page, "In between")).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole("checkbox", { name: "Select: This one" })).toBeChecked();
  await press(page, "Archive");
  await expect(page.getByText("1 message archived.")).toBeVisible();
  await expect(rows(page)).toHaveCount(2);
});

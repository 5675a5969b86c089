// "How Email Works": Lisa at the other provider writes to Bob, who is travelling.

import { HERE, THERE, expect, test } from "../harness/test.mjs";
import { collect, sendMail, written } from "../harness/programs.mjs";
import { awake, composer, openMessage, row, send, signIn } from "../harness/webmail.mjs";

test("Lisa writes, Bob reads it abroad, his desktop collects it, and his answer finds her server", async ({ page, post, bob }) => {
  const { ports } = post.server;
  const lisa = `lisa@${THERE}`;
  const question = "Dear Bob,\n\nwill you be at the trade show on Monday?\n.and the day after?\n\nLisa";
  const letter = written({ from: lisa, name: "Lisa Brown", to: bob.address, subject: "Trade show", text: question });

  await test.step("Lisa's program hands the letter to the server that is responsible for Bob", async () => {
    await sendMail(ports.smtp, [{ from: lisa, to: bob.address, raw: letter }]);
  });

  await test.step("Bob, at a library's computer, reads it in the webmail", async () => {
    await signIn(page, bob);
    await openMessage(page, "Trade show");
    await expect(page.getByText("will you be at the trade show on Monday?")).toBeVisible();
    await awake(page);
  });

  await test.step("reading took nothing away: his desktop program still collects it, byte for byte", async () => {
    const box = await collect(ports.pop3, bob.address, bob.password);
    expect(box.count).toBe(1);
    const bytes = box.messages[0];
    expect(bytes.length).toBe(box.sizes[0]);
    expect(box.octets).toBe(bytes.length);
    // Our server put its own lines in front; what Lisa wrote follows unchanged.
    expect(bytes.subarray(bytes.length - Buffer.byteLength(letter)).toString()).toBe(letter);
    expect(bytes.toString()).toMatch(new RegExp(`^Return-Path: <${lisa}>\r\n`));
    expect(bytes.toString()).toMatch(/^Received: from /m);
    const again = await collect(ports.pop3, bob.address, bob.password);
    expect(again.uidls).toEqual(box.uidls);
  });

  await test.step("he answers in the webmail", async () => {
    await page.getByRole("button", { name: "Reply", exact: true }).click();
    await composer(page);
    await page.getByLabel("Text").fill("Dear Lisa,\n\nyes, both days. Hall 7.\n\nBob");
    await send(page);
  });

  await test.step("DNS names the other provider's server, and the answer arrives there", async () => {
    const answer = await post.provider.message((mail) => mail.from === bob.address);
    expect(answer.to).toEqual([lisa]);
    const text = answer.bytes.toString();
    expect(text).toContain("yes, both days. Hall 7.");
    expect(text).toMatch(/^Subject: Re: Trade show\r$/m);
    const asked = /^Message-ID: (<.*>)\r$/m.exec(letter)[1];
    expect(text).toContain(`In-Reply-To: ${asked}`);
    expect(text).toMatch(new RegExp(`^Received: .*${HERE.replace(".", "\\.")}`, "m"));
  });

  await test.step("the letter shows that it was answered, and his program may now take it away", async () => {
    await page.goto("/mail/inbox");
    await expect(row(page, "Trade show")).toContainText("Answered");
    await collect(ports.pop3, bob.address, bob.password, { remove: true });
    await page.reload();
    await expect(row(page, "Trade show")).toHaveCount(0);
  });
});

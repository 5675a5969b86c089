// An admin gives out addresses: an alias for the sales team, a catch-all, and a second address for somebody who then
// writes with it.

import { ADMIN, HERE, THERE, expect, test } from "../harness/test.mjs";
import { sendMail } from "../harness/programs.mjs";
import { awake, openMailbox, row, send, signIn, write } from "../harness/webmail.mjs";

async function office(page, post, path) {
  await signIn(page, { address: ADMIN, password: post.server.passwords[ADMIN] });
  await page.goto(path);
  await awake(page);
}

test("an alias is added, changed, refused when it goes round, and removed; mail follows", async ({ page, post, bob, forgive }, info) => {
  const alias = `sales-${info.project.name}-${info.workerIndex}-${bob.address}`.replace(/@.*/, `@${HERE}`);
  const line = page.getByRole("row").filter({ hasText: alias });
  const add = page.getByRole("region", { name: "Add an alias" });
  await office(page, post, `/admin/domains/${HERE}`);
  await expect(page.getByRole("heading", { level: 1, name: HERE })).toBeVisible();
  await add.getByLabel("Alias").fill(alias);
  await add.getByLabel("Reaches, one a line").fill(`${bob.address}\nanna@${THERE}`);
  await add.getByRole("button", { name: "Add alias" }).click();
  await expect(page.getByText("Alias added.")).toBeVisible();
  await expect(line).toContainText(bob.address);
  await expect(line).toContainText(`anna@${THERE}`);
  await awake(page);

  forgive(/409 .*(add|set)-alias/);
  await add.getByLabel("Alias").fill(`x-${alias}`);
  await add.getByLabel("Reaches, one a line").fill(`x-${alias}`);
  await add.getByRole("button", { name: "Add alias" }).click();
  await expect(page.getByRole("alert")).toContainText("back to itself");
  await awake(page);

  await page.goto(`/admin/domains/${HERE}?q=${alias}`);
  await awake(page);
  await line.getByText("Change", { exact: true }).click();
  await line.getByLabel("Reaches, one a line").fill(bob.address);
  await line.getByRole("button", { name: "Change alias" }).click();
  await expect(page.getByText("Alias changed.")).toBeVisible();
  await expect(line).not.toContainText(`anna@${THERE}`);
  await awake(page);

  const mail = (subject) => [{ from: `lisa@${THERE}`, name: "Lisa Brown", to: alias, subject, text: "For the team." }];
  await sendMail(post.server.ports.smtp, mail("To the team"));
  await page.goto(`/admin/domains/${HERE}?q=${alias}`);
  await awake(page);
  await line.getByText("Remove", { exact: true }).click();
  await line.getByRole("button", { name: "Remove alias" }).click();
  await expect(page.getByText("Removed.")).toBeVisible();
  await expect(line).toHaveCount(0);
  await expect(sendMail(post.server.ports.smtp, mail("Too late")), "nobody has that name any more").rejects.toThrow();

  await page.context().clearCookies();
  await signIn(page, bob);
  await openMailbox(page, "Inbox");
  await expect(row(page, "To the team")).toBeVisible();
});

test("a second address is given to somebody, who writes with it", async ({ page, post, bob }) => {
  const second = bob.address.replace("bob", "robert");
  await office(page, post, `/admin/accounts?q=${bob.address}`);
  await page.getByRole("row").filter({ hasText: bob.address }).getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: bob.address })).toBeVisible();
  await awake(page);
  await page.getByLabel("One more address").fill(second);
  await page.getByRole("button", { name: "Add address" }).click();
  await expect(page.getByText("Address added.")).toBeVisible();
  await expect(page.getByRole("region", { name: "Addresses" })).toContainText(second);

  await page.context().clearCookies();
  await signIn(page, bob);
  await write(page);
  await page.getByLabel("From").selectOption(second);
  await page.getByLabel("To", { exact: true }).fill(`lisa@${THERE}`);
  await page.getByLabel("Subject").fill("From my other address");
  await page.getByLabel("Text").fill("Hello.");
  await send(page);
  const arrived = await post.provider.message((mail) => mail.from === second);
  expect(arrived.bytes.toString()).toMatch(new RegExp(`^From: .*<${second}>\r$`, "m"));
});

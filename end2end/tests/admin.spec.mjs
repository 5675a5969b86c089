// An admin's morning: a new customer with a domain of his own, and one who leaves.

import { ADMIN, HERE, expect, test } from "../harness/test.mjs";
import { collect, sendMail } from "../harness/programs.mjs";
import { awake, kind, signIn } from "../harness/webmail.mjs";

test.beforeEach(async ({ page, post }) => {
  await signIn(page, { address: ADMIN, password: post.server.passwords[ADMIN] });
  await page.goto("/admin");
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await awake(page);
});

async function go(page, name) {
  await page.getByRole("navigation", { name: "Admin" }).getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await awake(page);
}

test("a domain is added, suspended, resumed and removed", async ({ page, forgive }, info) => {
  const domain = `company-${info.project.name}-${info.workerIndex}.test`;
  const line = page.getByRole("row").filter({ hasText: domain });
  await go(page, "Domains");
  await page.getByLabel("Name").fill(domain);
  await page.getByRole("button", { name: "Add domain" }).click();
  await expect(line).toContainText("Active");
  await awake(page);

  await line.getByRole("button", { name: "Suspend" }).click();
  await expect(line).toContainText("Suspended");
  await awake(page);
  await line.getByRole("button", { name: "Resume" }).click();
  await expect(line).toContainText("Active");
  await awake(page);

  await line.getByText("Remove", { exact: true }).click();
  await line.getByRole("textbox").fill("something else");
  forgive(/422 .*remove-domain/);
  await line.getByRole("button", { name: "Remove domain" }).click();
  await expect(page.getByRole("alert")).toContainText("Nothing was removed");
  await expect(line).toBeVisible();
  await awake(page);
  if (!(await line.getByRole("textbox").isVisible())) await line.getByText("Remove", { exact: true }).click();
  await line.getByRole("textbox").fill(domain);
  await line.getByRole("button", { name: "Remove domain" }).click();
  await expect(line).toHaveCount(0);
  await expect(page.getByRole("alert").filter({ hasText: "Nothing was removed" }), "the refusal before is over").toHaveCount(0);
});

test("an account is made, limited, suspended, given a new password and removed", async ({ page, post }, info) => {
  const address = `carol-${info.project.name}-${info.workerIndex}@${HERE}`;
  const { pop3 } = post.server.ports;
  await go(page, "Accounts");
  const form = page.getByRole("region", { name: "Add an account" });
  await form.getByLabel("Address").fill(address);
  await form.getByLabel("Name").fill("Carol Jones");
  await form.getByLabel("Quota, MiB").fill("50");
  await form.getByRole("button", { name: "Add account" }).click();
  await expect(page.getByText("Password, shown this once")).toBeVisible();
  const password = await page.getByRole("status").locator("code").innerText();
  expect((await collect(pop3, address, password)).count).toBe(0);
  await awake(page);

  await page.getByRole("row").filter({ hasText: address }).getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: address })).toBeVisible();
  await expect(page.getByText("of 50")).toBeVisible();
  await awake(page);

  await page.getByLabel("MiB, empty for none").fill("75");
  await page.getByRole("button", { name: "Set quota" }).click();
  await expect(page.getByText("of 75")).toBeVisible();
  await awake(page);

  await page.getByRole("button", { name: "Suspend account" }).click();
  await expect(page.getByRole("button", { name: "Resume account" })).toBeVisible();
  await expect(collect(pop3, address, password), "a suspended account cannot sign in").rejects.toThrow();
  await awake(page);
  await page.getByRole("button", { name: "Resume account" }).click();
  await expect(page.getByRole("button", { name: "Suspend account" })).toBeVisible();
  await awake(page);

  await page.getByRole("textbox", { name: "Password" }).fill("another-long-password");
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("New password for")).toBeVisible();
  await expect(collect(pop3, address, password), "the old password is over").rejects.toThrow();
  expect((await collect(pop3, address, "another-long-password")).count).toBe(0);
  await awake(page);

  await page.getByLabel("Type the address to confirm").fill(address);
  await page.getByRole("button", { name: "Remove account and mail" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Accounts" })).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: address })).toHaveCount(0);
  await expect(collect(pop3, address, "another-long-password")).rejects.toThrow();
});

test("what was mistyped is still there to be corrected", async ({ page, forgive }) => {
  forgive(/422 .*add-domain/);
  await go(page, "Domains");
  await page.getByLabel("Name").fill("not a domain");
  await page.getByRole("button", { name: "Add domain" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "not a domain name" })).toBeVisible();
  await expect(page.getByLabel("Name")).toHaveValue("not a domain");
  await awake(page);
  await go(page, "Accounts");
  const form = page.getByRole("region", { name: "Add an account" });
  await form.getByLabel("Address").fill(`carla@elsewhere.test`);
  await form.getByLabel("Name").fill("Carla");
  await form.getByLabel("Role").selectOption("admin");
  await form.getByRole("button", { name: "Add account" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "not a domain name" })).toBeVisible();
  await expect(form.getByLabel("Address")).toHaveValue("carla@elsewhere.test");
  await expect(form.getByLabel("Name")).toHaveValue("Carla");
  await expect(form.getByLabel("Role")).toHaveValue("admin");
});

test("a password is shown once, and not to who comes back", async ({ page }, info) => {
  const address = `dora-${info.project.name}-${info.workerIndex}@${HERE}`;
  await go(page, "Accounts");
  const form = page.getByRole("region", { name: "Add an account" });
  await form.getByLabel("Address").fill(address);
  await form.getByRole("button", { name: "Add account" }).click();
  await expect(page.getByText("Password, shown this once")).toBeVisible();
  await awake(page);
  await go(page, "Queue");
  await go(page, "Accounts");
  await expect(page.getByRole("row").filter({ hasText: address })).toBeVisible();
  await expect(page.getByText("Password, shown this once")).toHaveCount(0);
});

test("what waits says why, and is given up with a word to its sender", async ({ page, post, bob }) => {
  const nobody = "lisa@closed.test";
  // The DNS knows the name, and at its address nobody answers.
  await sendMail(post.server.ports.submission, [{ from: bob.address, to: nobody, subject: "Waits", text: "…" }], [
    bob.address,
    bob.password,
  ]);
  const line = page.getByRole("row").filter({ hasText: nobody });
  await go(page, "Queue");
  await expect(async () => {
    await page.reload();
    await expect(line).toContainText("closed.test", { timeout: 1000 });
  }).toPass();
  await awake(page);
  await line.getByRole("button", { name: "Try now" }).click();
  await expect(line).toBeVisible();
  await awake(page);
  await line.getByText("Give up", { exact: true }).click();
  await line.getByRole("button", { name: "Give up and tell the sender" }).click();
  await expect(async () => {
    await page.reload();
    await expect(line).toHaveCount(0, { timeout: 1000 });
  }).toPass();
  const { messages } = await collect(post.server.ports.pop3, bob.address, bob.password);
  expect(messages.map(String).join()).toContain(nobody);
});

test("the queue says that nothing waits, and a search finds an account", async ({ page, bob }) => {
  await go(page, "Queue");
  await expect(page.getByText("The queue is empty")).toBeVisible();
  await go(page, "Accounts");
  await page.getByRole("searchbox", { name: "Search accounts" }).fill(bob.address);
  await page.getByRole("searchbox", { name: "Search accounts" }).press("Enter");
  await expect(page.getByRole("row").filter({ hasText: bob.address })).toHaveCount(1);
  await expect(page.getByRole("row").filter({ hasText: ADMIN })).toHaveCount(0);
});

test("who is no admin is told which role is needed", async ({ browser, post, bob }) => {
  // A 403 is an error in the console by itself, so this page is not the watched one.
  const context = await browser.newContext({ baseURL: post.server.url });
  const page = await context.newPage();
  await signIn(page, bob);
  const answer = await page.goto("/admin/accounts");
  expect(answer.status()).toBe(403);
  await expect(page.getByText("Your account may not do this. An admin can.")).toBeVisible();
  await context.close();
});

test("records are copied with a press, or marked where there is no script", async ({ page, context }) => {
  await page.goto(`/admin/dns/${HERE}`);
  const line = page.getByRole("row").filter({ hasText: "IN MX" });
  await expect(line.locator("code")).toContainText("IN MX");
  if (kind() === "no-js") {
    await expect(page.getByRole("button", { name: /^Copy/ })).toHaveCount(0);
    return;
  }
  await awake(page);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await line.getByRole("button", { name: /^Copy line/ }).click();
  await expect(line.getByRole("status")).toHaveText("Copied");
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  expect(await clipboard()).toBe(await line.locator("code").innerText());
  await line.getByRole("button", { name: /^Copy name/ }).click();
  await expect.poll(clipboard).toBe(HERE);
});

// Bob gives his phone a password of its own, and takes it away when the phone is lost.

import { THERE, expect, test } from "../harness/test.mjs";
import { collect, sendMail } from "../harness/programs.mjs";
import { awake, signIn } from "../harness/webmail.mjs";

test("a program gets a password of its own, is seen, and is revoked", async ({ page, post, bob }) => {
  const { ports } = post.server;
  const phone = page.getByRole("row").filter({ hasText: "Phone" });
  await sendMail(ports.smtp, [{ from: `lisa@${THERE}`, to: bob.address, subject: "For the phone", text: "Hello!" }]);
  await signIn(page, bob);
  await page.goto("/settings");
  await page.getByRole("main").getByRole("link", { name: "Programs" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Programs" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(bob.address);
  await awake(page);

  await page.getByLabel("What do you call it?").fill("Phone");
  await page.getByRole("button", { name: "Make a password" }).click();
  await expect(page.getByText("Password, shown this once")).toBeVisible();
  const password = await page.locator(".secret-word").textContent();
  expect(password).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
  await expect(phone).toContainText("never");
  await awake(page);

  const box = await collect(ports.pop3, bob.address, password);
  expect(box.count).toBe(1);
  await page.goto("/settings/programs");
  await expect(page.getByText("Password, shown this once")).toHaveCount(0);
  await expect(phone).toContainText("127.0.0.1");
  await awake(page);

  await phone.getByText("Revoke", { exact: true }).click();
  await phone.getByRole("button", { name: "Revoke this program" }).click();
  await expect(phone).toHaveCount(0);
  await expect(collect(ports.pop3, bob.address, password)).rejects.toThrow();
  expect((await collect(ports.pop3, bob.address, bob.password)).count).toBe(1);
});

test("a name that is taken is said, and nothing is made", async ({ page, bob }) => {
  await signIn(page, bob);
  for (const time of ["first", "second"]) {
    await page.goto("/settings/programs");
    await awake(page);
    await page.getByLabel("What do you call it?").fill("Laptop");
    await page.getByRole("button", { name: "Make a password" }).click();
    const said = time === "first" ? "Password, shown this once" : "That name is in use already";
    await expect(page.getByText(said)).toBeVisible();
    await awake(page);
  }
  await expect(page.getByRole("row").filter({ hasText: "Laptop" })).toHaveCount(1);
});

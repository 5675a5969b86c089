// Mail with HTML in it: shown, and harmless.

import { THERE, expect, test } from "../harness/test.mjs";
import { openMessage, signIn } from "../harness/webmail.mjs";

// A trace puts a script into every frame; the frame of a message refuses it and says so in the console.
test.use({ trace: "off" });

test("HTML mail is shown in a frame that runs nothing and fetches nothing", async ({ page, bob, arrive }) => {
  const fetched = [];
  page.on("request", (request) => fetched.push(request.url()));
  const html = `<p style="color:#123456">Our <b>new hours</b></p><script>document.title = "taken over"</script>
    <img src="http://tracker.${THERE}/pixel.gif" onerror="parent.document.title='taken over'">`;
  await arrive({ subject: "Newsletter", text: html, headers: { "Content-Type": "text/html; charset=utf-8" } });
  await signIn(page, bob);
  await openMessage(page, "Newsletter");
  await expect(page.frameLocator('iframe[title="Text of the message"]').getByText("new hours")).toBeVisible();
  await expect(page.getByText("1 remote picture is not loaded")).toBeVisible();
  await expect(page).toHaveTitle(/Newsletter/);
  const frame = await page.request.get(`${page.url()}/html`);
  expect(frame.headers()["content-security-policy"]).toContain("default-src 'none'");
  expect(await frame.text()).not.toMatch(/<script|onerror|tracker/i);
  expect(fetched.filter((url) => !url.startsWith(new URL(page.url()).origin) && !url.startsWith("data:"))).toEqual([]);
});

// What every browser test stands on: a post office of its own worker, an account of its own, and a page on which a
// single console error is a failure.

import { test as base, expect } from "@playwright/test";
import { startDns } from "./dns.mjs";
import { sendMail } from "./programs.mjs";
import { startProvider } from "./provider.mjs";
import { startRestante } from "./restante.mjs";

export { expect };

export const HERE = "comentum.test";
export const THERE = "otherisp.test";
export const ADMIN = `admin@${HERE}`;

export const ZONES = {
  [THERE]: { MX: [[10, `mx.${THERE}`]] },
  [`mx.${THERE}`]: { A: ["127.0.0.1"] },
  [HERE]: { MX: [[10, `mail.${HERE}`]] },
  [`mail.${HERE}`]: { A: ["127.0.0.1"] },
  // A host whose mail server is never there.
  "closed.test": { MX: [[10, "mx.closed.test"]] },
  "mx.closed.test": { A: ["127.0.0.9"] },
};

export const test = base.extend({
  /** The server, the small DNS and the other provider: one of each for a worker. */
  post: [
    async ({}, use) => {
      const dns = await startDns(ZONES);
      const provider = await startProvider(`mx.${THERE}`);
      const server = await startRestante({ dns, outboundPort: provider.port, domains: [HERE], admin: ADMIN });
      await use({ server, provider, dns });
      await server.stop();
      await provider.stop();
      await dns.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],

  baseURL: async ({ post }, use) => use(post.server.url),

  /** Somebody new, whom no other test knows: `{ address, password, name }`. Made the way an admin makes one. */
  bob: async ({ post, playwright }, use, info) => {
    const address = `bob-${info.workerIndex}-${(count += 1)}@${HERE}`;
    const desk = await playwright.request.newContext({ baseURL: post.server.url, extraHTTPHeaders: OWN_SITE });
    await desk.post("/sign-in", { form: { address: ADMIN, password: post.server.passwords[ADMIN], next: "" } });
    const account = { address, password: `travel-${count}-${info.workerIndex}-letters`, name: "Bob Miller" };
    const made = await desk.post("/admin/accounts", { form: { ...account, role: "user", quota_mib: "" } });
    expect(made.status(), "the account is made").toBe(200);
    await desk.dispose();
    await use(account);
  },

  /** Another program, somewhere, that sends mail to this server. */
  arrive: async ({ post, bob }, use) => {
    await use((...mails) =>
      sendMail(
        post.server.ports.smtp,
        mails.map((mail) => ({ from: `lisa@${THERE}`, name: "Lisa Brown", to: bob.address, ...mail })),
      ),
    );
  },

  /** Names a complaint of the console that a test brings about on purpose: a refused act is a 422 there. */
  forgive: async ({}, use) => {
    const patterns = [];
    await use(Object.assign((pattern) => patterns.push(pattern), { patterns }));
  },

  /** A page whose console stays clean. */
  page: async ({ page, forgive }, use) => {
    const complaints = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await use(page);
    const left = complaints.filter((complaint) => !forgive.patterns.some((pattern) => pattern.test(complaint)));
    expect(left, "errors in the browser's console").toEqual([]);
  },
});

let count = 0;
/** A request without a browser has to say itself where it comes from. */
const OWN_SITE = { "Sec-Fetch-Site": "same-origin" };

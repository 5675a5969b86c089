// Every page as a picture, at 1280 and 375 px, light and dark: to be looked at by a person, held against the design.
// `npm run shots [part of a page's name…]`; the pictures lie in test-results/shots.

import { chromium as browsers } from "@playwright/test";
import fs from "node:fs/promises";
import { chromium, FLAGS } from "./harness/chromium.mjs";
import { startDns } from "./harness/dns.mjs";
import { sendMail } from "./harness/programs.mjs";
import { startProvider } from "./harness/provider.mjs";
import { startRestante } from "./harness/restante.mjs";

const OUT = new URL("test-results/shots/", import.meta.url).pathname;
const WIDTHS = { wide: { width: 1280, height: 860 }, narrow: { width: 375, height: 760 } };
const BOB = "bob@comentum.test";
const ANNA = "anna@comentum.test";
const ADMIN = "admin@comentum.test";
const wanted = process.argv.slice(2);

const LETTERS = [
  { subject: "Re: Trade show", name: "Lisa Brown", text: "See you there!\n\n> Hall 7, both days.\n> Bob\n> > Will you come on Monday?" },
  { subject: "A subject that goes on and on, ".repeat(7).trim(), name: "Bartholomew Featherstonehaugh-Cholmondeley", text: "Long ago…" },
  { subject: "مرحبا بكم في المكتبة", name: "مكتبة الإسكندرية", text: "أهلاً بك، البريد ينتظرك هنا." },
  { subject: "明天的会议改到下午三点", name: "王小明", text: "请带上展会的资料。" },
  { subject: "", name: "", text: "There is neither a name nor a subject here." },
  { subject: "Your ticket", name: "Railways", html: "<h2>Have a good journey</h2><p>Train <b>17</b>, 09:00. <a href='https://rail.test'>Timetable</a></p><img src='http://rail.test/p.gif'>" },
  { subject: "The plan of the stand", name: "Trade Fair Office", text: "Dear exhibitor,\n\nthe plan is attached. Questions: https://fair.test/help or mailto:fair@otherisp.test\n\nKind regards", file: "stand.pdf" },
];

/** What another provider tells of mail in our name. */
const REPORT = `From: <dmarc@reporter.test>
To: postmaster@comentum.test
Subject: Report Domain: comentum.test
Content-Type: text/xml

<feedback><report_metadata><org_name>A provider with a rather long name of its own, Ltd.</org_name><email>dmarc@reporter.test</email>
<report_id>17</report_id><date_range><begin>1763942400</begin><end>1764028799</end></date_range></report_metadata>
<policy_published><domain>comentum.test</domain><p>quarantine</p></policy_published>
${["pass", "fail"].map((result) => `<record><row><source_ip>192.0.2.7</source_ip><count>1234</count><policy_evaluated><disposition>none</disposition>
<dkim>${result}</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>comentum.test</header_from></identifiers></record>`).join("\n")}
</feedback>
`.replace(/\n/g, "\r\n");

const dns = await startDns({ "otherisp.test": { MX: [[10, "mx.otherisp.test"]] }, "mx.otherisp.test": { A: ["127.0.0.1"] }, "late.test": { MX: [[10, "mx.late.test"]] }, "mx.late.test": { A: ["127.0.0.9"] }, "reporter.test": { MX: [[10, "mx.otherisp.test"]], TXT: ["v=spf1 ip4:127.0.0.1 -all"] } });
const provider = await startProvider("mx.otherisp.test");
const server = await startRestante({
  dns,
  outboundPort: provider.port,
  domains: ["comentum.test", "hiscompany.test"],
  admin: ADMIN,
  accounts: { [BOB]: "Bob Miller", [ANNA]: "Anna Schmidt" },
});
const browser = await browsers.launch({ executablePath: chromium(), args: FLAGS });
try {
  await fs.rm(OUT, { recursive: true, force: true });
  await fs.mkdir(OUT, { recursive: true });
  await fill();
  for (const colorScheme of ["light", "dark"]) {
    for (const [width, viewport] of Object.entries(WIDTHS)) {
      const context = await browser.newContext({ baseURL: server.url, viewport, colorScheme, locale: "en-GB" });
      await take(await context.newPage(), `${width}-${colorScheme}`);
      await context.close();
    }
  }
} finally {
  await browser.close();
  await server.stop();
  await provider.stop();
  await dns.stop();
}

async function fill() {
  await server.command("alias", "add", "sales@comentum.test", BOB, ANNA, "lisa@otherisp.test");
  await server.command("alias", "add", "a.very.long.name.for.the.whole.team@comentum.test", "sales@comentum.test");
  await server.command("domain", "alias", "add", "comentum.test", "comentum.example");
  await server.command("domain", "catch-all", "comentum.test", ANNA);
  // One that waits, one that is held, and one that was refused.
  const login = [ADMIN, server.passwords[ADMIN]];
  const late = { from: ADMIN, to: "friend@late.test", subject: "Waits for its server", text: "x" };
  await sendMail(server.ports.submission, [late], login);
  await server.command("account", "allowance", ADMIN, "1", "-");
  await sendMail(server.ports.submission, [{ ...late, subject: "Held for today" }], login);
  await sendMail(server.ports.smtp, [{ from: "dmarc@reporter.test", to: "postmaster@comentum.test", raw: REPORT }]);
  const unknown = { from: "lisa@otherisp.test", to: "nobody@hiscompany.test", subject: "To nobody", text: "x" };
  await sendMail(server.ports.smtp, [unknown]).catch(() => undefined);
  await server.command("domain", "limit", "comentum.test", "--most-accounts", "20", "--largest-message", "10MiB");
  await server.command("account", "address", "add", BOB, "b.miller@comentum.test");
  const many = Array.from({ length: 58 }, (_, index) => ({ subject: `Notice ${index + 1}`, name: "Town Library", text: "Please return your books." }));
  await sendMail(
    server.ports.smtp,
    [...many, ...LETTERS].map((letter) => ({ from: "lisa@otherisp.test", to: BOB, ...letter, ...multipart(letter) })),
  );
}

/** HTML, or a text with a file. */
function multipart({ html, text, file }) {
  if (html) return { text: html, headers: { "Content-Type": "text/html; charset=utf-8" } };
  if (!file) return {};
  const body = `--edge\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text.replaceAll("\n", "\r\n")}\r\n--edge\r\nContent-Type: application/pdf; name=${file}\r\nContent-Disposition: attachment; filename=${file}\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.alloc(3000, "%PDF").toString("base64").replace(/(.{76})/g, "$1\r\n")}\r\n--edge--`;
  return { text: body, headers: { "Content-Type": 'multipart/mixed; boundary="edge"' } };
}

async function take(page, look) {
  const visit = async (path, name) => {
    await page.goto(path);
    // The event stream keeps the network busy for ever: that the page is awake is enough.
    await page.locator("html[data-awake=yes]").waitFor({ timeout: 5000 }).catch(() => undefined);
    if (name) await picture(page, name);
  };
  const picture = async (target, name) => {
    if (wanted.length && !wanted.some((part) => name.includes(part))) return;
    await target.waitForTimeout(250);
    await target.screenshot({ path: `${OUT}${name}-${look}.png` });
  };
  const signIn = async (address) => {
    await page.goto("/sign-in");
    await page.getByLabel("Address").fill(address);
    await page.getByLabel("Password").fill(server.passwords[address]);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL((url) => url.pathname !== "/sign-in");
  };
  const open = async (subject) => {
    await visit("/mail/inbox");
    await page.getByRole("link", { name: subject }).first().click();
    await page.waitForURL(/\/mail\/m\//);
    await page.getByRole("article").waitFor();
  };

  await visit("/sign-in", "01-sign-in");
  await page.getByLabel("Address").fill("bob");
  await page.getByLabel("Password").fill("not his");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  await picture(page, "02-sign-in-refused");
  await signIn(ANNA);
  await visit("/mail/inbox", "03-inbox-empty");
  await visit("/mail/drafts", "04-drafts-empty");
  await signOut(page);
  await picture(page, "05-signed-out");
  await signIn(BOB);
  await visit("/mail/inbox", "06-inbox");
  await visit("/mail/inbox?p=2", "07-inbox-page-2");
  await page.goto("/mail/inbox");
  await page.getByRole("checkbox", { name: /^Select: Notice/ }).first().check();
  await picture(page, "08-inbox-ticked");
  await open("Re: Trade show");
  await picture(page, "09-message");
  await open("Your ticket");
  await picture(page, "10-message-html");
  await open("The plan of the stand");
  await picture(page, "11-message-attachment");
  await page.getByRole("button", { name: "Reply", exact: true }).click();
  await page.waitForURL(/\/compose\//);
  await page.getByLabel("Attach files").setInputFiles({ name: "answer.txt", mimeType: "text/plain", buffer: Buffer.from("Yes.") });
  await page.getByRole("link", { name: "answer.txt" }).waitFor({ timeout: 5000 }).catch(() => undefined);
  await picture(page, "12-reply");
  await page.locator("summary").filter({ hasText: "Discard" }).click();
  await picture(page, "12-reply-discard");
  await visit("/mail/inbox");
  await page.getByRole("link", { name: "مرحبا" }).first().click();
  await page.getByRole("article").waitFor();
  await picture(page, "11-message-arabic");
  await visit("/mail/inbox");
  await page.getByRole("link", { name: "A subject that goes on" }).first().click();
  await page.getByRole("article").waitFor();
  await picture(page, "11-message-long");
  await page.goto("/mail/inbox");
  await page.getByRole("button", { name: /^Write/ }).locator("visible=true").first().click();
  await page.waitForURL(/\/compose\//);
  await page.getByLabel("To", { exact: true }).fill(`Lisa Brown <lisa@otherisp.test>, anna@comentum.test; sales, "مكتبة الإسكندرية" <books@otherisp.test>`);
  await page.getByLabel("Subject").fill(LETTERS[1].subject);
  await picture(page, "12-write-recipients");
  await page.getByLabel("Text").fill("Dear all,");
  await page.getByText("Saved").waitFor({ timeout: 5000 }).catch(() => undefined);
  await visit("/mail/drafts", "13-drafts");
  await visit("/mail/sent", "13-sent");
  await visit("/mail/junk", "13-junk");
  await visit("/search", "14-search");
  await visit("/search?q=books&in=", "15-search-found");
  await visit("/search?q=zeppelin&in=", "16-search-nothing");
  await visit("/settings", "17-settings");
  await visit("/settings/programs", "17-programs");
  await page.getByLabel("What do you call it?").fill(`Tablet ${look}`);
  await page.getByRole("button", { name: "Make a password" }).click();
  await page.getByText("Password, shown this once").waitFor();
  await picture(page, "17-programs-new");
  await visit("/mail/trash", "18-trash");
  await visit("/mail/nowhere", "19-missing");
  await visit("/admin", "20-admin-refused");
  await signOut(page);
  await signIn(ADMIN);
  await visit("/admin", "21-admin");
  await visit("/admin/domains", "22-admin-domains");
  await visit("/admin/reports", "28-admin-reports");
  await page.getByRole("link", { name: "comentum.test" }).first().click();
  await page.getByText("Report-ID").waitFor();
  await picture(page, "28-admin-report");
  await visit("/admin/domains/comentum.test", "22-admin-domain");
  await visit("/admin/dns/comentum.test", "22-admin-dns");
  await page.getByRole("button", { name: /^Copy line/ }).first().click({ timeout: 3000 }).catch(() => undefined);
  await picture(page, "22-admin-dns-copied");
  await visit("/admin/trace?sender=&recipient=bob", "26-admin-trace");
  await visit("/admin/accounts", "23-admin-accounts");
  await page.getByRole("link", { name: BOB }).click();
  await page.getByRole("heading", { level: 1, name: BOB }).waitFor();
  await picture(page, "24-admin-account");
  await visit("/admin/queue", "25-admin-queue");
  await visit("/admin/trace?sender=lisa@otherisp.test", "27-admin-trace-found");
  await signOut(page);
}

/** The button is in the rail, or in the menu of a small screen: the form is the same, so it is posted as it stands. */
async function signOut(page) {
  await page.goto("/mail/inbox");
  await page.locator('form[action="/sign-out"]').first().evaluate((form) => form.submit());
  await page.getByRole("heading", { name: "You are signed out" }).waitFor();
}

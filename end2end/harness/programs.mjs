// Programs that are not browsers: Lisa's, which sends by SMTP, and Bob's on his desk, which collects by POP3.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Sends messages over SMTP. A message is `{ from, to, subject, text }` and more headers if wanted, or `{ from, to, raw }`. */
export async function sendMail(port, mails, login) {
  const task = {
    port,
    login,
    mails: mails.map((mail) => ({
      from: mail.from,
      to: [mail.to].flat(),
      base64: Buffer.from(mail.raw ?? written(mail)).toString("base64"),
    })),
  };
  await python("send.py", task);
}

/** Collects a mailbox over POP3: `{ count, octets, uidls, sizes, messages: Buffer[] }`. */
export async function collect(port, user, password, { remove = false } = {}) {
  const found = JSON.parse(await python("collect.py", { port, user, password, delete: remove }));
  return { ...found, messages: found.messages.map((base64) => Buffer.from(base64, "base64")) };
}

let serial = 0;

/** A plain message as a program writes it. */
export function written({ from, to, subject, text, name, headers = {} }) {
  serial += 1;
  const all = {
    From: name ? `${name} <${from}>` : from,
    To: [to].flat().join(", "),
    Subject: subject,
    Date: "Mon, 03 Nov 2025 09:30:00 +0100",
    "Message-ID": `<${serial}.${process.pid}@${from.split("@")[1]}>`,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    ...headers,
  };
  const lines = Object.entries(all).map(([header, value]) => `${header}: ${value}`);
  return `${lines.join("\r\n")}\r\n\r\n${text.replace(/\r?\n/g, "\r\n")}\r\n`;
}

function python(script, task) {
  return new Promise((done, failed) => {
    const child = spawn("python3", [fileURLToPath(new URL(script, import.meta.url))], { stdio: ["pipe", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (bytes) => (out += bytes));
    child.stderr.on("data", (bytes) => (err += bytes));
    child.on("error", failed);
    child.on("close", (code) => (code === 0 ? done(out) : failed(new Error(`${script}: ${err.trim()}`))));
    child.stdin.end(JSON.stringify(task));
  });
}

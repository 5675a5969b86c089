// The real server, as it is built: its own data directory, free loopback ports, and the small DNS of the test.

import { execFile, spawn } from "node:child_process";
import fs from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";

const BINARY = process.env.RESTANTE ?? fileURLToPath(new URL("../../target/debug/restante", import.meta.url));
const LISTENERS = ["smtp", "submission", "pop3", "http"];
const run = promisify(execFile);

/** What the tests' server needs to know: the small DNS, the other provider's port, and not to take its time. */
function settings({ data, dns, outboundPort, ports }) {
  return {
    data,
    hostname: "mail.comentum.test",
    ...Object.fromEntries(LISTENERS.map((name) => [name, `127.0.0.1:${ports[name]}`])),
    dns: `127.0.0.1:${dns.port}`,
    outbound_port: outboundPort,
    retry_schedule: "200ms,1s",
    // The loopback of a test; in earnest passwords go by TLS only.
    allow_plaintext_auth: true,
    // Hashing on purpose takes long; here it would only make the tests slow.
    argon2_memory: 64,
    argon2_iterations: 1,
    log: "info",
  };
}

/** Starts a server with `domains`, an admin and `accounts`: `{ "bob@comentum.test": "Bob Miller" }`. */
export async function startRestante({ dns, outboundPort, domains, admin, accounts = {} }) {
  const data = await fs.mkdtemp(path.join(os.tmpdir(), "restante-"));
  const ports = await freePorts();
  const given = settings({ data, dns, outboundPort, ports });
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  for (const [key, value] of Object.entries(given)) env[`RESTANTE_${key.toUpperCase()}`] = String(value);

  const command = (...words) => run(BINARY, words, { env });
  const passwords = {};
  for (const domain of domains) await command("domain", "add", domain);
  const everybody = { [admin]: "The Admin", ...accounts };
  for (const [address, name] of Object.entries(everybody)) {
    const role = address === admin ? ["--admin"] : [];
    const { stdout } = await command("account", "add", address, "--name", name, ...role);
    passwords[address] = /password:?\s+(\S+)/i.exec(stdout)[1];
  }

  const child = spawn(BINARY, ["serve"], { env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stdout.on("data", (bytes) => (log += bytes));
  child.stderr.on("data", (bytes) => (log += bytes));
  const ended = new Promise((done) => child.on("exit", (code, signal) => done(code ?? signal)));
  const server = {
    data,
    ports,
    url: `http://127.0.0.1:${ports.http}`,
    passwords,
    command,
    log: () => log,
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
      const how = await ended;
      clearTimeout(late);
      await fs.rm(data, { recursive: true, force: true });
      if (how !== 0) throw new Error(`the server ended with ${how}:\n${log}`);
    },
  };
  try {
    await Promise.all(LISTENERS.map((name) => answers(ports[name], ended)));
  } catch (cause) {
    child.kill("SIGKILL");
    throw new Error(`the server did not start: ${cause.message}\n${log}`);
  }
  return server;
}

/** Four ports that nobody has; all are held until the last is found, so that none comes twice. */
async function freePorts() {
  const held = await Promise.all(
    LISTENERS.map(
      () =>
        new Promise((done) => {
          const server = net.createServer();
          server.listen(0, "127.0.0.1", () => done(server));
        }),
    ),
  );
  const ports = Object.fromEntries(LISTENERS.map((name, index) => [name, held[index].address().port]));
  await Promise.all(held.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

/** Until the port takes a connection, 30 s at most. */
async function answers(port, ended) {
  let over = false;
  ended.then(() => (over = true));
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const there = await new Promise((done) => {
      const socket = net.connect(port, "127.0.0.1", () => {
        socket.destroy();
        done(true);
      });
      socket.on("error", () => done(false));
    });
    if (there) return;
    if (over) throw new Error("it ended at once");
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`nothing answers on port ${port}`);
}

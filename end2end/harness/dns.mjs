// A small DNS: real packets over UDP and TCP on the loopback, for the zones of a test and nothing else. What it does
// not know does not exist (NXDOMAIN with a SOA, RFC 2308), which a mail server must tell from "no answer".

import dgram from "node:dgram";
import net from "node:net";

const TYPES = { A: 1, SOA: 6, MX: 15, TXT: 16, AAAA: 28 };
const CLASS_IN = 1;
const NO_SUCH_NAME = 3;

/** Starts a DNS for `zones`: `{ "otherisp.test": { MX: [[10, "mx.otherisp.test"]] }, "mx.otherisp.test": { A: ["127.0.0.1"] } }`. */
export async function startDns(zones) {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const udp = dgram.createSocket("udp4");
    await new Promise((done) => udp.bind(0, "127.0.0.1", done));
    const { port } = udp.address();
    const tcp = net.createServer((socket) => serveTcp(socket, zones));
    const bound = await new Promise((done) => {
      tcp.once("error", () => done(false));
      tcp.listen(port, "127.0.0.1", () => done(true));
    });
    if (!bound) {
      // Another program has this number for TCP: take another number for both.
      udp.close();
      continue;
    }
    udp.on("message", (query, peer) => {
      const reply = answer(query, zones);
      if (reply) udp.send(reply, peer.port, peer.address);
    });
    return {
      port,
      zones,
      async stop() {
        udp.close();
        await new Promise((done) => tcp.close(done));
      },
    };
  }
  throw new Error("no port is free for both UDP and TCP");
}

/** RFC 1035 §4.2.2: over TCP each message has its length in front. */
function serveTcp(socket, zones) {
  let kept = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    kept = Buffer.concat([kept, bytes]);
    while (kept.length >= 2 && kept.length >= 2 + kept.readUInt16BE(0)) {
      const end = 2 + kept.readUInt16BE(0);
      const reply = answer(kept.subarray(2, end), zones);
      kept = kept.subarray(end);
      if (!reply) return socket.destroy();
      socket.write(Buffer.concat([u16(reply.length), reply]));
    }
  });
}

function answer(query, zones) {
  if (query.length < 17) return undefined;
  const labels = [];
  let at = 12;
  while (at < query.length && query[at] !== 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + query[at]));
    at += 1 + query[at];
  }
  if (at + 5 > query.length) return undefined;
  const question = query.subarray(12, at + 5);
  const type = query.readUInt16BE(at + 1);
  const records = zones[labels.join(".").toLowerCase()];
  const kind = Object.keys(TYPES).find((name) => TYPES[name] === type);
  const answers = (records?.[kind] ?? []).map((record) => resource(type, rdata(kind, record)));
  const authority = answers.length ? [] : [soa()];
  const exists = records !== undefined || hasChild(labels.join("."), zones);
  // QR, AA, RD as asked, RA; the code says whether the name exists at all.
  const flags = 0x8480 | (query.readUInt16BE(2) & 0x0100) | (exists ? 0 : NO_SUCH_NAME);
  const counts = [1, answers.length, authority.length, 0].map(u16);
  return Buffer.concat([query.subarray(0, 2), u16(flags), ...counts, question, ...answers, ...authority]);
}

/** `test` exists when `otherisp.test` does (RFC 8020). */
function hasChild(name, zones) {
  return Object.keys(zones).some((zone) => zone.endsWith(`.${name.toLowerCase()}`));
}

/** A record about the name that was asked: a pointer to the question, at byte 12. */
function resource(type, data) {
  return Buffer.concat([u16(0xc00c), u16(type), u16(CLASS_IN), u32(60), u16(data.length), data]);
}

function soa() {
  const times = [1, 3600, 600, 86400, 1].map(u32);
  const data = Buffer.concat([encodeName("ns.test"), encodeName("postmaster.test"), ...times]);
  return Buffer.concat([encodeName("test"), u16(TYPES.SOA), u16(CLASS_IN), u32(1), u16(data.length), data]);
}

function rdata(kind, record) {
  if (kind === "A") return Buffer.from(record.split(".").map(Number));
  if (kind === "MX") return Buffer.concat([u16(record[0]), encodeName(record[1])]);
  // RFC 1035 §3.3.14: one string, up to 255 octets.
  if (kind === "TXT") return Buffer.concat([Buffer.from([record.length]), Buffer.from(record)]);
  throw new Error(`no ${kind} records in this small DNS`);
}

function encodeName(name) {
  const labels = name.split(".").filter(Boolean).map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function u16(number) {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(number);
  return bytes;
}

function u32(number) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

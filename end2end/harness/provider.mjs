// The other provider's SMTP server: takes mail over a real socket and keeps it, for a test to look at.

import net from "node:net";

/** Starts a server that accepts every message. */
export async function startProvider(name) {
  const provider = new Provider();
  const server = net.createServer((socket) => converse(socket, name, (message) => provider.keep(message)));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  provider.port = server.address().port;
  provider.stop = () => new Promise((done) => server.close(done));
  return provider;
}

class Provider {
  /** `{ from, to, bytes }` each, in the order of arrival. */
  messages = [];
  #waiting = [];

  keep(message) {
    this.messages.push(message);
    for (const look of this.#waiting) look();
  }

  /** The first message that fits, now or within the time. */
  async message(fits, seconds = 30) {
    const find = () => this.messages.find(fits);
    if (find()) return find();
    return new Promise((found, missing) => {
      const look = () => {
        if (!find()) return;
        clearTimeout(late);
        this.#waiting = this.#waiting.filter((other) => other !== look);
        found(find());
      };
      const late = setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== look);
        missing(new Error(`the other provider got no such message in ${seconds} s (it got ${this.messages.length})`));
      }, seconds * 1000);
      this.#waiting.push(look);
    });
  }
}

function converse(socket, name, keep) {
  let text = "";
  let transaction = { from: undefined, to: [] };
  let receiving = false;
  const say = (line) => socket.write(`${line}\r\n`);
  socket.setEncoding("latin1");
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    text += bytes;
    for (;;) {
      const mark = receiving ? "\r\n.\r\n" : "\r\n";
      // The dot may follow at once: an empty message is only the dot.
      const end = receiving && text.startsWith(".\r\n") ? 0 : text.indexOf(mark);
      if (end < 0) return;
      if (receiving) {
        const body = text.slice(0, end + (end === 0 ? 0 : 2)).replace(/^\./gm, "");
        text = text.slice(end === 0 ? 3 : end + mark.length);
        receiving = false;
        keep({ ...transaction, bytes: Buffer.from(body, "latin1") });
        transaction = { from: undefined, to: [] };
        say("250 2.0.0 kept");
      } else {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        command(line);
      }
    }
  });
  say(`220 ${name} ESMTP`);

  function command(line) {
    const path = /<([^>]*)>/.exec(line)?.[1];
    switch (line.slice(0, 4).toUpperCase()) {
      case "EHLO":
        return socket.write(`250-${name}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE 20000000\r\n`);
      case "HELO":
        return say(`250 ${name}`);
      case "MAIL":
        transaction = { from: path, to: [] };
        return say("250 2.1.0 sender");
      case "RCPT":
        transaction.to.push(path);
        return say("250 2.1.5 recipient");
      case "DATA":
        receiving = true;
        return say("354 go ahead");
      case "RSET":
        transaction = { from: undefined, to: [] };
        return say("250 2.0.0 reset");
      case "NOOP":
        return say("250 2.0.0 here");
      case "QUIT":
        say("221 2.0.0 bye");
        return socket.end();
      default:
        return say("502 5.5.1 not known here");
    }
  }
}

// The browser of the distribution, and the flags with which it keeps to itself.

import fs from "node:fs";

const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** `$CHROMIUM`, or where the distribution puts it. */
export function chromium() {
  const found = process.env.CHROMIUM ?? USUAL.find((path) => fs.existsSync(path));
  if (!found) throw new Error("no Chromium here: apt-get install chromium, or set CHROMIUM");
  return found;
}

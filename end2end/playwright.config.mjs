// One suite in three kinds of browser: with everything, without WebAssembly, and without JavaScript. A fourth has the main
// verbs again on a telephone.

import { defineConfig } from "@playwright/test";
import { chromium, FLAGS } from "./harness/chromium.mjs";

const browser = (...more) => ({ launchOptions: { executablePath: chromium(), args: [...FLAGS, ...more] } });

export default defineConfig({
  testDir: "tests",
  testMatch: "*.spec.mjs",
  outputDir: "test-results/artifacts",
  // One server for each worker; two cores.
  workers: 2,
  fullyParallel: true,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["json", { outputFile: "test-results/report.json" }]],
  use: {
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "UTC",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    actionTimeout: 10_000,
  },
  projects: [
    { name: "full", metadata: { kind: "full" }, use: browser() },
    { name: "no-wasm", metadata: { kind: "no-wasm" }, use: browser("--js-flags=--jitless") },
    { name: "no-js", metadata: { kind: "no-js" }, use: { ...browser(), javaScriptEnabled: false } },
    {
      name: "small",
      metadata: { kind: "full" },
      testMatch: "verbs.spec.mjs",
      use: { ...browser(), viewport: { width: 375, height: 720 }, hasTouch: true },
    },
  ],
});

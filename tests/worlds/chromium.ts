/** A real browser for tests of pages: the distribution's Chromium, with a profile of its own for each look. */

import assert from "node:assert/strict";
import axe from "axe-core";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { chromiumProgram } from "./require.ts";

/** A container has no sandbox of Chromium's, and no page needs anything beyond this machine. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What takes longer has failed, in milliseconds. A build on a busy machine takes long. */
const PATIENCE_MS = 120_000;

/** How a page is looked at. */
export type Reader = Pick<BrowserContextOptions, "javaScriptEnabled" | "colorScheme">;

/** Opens an address in a browser, and closes the browser after `use`. Fails if a script or a policy of the page broke. */
export async function lookAt(
  address: string,
  reader: Reader,
  { use }: { readonly use: (page: Page) => Promise<void> },
): Promise<void> {
  const profile = await Deno.makeTempDir({ prefix: "showtime-chromium-" });
  try {
    const browser = await chromium.launchPersistentContext(profile, {
      executablePath: chromiumProgram(),
      args: FLAGS,
      viewport: { width: 1280, height: 900 },
      ...reader,
    });
    try {
      browser.setDefaultTimeout(PATIENCE_MS);
      const page = await browser.newPage();
      const faults: string[] = [];
      page.on("pageerror", ({ message }) => faults.push(message));
      page.on("dialog", async (dialog) => {
        faults.push(`a dialog opened: ${dialog.message()}`);
        await dialog.dismiss();
      });
      page.on("console", (message) => {
        if (/content security policy/i.test(message.text())) faults.push(message.text());
      });
      await page.goto(address);
      await use(page);
      assert.deepEqual(faults, []);
    } finally {
      await browser.close();
    }
  } finally {
    await Deno.remove(profile, { recursive: true });
  }
}

/** What axe finds on a page by the rules of WCAG 2.2 AA and of good practice: a line each. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  // The policy of the page allows no script in a tag: this one comes through the debugger.
  await page.evaluate(axe.source);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found: unknown = await page.evaluate(
    `axe.run({ runOnly: ${JSON.stringify(tags)} }).then(({ violations, passes }) =>
    passes.length === 0 ? ["axe looked at nothing"] : violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => id + ": " + html + ": " + failureSummary)))`,
  );
  assert.ok(Array.isArray(found));
  return found.map(String);
}

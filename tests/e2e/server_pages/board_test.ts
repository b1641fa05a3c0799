/** The board of environments in a real browser: live, by keyboard, without a script, by axe, and with hostile texts. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { AppError } from "../../../src/lib/errors.ts";
import { type EnvironmentWorld, startEnvironmentWorld } from "../../worlds/builds/environment_world.ts";
import { lookAt, violationsOn } from "../../worlds/chromium.ts";
import { part } from "../../worlds/require.ts";
import { makeWorld, PR, seedPull, type World } from "../../worlds/world.ts";

const chromium = await part("chromium");
const START = "🎪 ⚡ showtime-trigger-start";
const EVIL = `"'><script>alert(1)</script>`;

interface Served extends AsyncDisposable {
  readonly world: World;
  readonly server: EnvironmentWorld;
  /** The address of the board. */
  readonly board: string;
}

/** Serves a world with one environment that runs. Its clock goes on until the test has ended. */
async function serveBoard(world: World = makeWorld()): Promise<Served> {
  const server = await startEnvironmentWorld(world);
  world.simulator.label({ pr: PR, add: [START], remove: [], actor: "maxime" });
  await world.sync();
  const http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => server.server.handle(request),
  );
  const time = setInterval(() => world.clock.advance(100), 20);
  return {
    world,
    server,
    board: `http://127.0.0.1:${http.addr.port}/environments`,
    async [Symbol.asyncDispose]() {
      clearInterval(time);
      await server[Symbol.asyncDispose]();
      await http.shutdown();
    },
  };
}

/** Goes on with the tab key until an element has the focus, which must be seen. */
async function tabTo(page: Page, test: string): Promise<void> {
  const isFocused = `document.activeElement.matches(${JSON.stringify(test)})`;
  for (let steps = 0; await page.evaluate(isFocused) !== true; steps++) {
    assert.ok(steps < 30, `the tab key does not reach ${test}`);
    await page.keyboard.press("Tab");
  }
  assert.equal(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "solid");
}

chromium.test("the keyboard alone extends and stops an environment, and the board shows both without a reload", async () => {
  await using served = await serveBoard();
  await lookAt(served.board, {}, {
    async use(page) {
      await page.evaluate("globalThis.sameDocument = true");
      await tabTo(page, "select");
      // 24h, 48h, 7d.
      for (let step = 0; step < 2; step++) await page.keyboard.press("ArrowDown");
      await tabTo(page, "[id^=extend-]");
      await page.keyboard.press("Enter");
      await page.locator("td", { hasText: /^(?:7d|6d)/ }).waitFor();
      await tabTo(page, "[id^=stop-]");
      await page.keyboard.press("Enter");
      await page.locator("text=No environment is running").waitFor();
      assert.equal(await page.evaluate("globalThis.sameDocument"), true);
    },
  });
  assert.deepEqual(served.world.platform.environments, []);
});

chromium.test("an open board follows a hook and its sync, and a board without a script shows it after a reload", async () => {
  await using served = await serveBoard();
  const { world, server } = served;
  await lookAt(served.board, {}, {
    async use(page) {
      await page.locator("text=running active").waitFor();
      server.drive();
      world.simulator.pull({ pr: PR, state: "closed" });
      await server.play({ action: "closed", pr: PR });
      await page.locator("text=No environment is running").waitFor();
    },
  });
  world.simulator.pull({ pr: PR, state: "open" });
  world.simulator.label({ pr: PR, add: [START], remove: [], actor: "maxime" });
  await server.play({ action: "labeled", pr: PR, label: START });
  await server.settled();
  await lookAt(served.board, { javaScriptEnabled: false }, {
    async use(page) {
      for (;;) {
        if (/running active/.test(await page.innerText("#board"))) break;
        await page.reload();
      }
      await page.click("[id^=stop-]");
      assert.equal(page.url(), served.board);
      assert.match(await page.innerText("#board"), /No environment is running/);
    },
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  chromium.test(`axe finds no violation on the board of environments, ${colorScheme}`, async () => {
    await using served = await serveBoard();
    await lookAt(served.board, { colorScheme }, {
      async use(page) {
        assert.equal(await page.locator("tbody button").count(), 2);
        assert.deepEqual(await violationsOn(page), [], "with buttons");
        await page.click("[id^=stop-]");
        await page.locator("text=No environment is running").waitFor();
        assert.deepEqual(await violationsOn(page), [], "without an environment");
      },
    });
  });
}

chromium.test("hostile titles, names, addresses and failures are text on the board: nothing runs", async () => {
  const labels = [
    "🎪 showtime",
    `🎪 bbbbbbb 🚦 running`,
    "🎪 🎯 bbbbbbb",
    `🎪 bbbbbbb 🌐 javascript:alert(2)`,
    `🎪 bbbbbbb 🤡 ${EVIL}`.slice(0, 50),
  ];
  const hostile = { ...seedPull(99, { labels }), title: EVIL };
  const world = makeWorld({ seed: { pulls: [seedPull(PR), hostile] } });
  await using served = await serveBoard(world);
  world.platform.hooks.before("list", () => {
    throw new AppError("platform_away", `Asking the engine: ${EVIL}\u202e`);
  });
  await lookAt(served.board, {}, {
    async use(page) {
      assert.match(await page.innerText("tbody"), /#99\s/);
      const text = await page.innerText("main");
      assert.match(text, /<script>/);
      assert.doesNotMatch(text, /\u202e/);
      const scripts: unknown = await page.evaluate("[...document.scripts].map(({ src }) => src)");
      assert.deepEqual(scripts, [new URL("/-/page.js", served.board).href]);
      const odd = "img, style, iframe, [style], [onerror], [onclick], a[href^='javascript']";
      assert.equal(await page.locator(odd).count(), 0);
    },
  });
});

/** The pages of the server for every reader: without a script, by keyboard, in both colour schemes, with a key, with hostile texts. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import {
  ask,
  makeServerPlace,
  type RunningServe,
  type ServerPlace,
  trigger,
  until,
} from "../../worlds/builds/server_place.ts";
import { lookAt, violationsOn } from "../../worlds/chromium.ts";
import { part } from "../../worlds/require.ts";

const chromium = await part("chromium");
const EVIL = `"'><script>alert(1)</script><img src=x onerror=alert(2)>\u202e`;
const ROOT = { id: "1".repeat(16), name: "web", path: "web", kind: "steps" };
const TESTS = { id: "2".repeat(16), parentId: ROOT.id, name: "tests", path: "web/tests", kind: "run" };

/** Plays a worker that builds the next build, which fails in its second step after these lines. */
async function playFailure(
  serve: RunningServe,
  { lines, evil = "" }: { readonly lines: readonly string[]; readonly evil?: string },
): Promise<void> {
  const { body: { build } } = await ask(serve, "POST /api/v1/claim", {
    body: { worker: `w1${evil}`, tags: [] },
  });
  const step = { ...TESTS, name: `tests${evil}` };
  const result = {
    status: "failed",
    reason: `exit code 3${evil}`,
    exitCode: 3,
    startedAt: 1200,
    durationMs: 800,
  };
  const events = [
    { kind: "step_started", step: ROOT, at: 1000 },
    { kind: "step_started", step, at: 1200 },
    { kind: "step_output", step, stream: "stdout", lines, at: 1300 },
    { kind: "step_ended", step, at: 2000, result: { ...step, ...result, log: [], steps: [] } },
    {
      kind: "step_ended",
      step: ROOT,
      at: 2000,
      result: {
        ...ROOT,
        ...result,
        reason: undefined,
        startedAt: 1000,
        durationMs: 1000,
        log: [],
        steps: [],
      },
    },
    { kind: "warning", text: `mind${evil}`, at: 2000 },
  ];
  const kept = await ask(serve, `POST /api/v1/builds/${build}/events`, { body: { attempt: 1, events } });
  assert.equal(kept.status, 200, JSON.stringify(kept.body));
  const end = { attempt: 1, outcome: "failed", reason: `web/tests failed${evil}`, exit_code: 3 };
  assert.equal((await ask(serve, `POST /api/v1/builds/${build}/finish`, { body: end })).status, 200);
}

/** Starts a server with one build that waits behind one that failed. */
async function withBuilds(place: ServerPlace, lines: readonly string[]): Promise<RunningServe> {
  const serve = await place.serve();
  await trigger(serve, "web");
  await playFailure(serve, { lines });
  await trigger(serve, "web");
  return serve;
}

const MANY = Array.from({ length: 2500 }, (_, at) => `this is line ${at + 1}`);

/** Waits until a line is inside of the window. */
async function untilSeen(page: Page, line: number): Promise<void> {
  const isSeen = `(() => {
    const { top, bottom } = document.getElementById("L${line}")?.getBoundingClientRect() ?? { top: -1, bottom: -1 };
    return top >= 0 && bottom <= innerHeight;
  })()`;
  await until(`line ${line} is seen`, async () => await page.evaluate(isSeen) === true);
}

chromium.test("without a script the pages show the state, and a link leads to a line of a step's output", async () => {
  await using place = await makeServerPlace({ web: { exec: ["true"] } });
  const serve = await withBuilds(place, MANY);
  await lookAt(serve.url, { javaScriptEnabled: false }, {
    async use(page) {
      assert.match(await page.innerText("#queue"), /2\s+web\s+queued/);
      await page.click("#all a:text-is('1')");
      assert.match(await page.innerText("[role=status]"), /failed web\/tests failed \(exit code 3\)/);
      assert.match(await page.innerText("#log-lines"), /2500 lines, from line 1501/);
      await page.click("a:text-is('First lines')");
      const href = await page.locator("#L700 a").getAttribute("href");
      await page.goto(`${serve.url}${href}`);
      await untilSeen(page, 700);
      assert.equal(await page.locator(":target").innerText(), "700\nthis is line 700");
      await page.fill("#log-line", "1234");
      await page.click("button:text-is('Go to it')");
      await untilSeen(page, 1234);
      assert.match(page.url(), /&from=1134#L1234$/);

      await page.click("#do-rerun");
      assert.equal(page.url(), `${serve.url}/builds/3`);
      await page.click("#do-cancel");
      assert.match(await page.innerText("[role=status]"), /cancelled/);
      await page.goto(`${serve.url}/pipelines/web`);
      await page.fill("#ref", "--no-such");
      await page.click("#do-trigger");
      assert.match(await page.innerText("#problem"), /is no branch, tag or commit/);
    },
  });
});

chromium.test("with a script a deep link opens the part with its line, and parts and steps open in the page", async () => {
  await using place = await makeServerPlace({ web: { exec: ["true"] } });
  const serve = await withBuilds(place, MANY);
  await lookAt(`${serve.url}/builds/1?step=${TESTS.id}#L77`, {}, {
    async use(page) {
      await page.waitForURL(/from=1#L77$/);
      await untilSeen(page, 77);
      await page.evaluate("globalThis.sameDocument = true");
      await page.click("a:text-is('Later lines')");
      await page.locator("#L1001").waitFor();
      await page.click("#L1003 a");
      assert.equal(await page.locator(":target code").innerText(), "this is line 1003");
      await page.click("#log-close");
      assert.equal(await page.locator("#log").count(), 0);
      assert.equal(page.url(), `${serve.url}/builds/1`);
      await page.goBack();
      await page.locator("#L1003").waitFor();
      assert.equal(await page.evaluate("globalThis.sameDocument"), true);
    },
  });
});

chromium.test("the keyboard alone opens output, goes to a line, cancels and triggers, and the focus stays", async () => {
  await using place = await makeServerPlace({ web: { exec: ["true"] } });
  const serve = await withBuilds(place, MANY);
  await lookAt(`${serve.url}/builds/1`, {}, {
    async use(page) {
      const { keyboard } = page;
      const focused = async (test: string) =>
        await page.evaluate(`document.activeElement.matches(${JSON.stringify(test)})`) === true;
      /** Goes on with the tab key until an element has the focus. */
      const tabTo = async (test: string) => {
        for (let steps = 0; !await focused(test); steps++) {
          assert.ok(steps < 40, `the tab key does not reach ${test}`);
          await keyboard.press("Tab");
        }
        assert.equal(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "solid");
      };
      await keyboard.press("Tab");
      await keyboard.press("Enter");
      assert.ok(await focused("#main"));
      await tabTo("#log-close");
      await keyboard.press("Enter");
      assert.ok(await focused(`#row-${TESTS.id} a`));
      await keyboard.press("Enter");
      await page.locator("#log").waitFor();
      await until("the lines have the focus", () => focused(".lines"));
      const top = () => page.evaluate("document.querySelector('.lines').scrollTop");
      const before = Number(await top());
      await keyboard.press("PageUp");
      await until("the lines scroll", async () => Number(await top()) < before);
      await page.goto(`${serve.url}/builds/1`);
      await tabTo("#log-line");
      await keyboard.type("42");
      await keyboard.press("Enter");
      await page.waitForURL(/#L42$/);
      await untilSeen(page, 42);
      await page.goto(`${serve.url}/pipelines/web`);
      await tabTo("#ref");
      await keyboard.type("main");
      await keyboard.press("Enter");
      await page.waitForURL(`${serve.url}/builds/3`);
      await tabTo("#do-cancel");
      await keyboard.press("Enter");
      await page.locator("#do-rerun").waitFor();
    },
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  chromium.test(`axe finds no violation on any page of the server, ${colorScheme}`, async () => {
    await using place = await makeServerPlace({ web: { exec: ["true"] } });
    const serve = await place.serve();
    await lookAt(serve.url, { colorScheme }, {
      async use(page) {
        assert.deepEqual(await violationsOn(page), [], "without a build");
        await trigger(serve, "web");
        const paint = [31, 32, 33, 34, 35, 36, 37, 30, 90, 94, 1, 2].map((each) =>
          `\x1b[${each}mtext\x1b[0m`
        );
        await playFailure(serve, { lines: paint });
        await trigger(serve, "web");
        for (const path of ["/", "/pipelines/web", "/builds/1", "/builds/2", "/login", "/builds/9"]) {
          await page.goto(`${serve.url}${path}`);
          assert.deepEqual(await violationsOn(page), [], path);
        }
      },
    });
  });
}

chromium.test("hostile names, reasons, workers, refs and output are text: nothing runs", async () => {
  await using place = await makeServerPlace({ web: { exec: ["true"] } });
  const serve = await place.serve();
  const ref = "x<script>alert(4)</script>\u202e";
  const queued = await ask(serve, "POST /api/v1/builds", { body: { pipeline: "web", ref } });
  assert.equal(queued.status, 201);
  await lookAt(`${serve.url}/builds/1`, {}, {
    async use(page) {
      assert.match(await page.innerText("#head"), /x<script>alert\(4\)<\/script>/);
      const log = [`${EVIL}\x1b[31m\x1b]0;x\x07\x1b[2J\x00`, "</code></p><script>alert(3)</script>"];
      await playFailure(serve, { lines: log, evil: EVIL });
      // What arrives in the open page, and what is loaded with it.
      await page.locator("#head .state", { hasText: "failed" }).waitFor();
      const look = async () => {
        const scripts: unknown = await page.evaluate("[...document.scripts].map(({ src }) => src)");
        assert.deepEqual(scripts, [`${serve.url}/-/page.js`]);
        const odd = "img, style, iframe, [style], [onerror], [onclick], a[href^='javascript']";
        assert.equal(await page.locator(odd).count(), 0);
        // deno-lint-ignore no-control-regex -- control characters are what must not be there
        assert.doesNotMatch(await page.innerText("body"), /[\u202e\x00\x07\x1b]/);
      };
      await look();
      await page.click("#first-failed");
      await page.locator("#log code", { hasText: "<script>alert(3)</script>" }).waitFor();
      await look();
      for (const path of ["/builds/1", "/", "/pipelines/web"]) {
        await page.goto(`${serve.url}${path}`);
        assert.match(await page.innerText("main"), /<script>alert\(1\)<\/script>/);
        await look();
      }
    },
  });
});

/** A proxy on this machine: its readers come from elsewhere, so that they need a key. */
const BEHIND_PROXY = { extraHTTPHeaders: { "x-forwarded-proto": "https" } };

chromium.test("a reader from elsewhere logs in with a key, comes back to the page, changes what it may, and logs out", async () => {
  await using place = await makeServerPlace({ web: { exec: ["true"] } });
  const key = async (role: string) =>
    JSON.parse((await place.here.run(["keys", "add", role, "--role", role, "--json"])).out).key as string;
  const [reader, trusted] = [await key("read"), await key("trigger")];
  const serve = await place.serve();
  const { body: { build } } = await ask(serve, "POST /webhook?pipeline=web", {
    headers: { authorization: `Bearer ${trusted}` },
  });
  await lookAt(`${serve.url}/builds/${build}`, BEHIND_PROXY, {
    async use(page) {
      const login = async (text: string) => {
        await page.fill("#key", text);
        await page.click("#do-login");
      };
      assert.match(page.url(), /\/login\?back=%2Fbuilds%2F1$/);
      await login("wrong");
      await page.locator("#alert", { hasText: "The server does not know this key" }).waitFor();
      await login(reader);
      await page.waitForURL(`${serve.url}/builds/1`);
      assert.equal(await page.locator("#do-cancel").count(), 0);
      const [cookie] = await page.context().cookies();
      assert.deepEqual([cookie?.name, cookie?.httpOnly, cookie?.sameSite], ["showtime_key", true, "Lax"]);
      assert.equal(await page.evaluate("document.cookie"), "");

      await page.goto(`${serve.url}/login?back=${encodeURIComponent("https://evil.example/")}`);
      await login(trusted);
      await page.waitForURL(`${serve.url}/`);
      await page.goto(`${serve.url}/builds/1`);

      // A page on another port of the same machine is the same site, so that the browser sends the cookie with its form.
      const forged = `<form method="post" action="${serve.url}/builds/1/cancel"><button>x</button></form>`;
      const evil = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen: () => {} },
        () => new Response(forged, { headers: { "content-type": "text/html" } }),
      );
      try {
        const tab = await page.context().newPage();
        await tab.goto(`http://127.0.0.1:${evil.addr.port}/`);
        const [answer] = await Promise.all([tab.waitForResponse(/cancel$/), tab.click("button")]);
        assert.equal(answer.status(), 403);
        assert.match(await answer.text(), /origin_refused/);
        await tab.close();
      } finally {
        await evil.shutdown();
      }
      assert.match(await page.innerText("[role=status]"), /queued/);
      await page.click("#do-cancel");
      await page.locator("[role=status] .state", { hasText: "cancelled" }).waitFor();
      assert.match(await page.innerText("[role=status]"), /trigger cancelled it/);

      await page.click("a:text-is('Key')");
      assert.match(await page.innerText("main"), /The key trigger is in use/);
      await page.click("#do-logout");
      await page.locator("#do-logout").waitFor({ state: "detached" });
      await page.goto(`${serve.url}/`);
      assert.match(page.url(), /\/login\?back=%2F$/);
    },
  });
});

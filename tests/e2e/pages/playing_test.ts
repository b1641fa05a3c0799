/** A person plays on the page of a pull request, in a real browser, with real containers. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { lookAt } from "../../worlds/chromium.ts";
import { containersOf, startPlay } from "../../worlds/program/playground.ts";
import { runShowtime } from "../../worlds/program/process.ts";
import { part } from "../../worlds/require.ts";

const chromium = await part("chromium");
const docker = chromium.missing === undefined ? await part("docker") : chromium;
const needs = docker.missing === undefined ? await part("busybox") : docker;

/** The environments that the page shows: state and commit. */
const SHOWN = "#environments li:has(.state)";

/** Waits until the workflow has nothing more to do, and the page shows `count` environments. */
async function untilQuiet(page: Page, count: number): Promise<void> {
  await page.locator("#checks", { hasText: "waits for an event" }).waitFor();
  await page.waitForFunction(`document.querySelectorAll("${SHOWN}").length === ${count}`);
}

needs.test("a person presses Start, follows the address into the container, pushes, and closes, all live", async () => {
  const play = await startPlay(["simulate", "--play", "--port", "0"]);
  try {
    await lookAt(play.page, {}, {
      async use(page) {
        // A page that is loaded again would forget this.
        await page.evaluate("globalThis.sameDocument = true");
        await page.click("#do-start");
        await page.locator(SHOWN, { hasText: "building" }).waitFor();
        await page.locator("#labels .label", { hasText: "🚦 building" }).waitFor();
        await page.locator(SHOWN, { hasText: "running" }).waitFor();
        await untilQuiet(page, 1);
        await page.locator("#talk", { hasText: "Running at" }).waitFor();
        await page.locator("#deployments li", { hasText: "success" }).waitFor();
        assert.equal(await page.evaluate("globalThis.sameDocument"), true);

        const first = await page.locator(`${SHOWN} code`).innerText();
        const tab = await page.context().newPage();
        const address = await page.locator(`${SHOWN} a`).getAttribute("href");
        await tab.goto(address ?? "");
        assert.match(await tab.innerText("body"), new RegExp(`^Add charts, commit ${first}$`, "m"));
        await tab.goto(play.page);
        await tab.click("#talk a:has-text('127.0.0.1')");
        assert.match(await tab.innerText("body"), /^Add charts, commit/m);
        await tab.close();

        await page.click("#do-push");
        const both = "#environments:has(.state:text-is('running')):has(.state:text-is('building'))";
        await page.locator(both).waitFor();
        await untilQuiet(page, 1);
        const second = await page.locator(`${SHOWN} code`).innerText();
        assert.notEqual(second, first);
        assert.match(await page.locator(SHOWN).innerText(), /running .* active/);
        assert.equal((await containersOf(play.repo)).length, 1);

        await page.click("#do-state");
        await page.locator("#head .state", { hasText: "closed" }).waitFor();
        await untilQuiet(page, 0);
        await page.locator("#labels", { hasText: "None yet" }).waitFor();
        await page.locator("#do-state", { hasText: "Reopen" }).waitFor();
        assert.equal(await page.evaluate("globalThis.sameDocument"), true);
      },
    });
    assert.deepEqual(await containersOf(play.repo), []);
  } finally {
    const { code } = await play.stop();
    assert.equal(code, 130);
  }
});

needs.test("the board shows, extends and stops an environment; three days later the cleanup has removed one", async () => {
  const play = await startPlay(["test-lifecycle", "77", "--browser"]);
  try {
    await lookAt(play.page, {}, {
      async use(page) {
        assert.match(play.page, /\/pull\/77$/);
        await page.click("#do-start");
        await page.locator(SHOWN, { hasText: "running" }).waitFor();
        await untilQuiet(page, 1);

        await page.goto(`${play.url}/environments`);
        const row = page.locator("tbody tr");
        assert.match(
          await row.innerText(),
          /#77\s+running\s+active\s+http:\/\/127\.0\.0\.1:\d+\s.*(?:<1|\d+)m\s+1d 23h\s+maxime/s,
        );
        await row.locator("select").selectOption("7d");
        await row.locator("button", { hasText: "Extend" }).click();
        await page.locator("tbody td", { hasText: /^\s*7d\s*$/ }).waitFor();
        await row.locator("button", { hasText: "Stop" }).click();
        await page.locator("#board", { hasText: "No environment is running." }).waitFor();

        await page.goto(play.page);
        await untilQuiet(page, 0);
        await page.click("#do-start");
        await page.locator(SHOWN, { hasText: "running" }).waitFor();
        await untilQuiet(page, 1);
        await page.click("#do-pass-48");
        await page.click("#do-pass");
        await page.locator("#environments", { hasText: "None" }).waitFor();
        await page.locator("#checks", { hasText: "cleanup: removed" }).waitFor();
      },
    });
  } finally {
    const { code, said } = await play.stop();
    assert.equal(code, 130, said);
  }
  assert.deepEqual(await containersOf(play.repo), []);
});

needs.test("a play is refused where the engine has environments of that repository, and they stay", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  const repository = `acme/shop-${crypto.randomUUID().slice(0, 8)}`;
  const sha = crypto.randomUUID().replaceAll("-", "").padEnd(40, "0");
  await Deno.writeTextFile(file, JSON.stringify({ repository, pulls: [{ number: 9, head: { sha } }] }));
  const args = ["simulate", "--play", "--port", "0", "--seed", file];
  const play = await startPlay(args);
  try {
    const body = new URLSearchParams({ actor: "maxime", add: "🎪 ⚡ showtime-trigger-start" });
    await (await fetch(play.page, { method: "POST", body })).body?.cancel();
    await lookAt(play.page, {}, {
      async use(page) {
        await page.locator(SHOWN, { hasText: "running" }).waitFor();
        await untilQuiet(page, 1);
      },
    });
    const before = await containersOf(repository);
    assert.equal(before.length, 1);

    const second = await runShowtime(args);

    assert.deepEqual([second.code, second.out], [3, ""]);
    assert.match(second.err, /the Docker engine has 1 of its environments, which the play would remove/);
    assert.deepEqual(await containersOf(repository), before);
  } finally {
    await play.stop();
    await Deno.remove(file);
  }
  assert.deepEqual(await containersOf(repository), []);
});

needs.test("Ctrl-C in the middle of a build leaves no container, no image and no file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "showtime-play-" });
  const play = await startPlay(["simulate", "--play", "--port", "0"], { env: { TMPDIR: folder } });
  const body = new URLSearchParams({ actor: "maxime", add: "🎪 ⚡ showtime-trigger-start" });
  const answer = await fetch(play.page, { method: "POST", body });
  assert.match(await answer.text(), /in progress/);
  assert.ok((await namesIn(folder)).length > 0);

  const { code, said } = await play.stop();

  assert.equal(code, 130, said);
  assert.deepEqual(await containersOf(play.repo), []);
  assert.deepEqual(await namesIn(folder), []);
  const { stdout } = await new Deno.Command("docker", { args: ["images", "--format", "{{.Tag}}"] }).output();
  const [, short = "none"] = /demo-([0-9a-f]{7})$/.exec(play.repo) ?? [];
  assert.ok(!new TextDecoder().decode(stdout).includes(`-${short}-`));
  await Deno.remove(folder);
});

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}

/** A build in the browser while it goes on, with the server and a worker as processes. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import {
  ask,
  makeServerPlace,
  ownPort,
  trigger,
  until,
  untilBuild,
} from "../../worlds/builds/server_place.ts";
import { lookAt } from "../../worlds/chromium.ts";
import { part } from "../../worlds/require.ts";

const chromium = await part("chromium");

/** A pipeline whose steps go on when the test writes a file. */
function gatedPipeline(folder: string): string {
  const untilFile = (name: string) => `until [ -e ${folder}/${name} ]; do sleep 0.05; done`;
  return `version: 1
name: web
order: unordered
steps:
  - name: quick
    run: echo quick is done
  - name: slow
    run: |
      printf 'first \\033[32mgreen\\033[0m\\n'
      ${untilFile("first-gate")}
      echo second
      ${untilFile("second-gate")}
      exit \${CODE:-0}
`;
}

/** Waits until the state of the build is this word. */
async function untilState(page: Page, word: string): Promise<void> {
  await page.locator("#head [role=status] .state", { hasText: word }).waitFor();
}

const row = (name: string) => `.step:has(.name :text-is("${name}"))`;

chromium.test("a build goes from queued to passed on its page: rows, bars and lines come by themselves", async () => {
  await using place = await makeServerPlace({ web: { file: "build.yml" } });
  await place.commit("build.yml", gatedPipeline(place.here.folder));
  const serve = await place.serve();
  await lookAt(`${serve.url}/pipelines/web`, {}, {
    async use(page) {
      await page.click("#do-trigger");
      await page.waitForURL(`${serve.url}/builds/1`);
      await untilState(page, "queued");
      assert.match(await page.innerText("#head"), /no worker has asked for work/);
      // A page that is loaded again would forget this.
      await page.evaluate("globalThis.sameDocument = true");
      await place.worker(serve);
      await untilState(page, "running");
      await page.locator(`${row("quick")} .state`, { hasText: "passed" }).waitFor();

      await page.click(`${row("slow")} a`);
      await page.locator("#log .lines", { hasText: "first green" }).waitFor();
      assert.match(page.url(), /\/builds\/1\?step=[0-9a-f]{16}#log$/);
      assert.equal(await page.locator("#log .ansi-2").textContent(), "green");
      const width = async () => Number(await page.locator(`${row("slow")} rect`).getAttribute("width"));
      const before = await width();
      await until("the bar grows", async () => await width() > before + 300);
      assert.equal(await page.locator(`${row("slow")} .state`).innerText(), "running");

      await place.here.write("first-gate", "");
      await page.locator("#log .lines p", { hasText: "second" }).waitFor();
      assert.equal(await page.locator("#log .lines p").last().getAttribute("id"), "L2");
      await place.here.write("second-gate", "");
      await untilState(page, "passed");
      await page.locator(`${row("slow")} .state`, { hasText: "passed" }).waitFor();
      assert.equal(await page.locator("rect[data-open]").count(), 0);
      assert.equal(await page.locator("#steps > ol > li > ol > li").count(), 2);
      assert.equal(await page.evaluate("globalThis.sameDocument"), true);

      // The page that follows the build and the one that is loaded afterwards are the same.
      const rows = async () =>
        (await page.locator("#steps .step").allInnerTexts()).map((each) => each.split("\n")[0]);
      const followed = await rows();
      await page.reload();
      assert.deepEqual((await rows()).sort(), followed.sort());
      const [bar = 0, whole = 1] = await page.locator(row("slow")).evaluate((each) => {
        const svg = each.querySelector("svg");
        return [
          Number(svg?.firstElementChild?.getAttribute("width")),
          Number(svg?.getAttribute("viewBox")?.split(" ")[2]),
        ];
      });
      assert.ok(bar > whole / 2 && bar <= whole, `${bar} of ${whole}`);

      await page.click("#do-rerun");
      await page.waitForURL(`${serve.url}/builds/2`);
      await untilState(page, "passed");
    },
  });
});

chromium.test("a failed build shows its reason and the output of the step, and a running one is cancelled", async () => {
  await using place = await makeServerPlace({ web: { file: "build.yml" } });
  await place.commit("build.yml", gatedPipeline(place.here.folder));
  const serve = await place.serve();
  await place.worker(serve);
  await lookAt(serve.url, {}, {
    async use(page) {
      const body = { pipeline: "web", env: { CODE: "7" } };
      await ask(serve, "POST /api/v1/builds", { body });
      const first = page.locator("#queue tr", { hasText: "running" });
      await first.waitFor();
      assert.match(await page.innerText("#workers"), /workspace-\d+ runs build 1/);
      await first.locator("th a").click();
      await place.here.write("first-gate", "");
      await place.here.write("second-gate", "");
      await untilState(page, "failed");
      await page.locator(`${row("slow")} .state`, { hasText: "failed" }).waitFor();
      await page.click("#first-failed");
      await page.locator("#log .lines p", { hasText: "second" }).waitFor();
      assert.match(await page.innerText("#log-title"), /web\/slow/);

      await Deno.remove(`${place.here.folder}/first-gate`);
      await page.click("#do-rerun");
      await page.waitForURL(`${serve.url}/builds/2`);
      await page.locator(`${row("slow")} a`).waitFor();
      await page.click("#do-cancel");
      await untilState(page, "cancelled");
      await page.locator("#do-rerun").waitFor();
      assert.equal((await untilBuild(serve, "2", "cancelled")).state, "cancelled");
      await page.goto(serve.url);
      assert.match(await page.innerText("#queue"), /No build waits or runs/);
      assert.match(await page.innerText("#all"), /cancelled[\s\S]*failed/);
    },
  });
});

chromium.test("the page says when the server is gone, and goes on with the build when it is back", async () => {
  await using place = await makeServerPlace({ web: { file: "build.yml" } });
  await place.commit("build.yml", gatedPipeline(place.here.folder));
  const port = ownPort();
  const serve = await place.serve([], { port });
  await place.worker(serve);
  await trigger(serve, "web");
  await lookAt(`${serve.url}/builds/1`, {}, {
    async use(page) {
      await page.click(`${row("slow")} a`);
      await page.locator("#log .lines", { hasText: "first" }).waitFor();
      await serve.end("SIGKILL");
      await page.locator("#alert", { hasText: /The server does not answer.*what was known at/ }).waitFor();
      assert.match(await page.innerText("#log .lines"), /first/);
      await place.here.write("first-gate", "");

      const again = await place.serve([], { port });
      await page.locator("#alert:empty").waitFor({ state: "attached" });
      await page.locator("#log .lines p", { hasText: "second" }).waitFor();
      assert.equal(await page.locator("#log .lines p").count(), 2);
      await place.here.write("second-gate", "");
      await untilState(page, "passed");
      await untilBuild(again, "1", "passed");
    },
  });
});

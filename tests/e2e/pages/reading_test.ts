/** Pages for every reader: without a script, by keyboard, in both colour schemes, with hostile texts, without a server. */
import assert from "node:assert/strict";
import { lookAt, violationsOn } from "../../worlds/chromium.ts";
import { startPlay } from "../../worlds/program/playground.ts";
import { part } from "../../worlds/require.ts";

const chromium = await part("chromium");

/** Where no Docker engine is, environments are played dry. */
const DRY = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
const RUNNING = "#environments li:has-text('running')";

function playDry(...args: readonly string[]) {
  return startPlay(["simulate", "--play", "--port", "0", ...args], { env: DRY });
}

chromium.test("without a script the same buttons work, and the page says how to see what is new", async () => {
  const play = await playDry();
  try {
    await lookAt(play.page, { javaScriptEnabled: false }, {
      async use(page) {
        assert.match(await page.innerText("noscript"), /JavaScript is off.*Load it again/s);
        assert.match(await page.innerText("main"), /played dry, because no Docker engine answers/);
        await page.selectOption("#actor", "ana");
        await page.click("#do-start");
        assert.equal(page.url(), play.page);
        while (await page.locator(RUNNING).count() === 0) await page.click("noscript a");
        assert.match(await page.innerText("#events"), /ana added\s+🎪 ⚡ showtime-trigger-start/);
        // The address of a dry run is a stranger's: nothing leads there.
        assert.match(await page.innerText("#environments"), /http:\/\/52\.1\.2\.3:8080 \(played dry\)/);
        assert.equal(await page.locator("a[href*='52.1.2.3']").count(), 0);

        await page.click("a:has-text('Environments')");
        assert.match(await page.innerText("tbody"), /#1234\s+running\s+active/);
        await page.click("button:has-text('Stop')");
        assert.equal(page.url(), `${play.url}/environments`);
        while (await page.locator("tbody tr").count() > 0) await page.click("noscript a");

        await page.goto(play.page);
        await page.selectOption("#actor", "rando");
        await page.click("#do-start");
        assert.match(
          await page.innerText("#problem"),
          /as rando: the role read does not allow it\. Act as another/,
        );
        await page.click("a:has-text('Back to the page')");
        assert.equal(page.url(), play.page);
      },
    });
  } finally {
    await play.stop();
  }
});

chromium.test("the keyboard alone starts, labels and stops an environment, and the focus stays where it was", async () => {
  const play = await playDry();
  try {
    await lookAt(play.page, {}, {
      async use(page) {
        const { keyboard } = page;
        const focused = () => page.evaluate("document.activeElement.id");
        /** Goes on with the tab key until an element has the focus. */
        const tabTo = async (id: string) => {
          for (let steps = 0; await focused() !== id; steps++) {
            assert.ok(steps < 60, `the tab key does not reach ${id}`);
            await keyboard.press("Tab");
          }
        };
        await keyboard.press("Tab");
        await keyboard.press("Enter");
        assert.equal(await focused(), "main");

        await tabTo("label");
        await keyboard.type("needs tests");
        await keyboard.press("Enter");
        await page.locator("#labels .label", { hasText: "needs tests" }).waitFor();
        assert.equal(await focused(), "label");
        // The stream of events may show the label before the answer empties the field.
        await page.waitForFunction("document.querySelector('#label').value === ''");

        await tabTo("do-start");
        const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
        assert.equal(outline, "solid");
        await keyboard.press("Enter");
        await page.locator(RUNNING).waitFor();
        assert.equal(await focused(), "do-start");

        await tabTo("do-stop");
        await keyboard.press(" ");
        await page.locator("#environments", { hasText: "None" }).waitFor();

        // The button in a part that is replaced is not lost either.
        await tabTo("do-state");
        await keyboard.press("Enter");
        await page.locator("#do-state", { hasText: "Reopen" }).waitFor();
        assert.equal(await focused(), "do-state");
      },
    });
  } finally {
    await play.stop();
  }
});

for (const colorScheme of ["light", "dark"] as const) {
  chromium.test(`axe finds no violation on any page, ${colorScheme}`, async () => {
    const play = await playDry();
    try {
      await lookAt(`${play.url}/environments`, { colorScheme }, {
        async use(page) {
          const dark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches");
          assert.equal(dark, colorScheme === "dark");
          assert.deepEqual(await violationsOn(page), [], "the empty board");
          await page.goto(play.page);
          assert.deepEqual(await violationsOn(page), [], "a pull request without an environment");
          await page.click("#do-start");
          await page.locator(RUNNING).waitFor();
          await page.click("#do-push");
          await page.click("#do-freeze");
          await page.locator("#labels .label", { hasText: "freeze" }).waitFor();
          await page.click("summary:has-text('What happened')");
          assert.deepEqual(await violationsOn(page), [], "a pull request with environments");
          await page.goto(`${play.url}/environments`);
          await page.locator("tbody tr").first().waitFor();
          assert.deepEqual(await violationsOn(page), [], "the board");
          await page.goto(play.url);
          assert.deepEqual(await violationsOn(page), [], "the list");
          // On a small screen no page scrolls sideways; the table does so by itself.
          await page.setViewportSize({ width: 320, height: 800 });
          for (const address of [play.url, play.page, `${play.url}/environments`]) {
            await page.goto(address);
            assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 320, address);
          }
        },
      });
    } finally {
      await play.stop();
    }
  });
}

const EVIL = `"'><script>alert(1)</script><img src=x onerror=alert(2)>`;

chromium.test("hostile titles, labels, names and comments are text: nothing runs, and no address leads to a script", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(
    file,
    JSON.stringify({
      repository: "acme/shop",
      token_owner: "maxime",
      collaborators: { maxime: "admin" },
      labels: [{ name: `<b onclick=alert(3)>&"'`, color: "000000", description: EVIL }],
      pulls: [{
        number: 7,
        title: `${EVIL} \u202etxet`,
        body: `[here](javascript:alert(4)) ${EVIL}\n\n<details open ontoggle=alert(5)><summary>x</summary>`,
        author: "rando",
        head: { sha: "a".repeat(40), ref: `"><script>alert(6)</script>`, repo: "rando/shop" },
        labels: [`<b onclick=alert(3)>&"'`, "🎪 aaaaaaa 🌐 javascript:1"],
        comments: [
          { author: "rando", body: `<script>alert(7)</script>\n\n![i](http://127.0.0.1:1/track.png)` },
          {
            author: "rando",
            body: `<details><summary>[x](javascript:alert(8))</summary>\n\n<style>*{}</style>\n\n</details>`,
          },
          {
            author: "rando",
            body: "[a](data:text/html;base64,AA) <!-- unseen --> [b](https://docs.example/)",
          },
        ],
      }],
    }),
  );
  const play = await startPlay(["simulate", "--port", "0", "--seed", file]);
  try {
    await lookAt(play.page, {}, {
      async use(page) {
        assert.match(
          await page.innerText("h1"),
          /<script>alert\(1\)<\/script><img src=x onerror=alert\(2\)> txet/,
        );
        assert.match(await page.title(), /<script>alert\(1\)<\/script>/);
        const deployment = await fetch(`${play.url}/repos/acme/shop/deployments`, {
          method: "POST",
          headers: { authorization: "Bearer owner" },
          body: JSON.stringify({
            ref: "a".repeat(40),
            environment: "showtime",
            auto_merge: false,
            required_contexts: [],
          }),
        });
        const { id } = await deployment.json();
        const status = await fetch(`${play.url}/repos/acme/shop/deployments/${id}/statuses`, {
          method: "POST",
          headers: { authorization: "Bearer owner" },
          body: JSON.stringify({
            state: "success",
            environment_url: "javascript:alert(9)",
            description: EVIL,
          }),
        });
        assert.equal(status.status, 201, await status.text());
        await page.locator("#deployments li", { hasText: "View deployment" }).waitFor();
        await page.click("#talk summary");
        for (const button of await page.locator("#labels button").all()) await button.hover();

        const scripts: unknown = await page.evaluate("[...document.scripts].map(({ src }) => src)");
        assert.deepEqual(scripts, [`${play.url}/-/page.js`]);
        const odd =
          "img, style, iframe, [style], [onerror], [onclick], [ontoggle], a[href^='javascript'], a[href^='data']";
        assert.equal(await page.locator(odd).count(), 0);
        assert.equal(await page.locator("#talk a[href='https://docs.example/']").count(), 1);
        assert.doesNotMatch(await page.innerText("#talk"), /unseen/);
        await page.goto(`${play.url}/`);
        assert.match(await page.innerText("#pulls"), /<script>alert\(1\)<\/script>/);
        await page.goto(`${play.url}/environments`);
      },
    });
  } finally {
    await play.stop();
    await Deno.remove(file);
  }
});

chromium.test("the page says when the server is gone, keeps what it shows, and goes on when it is back", async () => {
  const play = await startPlay(["simulate", "--port", "0"]);
  const { port } = new URL(play.url);
  let again: Awaited<ReturnType<typeof startPlay>> | undefined;
  try {
    await lookAt(`${play.url}/environments`, {}, {
      async use(page) {
        await play.kill();
        await page.locator("#alert", { hasText: /The server does not answer.*what was known at/ }).waitFor();
        assert.equal(await page.getAttribute("#alert", "role"), "alert");
        assert.match(await page.innerText("main"), /No environment is running/);
        assert.deepEqual(await violationsOn(page), []);

        again = await startPlay(["simulate", "--port", port]);
        await page.locator("#alert:empty").waitFor({ state: "attached" });
        assert.equal(await page.locator("body.gone").count(), 0);
      },
    });
  } finally {
    await again?.stop();
  }
});

/** The pages of the simulator over HTTP, without a browser. */
import assert from "node:assert/strict";
import { makeSimulator, parseSeed } from "../../../src/simulators/github/mod.ts";
import { type Face, serveFace } from "../../../src/wiring/face/serve_face.ts";
import type { Simulator } from "../../../src/simulators/github/mod.ts";

const A = "a".repeat(40);
const START = "🎪 ⚡ showtime-trigger-start";
const NOON = Date.parse("2026-03-01T12:00:00Z");

async function withFace(
  use: (
    world: { readonly face: Face; readonly simulator: Simulator; readonly page: string },
  ) => Promise<void>,
  { playable = true, labels = [] as readonly string[], hooks = [] as readonly unknown[] } = {},
): Promise<void> {
  const simulator = makeSimulator(
    parseSeed({
      repository: "acme/shop",
      token_owner: "maxime",
      collaborators: { maxime: "admin", tri: "triage", rando: "read" },
      hooks,
      pulls: [{
        number: 7,
        title: "Dark mode",
        author: "rando",
        head: { sha: A, repo: "rando/shop" },
        labels,
      }],
    }),
    { now: () => NOON },
  );
  const face = serveFace(simulator, { port: 0, setting: ["It is a play."], playable });
  try {
    await use({ face, simulator, page: face.page });
  } finally {
    await face.stop();
  }
}

async function post(url: string, form: Readonly<Record<string, string>>, headers: HeadersInit = {}) {
  const answer = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(form),
    headers,
    redirect: "manual",
  });
  return { status: answer.status, location: answer.headers.get("location"), text: await answer.text() };
}

async function get(url: string) {
  const answer = await fetch(url, { redirect: "manual" });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

Deno.test("a change on the page is a change by that person, leads back to the page, and needs the right", async () => {
  await withFace(async ({ simulator, page }) => {
    const labels = () => simulator.state().pulls[0]?.labels;
    const started = await post(page, { actor: "tri", add: START });
    assert.deepEqual([started.status, started.location], [303, "/acme/shop/pull/7"]);
    assert.deepEqual(labels(), [START]);
    assert.deepEqual(simulator.state().pulls[0]?.timeline.at(-1), {
      event: "labeled",
      actor: "tri",
      label: START,
      created_at: "2026-03-01T12:00:00Z",
    });

    for (
      const [form, why] of [
        [{ actor: "rando", remove: START }, /Labelling #7 as rando: the role read does not allow it/],
        [{ actor: "tri", act: "push" }, /Pushing to #7 as tri: the role triage/],
        [{ actor: "maxime", act: "label", label: "x".repeat(51) }, /Labelling #7/],
        [{ actor: "nobody", act: "push" }, /no person of this repository is named/],
      ] as const
    ) {
      const { status, text } = await post(page, form);
      assert.deepEqual([status, why.test(text)], [400, true], text);
    }
    assert.deepEqual(labels(), [START]);

    // The author pushes to the fork.
    assert.equal((await post(page, { actor: "rando", act: "push" })).status, 303);
    assert.equal(simulator.state().pulls[0]?.commits.length, 2);
    assert.equal((await post(page, { actor: "maxime", state: "closed" })).status, 303);
    assert.equal((await post(page, { actor: "maxime", hours: "3" })).status, 303);
    assert.equal(simulator.now(), NOON + 3 * 3_600_000);
  });
});

Deno.test("changes answer to POST alone, and to no page and no host of others, the controls and the API included", async () => {
  await withFace(async ({ face, simulator, page }) => {
    const before = JSON.stringify(simulator.state());
    for (const url of [`${page}?actor=maxime&add=bug`, `${face.url}/environments/acme/shop/7/stop`]) {
      await get(url);
      const put = await fetch(url, {
        method: "PUT",
        body: new URLSearchParams({ actor: "maxime", act: "push" }),
      });
      await put.body?.cancel();
      assert.ok(put.status >= 400, `${put.status}`);
    }
    const control = `${face.url}/_simulator/label`;
    for (
      const url of [
        page,
        control,
        `${face.url}/repos/acme/shop/labels`,
        `${face.url}/environments/acme/shop/7/stop`,
      ]
    ) {
      const foreign = await post(url, { actor: "maxime", add: "bug" }, { origin: "https://evil.example" });
      assert.deepEqual([foreign.status, JSON.parse(foreign.text)], [403, {
        message: "A page of another site sent this request",
      }]);
      assert.equal(await statusWithHost(face.url, new URL(url).pathname, "evil.example"), 403);
    }
    assert.equal(JSON.stringify(simulator.state()), before);

    const own = await fetch(control, { method: "POST", body: JSON.stringify({ pr: 7, add: ["bug"] }) });
    assert.deepEqual(await own.json(), { ok: true });
  });
});

/** Sends a request that names another host: `fetch` always names the one that it asks. */
async function statusWithHost(url: string, path: string, host: string): Promise<number> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  const request = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const answer = await new Response(connection.readable).text();
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
}

Deno.test("every page and asset has a strict policy, and nothing comes from elsewhere", async () => {
  await withFace(async ({ face, page }) => {
    for (const url of [page, face.url, `${face.url}/environments`]) {
      const { status, headers, text } = await get(url);
      assert.equal(status, 200);
      assert.match(headers.get("content-security-policy") ?? "", /^default-src 'self';/);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("cache-control"), "no-store");
      assert.doesNotMatch(text, /\sstyle=|<style|\son\w+=/);
      const assets = [...text.matchAll(/<(?:link|script)[^>]* (?:href|src)="([^"]+)"/g)].map((
        [, asset = ""],
      ) => asset);
      assert.equal(assets.length, 4);
      for (const asset of assets) {
        assert.match(asset, /^\/-\//);
        const answer = await get(`${face.url}${asset.replaceAll("&amp;", "&")}`);
        assert.equal(answer.status, 200);
        assert.match(
          answer.headers.get("content-type") ?? "",
          /^(?:text\/css|text\/javascript|image\/svg\+xml)/,
        );
        assert.doesNotMatch(answer.text, /https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
      }
    }
  });
});

Deno.test("the board without a platform shows what the labels say, and Stop adds the label", async () => {
  const labels = [
    "🎪 showtime",
    "🎪 aaaaaaa 🚦 running",
    "🎪 🎯 aaaaaaa",
    "🎪 aaaaaaa 📅 2026-03-01T10-00",
    "🎪 aaaaaaa ⌛ 24h",
  ];
  await withFace(async ({ face, simulator }) => {
    const board = await get(`${face.url}/environments`);
    const cells = [...board.text.matchAll(/<t[hd](?: scope="row")?>\s*(.*?)\s*<\/t[hd]>/gs)].map((
      [, cell = ""],
    ) => cell.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ").trim());
    assert.deepEqual(cells.slice(0, 7), ["#7", "running active", "none", "aaaaaaa", "2h", "22h", "unknown"]);
    assert.match(board.text, new RegExp(`href="${face.url}/acme/shop/pull/7"`));
    assert.doesNotMatch(board.text, /Extend/);

    const stopped = await post(`${face.url}/environments/acme/shop/7/stop`, {});
    assert.deepEqual([stopped.status, stopped.location], [303, "/environments"]);
    assert.ok(simulator.state().pulls[0]?.labels.includes("🎪 🛑 showtime-trigger-stop"));
    const extended = await post(`${face.url}/environments/acme/shop/7/extend`, { ttl: "24h" });
    assert.deepEqual([extended.status, /this page cannot do that/.test(extended.text)], [400, true]);
  }, { labels });
});

Deno.test("each button of a pull request adds the label that it names, and the board says that an environment is asleep", async () => {
  const labels = ["🎪 showtime", "🎪 aaaaaaa 🚦 asleep", "🎪 🎯 aaaaaaa"];
  await withFace(async ({ face, page }) => {
    const { text } = await get(page);
    const named = Object.fromEntries(
      [...text.matchAll(/<button[^>]*name="add" value="([^"]*)"[^>]*>(\w+)<\/button>/g)].map((
        [, name, words],
      ) => [words, name]),
    );
    assert.deepEqual(named, {
      Start: START,
      Freeze: "🎪 🧊 showtime-freeze",
      Sync: "🎪 🔄 showtime-trigger-sync",
      Sleep: "🎪 💤 showtime-sleep",
      Stop: "🎪 🛑 showtime-trigger-stop",
    });
    const board = await get(`${face.url}/environments`);
    assert.match(board.text, /asleep/);
  }, { labels });
});

Deno.test("pages that only show have no button, and refuse a form all the same", async () => {
  const labels = ["🎪 showtime", "🎪 aaaaaaa 🚦 running", "🎪 🎯 aaaaaaa"];
  await withFace(async ({ face, simulator, page }) => {
    assert.doesNotMatch((await get(page)).text, /<button|<form/);
    assert.doesNotMatch((await get(`${face.url}/environments`)).text, /<button|<form/);
    const before = JSON.stringify(simulator.state());
    assert.equal((await post(page, { actor: "maxime", act: "push" })).status, 400);
    assert.equal((await post(`${face.url}/environments/acme/shop/7/stop`, {})).status, 400);
    assert.equal(JSON.stringify(simulator.state()), before);
  }, { playable: false, labels });
});

Deno.test("a commit leads to its pull request, and what is no page is GitHub's API", async () => {
  await withFace(async ({ face }) => {
    const commit = await get(`${face.url}/acme/shop/commit/aaaaaaa`);
    assert.deepEqual([commit.status, commit.headers.get("location")], [302, `/acme/shop/pull/7#commit-${A}`]);
    for (
      const path of ["/acme/shop/pull/8", "/other/shop/pull/7", "/acme/shop/commit/bbbbbbb", "/favicon.ico"]
    ) {
      const { status, text } = await get(`${face.url}${path}`);
      assert.deepEqual([status, JSON.parse(text)["message"]], [404, "Not Found"], path);
    }
    const api = JSON.parse((await get(`${face.url}/repos/acme/shop/pulls/7`)).text);
    assert.equal(api["title"], "Dark mode");
  });
});

Deno.test("the stream of changes says when something changed, and ends with the server", async () => {
  let rest: Promise<string> | undefined;
  await withFace(async ({ face, simulator }) => {
    const answer = await fetch(`${face.url}/-/changes`);
    assert.match(answer.headers.get("content-type") ?? "", /^text\/event-stream/);
    assert.ok(answer.body);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    assert.match((await reader.read()).value ?? "", /^event: change/);
    simulator.label({ pr: 7, add: ["bug", "good first issue"] });
    assert.equal((await reader.read()).value?.match(/event: change/g)?.length, 1);
    rest = reader.read().then(({ done, value }) => done ? "over" : String(value), () => "over");
  });
  assert.equal(await rest, "over");
});

Deno.test("webhooks of a served simulator lead to the address at which it is served", async () => {
  const received: string[] = [];
  const receiver = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { action, repository, pull_request: pull } = await request.json();
    received.push(action, repository.url, pull.url);
    return new Response(null, { status: 204 });
  });
  try {
    await withFace(async ({ face, simulator, page }) => {
      await post(page, { actor: "tri", act: "label", label: "bug" });
      await simulator.hooksSent();
      assert.deepEqual(received, [
        "labeled",
        `${face.url}/repos/acme/shop`,
        `${face.url}/repos/acme/shop/pulls/7`,
      ]);
    }, { hooks: [{ url: `http://127.0.0.1:${receiver.addr.port}/`, secret: "s" }] });
  } finally {
    await receiver.shutdown();
  }
});

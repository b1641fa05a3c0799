/** The pages of the server without a browser: headers, redirects, escaping, and who may change what. */

import assert from "node:assert/strict";
import type { BuildEvent } from "../../../src/pipelines/core/build_event.ts";
import type { Step, StepResult } from "../../../src/pipelines/core/build_result.ts";
import { type ServerWorld, startServerWorld, WEB } from "../../worlds/builds/server_world.ts";

const OWN = { origin: "http://127.0.0.1", "content-type": "application/x-www-form-urlencoded" };
const ROOT: Step = { id: "1".repeat(16), parentId: undefined, name: "web", path: "web", kind: "steps" };
const TESTS: Step = {
  id: "2".repeat(16),
  parentId: ROOT.id,
  name: "tests",
  path: "web/tests",
  kind: "run",
};

function result(
  step: Step,
  { status, reason, exitCode }: Pick<StepResult, "status" | "reason" | "exitCode">,
) {
  const common = { signal: undefined, startedAt: 1000, durationMs: 2500, log: [], steps: [] };
  return { ...step, ...common, status, reason, exitCode };
}

function ended(step: Step, changed: Partial<StepResult> = {}): BuildEvent {
  const passed = result(step, { status: "passed", reason: undefined, exitCode: 0 });
  return { kind: "step_ended", step, at: 3500, result: { ...passed, ...changed } };
}

function printed(step: Step, lines: readonly string[]): BuildEvent {
  return { kind: "step_output", step, stream: "stdout", lines, at: 2 };
}

/** Plays a build of the pipeline up to its end. */
async function playBuild(
  server: ServerWorld,
  { events, outcome = "passed", path = "/webhook?pipeline=web" }: {
    readonly events: readonly BuildEvent[];
    readonly outcome?: string;
    readonly path?: string;
  },
): Promise<void> {
  const { build } = await server.json(`POST ${path}`);
  await server.json("POST /api/v1/claim", { body: { worker: "w1", tags: [], wait_ms: 0 } });
  const write = (what: string, body: object) =>
    server.json(`POST /api/v1/builds/${build}/${what}`, { body: { attempt: 1, ...body } });
  await write("events", { events });
  await write("finish", { outcome, reason: outcome === "passed" ? undefined : "The step web/tests failed" });
}

const STARTED: readonly BuildEvent[] = [
  { kind: "step_started", step: ROOT, at: 1000 },
  { kind: "step_started", step: TESTS, at: 1000 },
];

async function read(server: ServerWorld, path: string, key?: string) {
  const answer = await server.send(
    `GET ${path}`,
    key === undefined ? {} : { headers: { cookie: `showtime_key=${key}` } },
  );
  return { answer, text: await answer.text() };
}

Deno.test("the page of a failed build names the step, the reason and the lines of its output", async () => {
  await using server = await startServerWorld();
  const lines = ["one", "two"];
  await playBuild(server, {
    outcome: "failed",
    events: [
      ...STARTED,
      printed(TESTS, lines),
      ended(TESTS, { status: "failed", reason: "exit code 3", exitCode: 3 }),
      ended(ROOT, { status: "failed", reason: undefined, exitCode: undefined }),
    ],
  });
  const { answer, text } = await read(server, "/builds/1");
  assert.equal(answer.status, 200);
  assert.match(text, /<p role="status"><span class="state bad">failed<\/span> The step web\/tests failed/);
  assert.match(text, /first failed step is <a href="\/builds\/1\?step=2{16}#log"[^>]*>web\/tests</);
  assert.match(text, /exit code 3/);
  assert.match(text, /id="L2"><a href="\/builds\/1\?step=2{16}&amp;from=1#L2"[^>]*>2<\/a\s*><code>two</);
  assert.match(text, /viewBox="0 0 2500 10"/);
  assert.doesNotMatch(text, /\sstyle=|<style|onclick/);
  const overview = (await read(server, "/")).text;
  assert.match(overview, /<a href="\/builds\/1"[^>]*>1<\/a>/);
  assert.match(overview, /<b>w1<\/b>/);
  const pipeline = (await read(server, "/pipelines/web")).text;
  assert.match(pipeline, /https:\/\/github.com\/acme\/web.git/);
  assert.match(pipeline, /action="\/pipelines\/web\/trigger"/);
});

Deno.test("every page has a policy that allows nothing from elsewhere, and no copy of it is kept", async () => {
  await using server = await startServerWorld();
  await server.send("POST /webhook?pipeline=web");
  for (
    const path of ["/", "/pipelines/web", "/builds/1", "/login", "/builds/77", "/-/page.js", "/-/page.css"]
  ) {
    const { answer, text } = await read(server, path);
    assert.match(answer.headers.get("content-security-policy") ?? "", /^default-src 'self'; /, path);
    assert.equal(answer.headers.get("cache-control"), "no-store", path);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff", path);
    assert.doesNotMatch(text, /(?:src|href)="(?:https?:)?\/\//, path);
  }
  // The stream of changes would be refused to a reader without a key.
  assert.match((await read(server, "/login")).text, /<body data-changes="">/);
  assert.match((await read(server, "/")).text, /<body data-changes="\/-\/changes">/);
  assert.equal((await read(server, "/builds/77")).answer.status, 404);
  assert.equal((await read(server, "/pipelines/none")).answer.status, 404);
});

Deno.test("a step's output comes in parts, and a line is found by its number", async () => {
  await using server = await startServerWorld();
  const lines = Array.from({ length: 2500 }, (_, at) => `line ${at + 1}`);
  await playBuild(server, { events: [...STARTED, printed(TESTS, lines), ended(TESTS), ended(ROOT)] });
  const shown = async (query: string) => {
    const { text } = await read(server, `/builds/1?step=${TESTS.id}${query}`);
    return [...text.matchAll(/<p id="L(\d+)">/g)].map(([, number]) => Number(number));
  };
  const ends = (numbers: readonly number[]) => [numbers[0], numbers.at(-1)];
  assert.deepEqual(ends(await shown("")), [1501, 2500]);
  assert.deepEqual(ends(await shown("&from=7")), [7, 1006]);
  assert.deepEqual(await shown("&from=9000"), []);
  const jump = await server.send(`GET /builds/1?step=${TESTS.id}&line=1200`);
  assert.equal(jump.status, 302 + 1);
  assert.equal(jump.headers.get("location"), `/builds/1?step=${TESTS.id}&from=1100#L1200`);
  const part = await read(server, `/builds/1/output?step=${TESTS.id}&from=1001`);
  assert.match(part.text, /^\s*<section id="log"/);
  assert.match(part.text, /<p id="L2000">/);
  assert.equal((await read(server, "/builds/1/output?step=none")).answer.status, 400);
});

const EVIL = `<script>alert(1)</script>\u202e"'`;

Deno.test("hostile names, refs, reasons and output are text, and paint in output is a class", async () => {
  await using server = await startServerWorld({ pipelines: [{ ...WEB, name: EVIL, ref: EVIL }] });
  const evil: Step = { ...ROOT, id: `"><script>`, name: EVIL, path: EVIL };
  await playBuild(server, {
    path: `/webhook?pipeline=${encodeURIComponent(EVIL)}`,
    outcome: "failed",
    events: [
      { kind: "step_started", step: evil, at: 1 },
      printed(evil, [`\x1b[31mred\x1b[0m plain \x1b]0;title\x07\x1b[2J\x00${EVIL}`, "\x1b[38;5;9;1mbold"]),
      ended(evil, { status: "failed", reason: EVIL }),
      { kind: "warning", text: EVIL, at: 4 },
    ],
  });
  for (
    const path of [
      "/",
      `/pipelines/${encodeURIComponent(EVIL)}`,
      "/builds/1",
      `/login?back=${encodeURIComponent(EVIL)}`,
    ]
  ) {
    const { answer, text } = await read(server, path);
    assert.equal(answer.status, 200, path);
    assert.deepEqual([...text.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag), [
      '<script type="module" src="/-/page.js">',
    ]);
    // deno-lint-ignore no-control-regex -- control characters are what must not be there
    assert.doesNotMatch(text, /\u202e|[\x00-\x08\x0b-\x1f\x7f]/, path);
  }
  const { text } = await read(server, "/builds/1");
  assert.match(text, /<span class="ansi-1">red<\/span> plain &lt;script&gt;/);
  assert.match(text, /<span class="ansi-bold">bold<\/span>/);
});

Deno.test("where reading needs a key, a page leads to the log-in and back, and other addresses lead nowhere", async () => {
  await using server = await startServerWorld({ onLoopback: false });
  const key = await server.addKey("read");
  await server.send("POST /webhook?pipeline=web", { key: await server.addKey("trigger") });
  const asked = (await read(server, "/builds/1?step=a")).answer;
  assert.equal(asked.status, 303);
  assert.equal(asked.headers.get("location"), "/login?back=%2Fbuilds%2F1%3Fstep%3Da");
  assert.match((await read(server, "/login?back=%2Fbuilds%2F1")).text, /name="back" value="\/builds\/1"/);
  const login = (fields: Record<string, string>, headers: Record<string, string> = OWN) =>
    server.send("POST /login", { headers, body: new URLSearchParams(fields).toString() });

  const wrong = await login({ key: "wrong", back: "/builds/1" });
  assert.deepEqual([wrong.status, wrong.headers.get("set-cookie")], [403, null]);
  assert.match(await wrong.text(), /does not know this key/);
  const worker = await login({ key: await server.addKey("worker") });
  assert.equal(worker.status, 403);
  const entered = await login({ key, back: "/builds/1" });
  assert.deepEqual([entered.status, entered.headers.get("location")], [303, "/builds/1"]);
  // The world's public address is one of https.
  assert.equal(
    entered.headers.get("set-cookie"),
    `showtime_key=${key}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure`,
  );
  const evil = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:1",
    "",
  ];
  for (const back of evil) {
    assert.equal((await login({ key, back })).headers.get("location"), "/", back);
  }

  const page = await read(server, "/builds/1", key);
  assert.equal(page.answer.status, 200);
  assert.doesNotMatch(page.text, /id="do-cancel"/);
  assert.match((await read(server, "/builds/1", await server.addKey("admin"))).text, /id="do-cancel"/);
  assert.equal((await read(server, "/builds/1/changes")).answer.status, 401);
  assert.equal((await read(server, "/-/changes")).answer.status, 401);
  assert.equal((await read(server, "/", "revoked")).answer.status, 403);
  assert.match((await read(server, "/login", key)).text, /The key <b>read<\/b> is in use/);
  const left = await server.send("POST /logout", { headers: { ...OWN, cookie: `showtime_key=${key}` } });
  assert.match(left.headers.get("set-cookie") ?? "", /^showtime_key=; Path=\/; Max-Age=0;/);
});

Deno.test("a key that is limited to a pipeline sees no other one on any page", async () => {
  const other = { ...WEB, name: "secret" };
  await using server = await startServerWorld({ onLoopback: false, pipelines: [WEB, other] });
  const admin = await server.addKey("admin");
  for (const name of ["web", "secret"]) await server.send(`POST /webhook?pipeline=${name}`, { key: admin });
  await server.send("POST /api/v1/claim", { key: admin, body: { worker: "w1", tags: [], wait_ms: 0 } });
  const key = await server.addKey("read", { pipelines: ["web"] });
  const { text } = await read(server, "/", key);
  assert.match(text, /href="\/builds\/1"/);
  assert.doesNotMatch(text, /secret|href="\/builds\/2"| of 2 /);
  for (const path of ["/builds/2", "/builds/2/output?step=a", "/builds/2/changes", "/pipelines/secret"]) {
    assert.equal((await read(server, path, key)).answer.status, 403, path);
  }
});

Deno.test("the first page shows the builds that have waited longest, and leads to all others", async () => {
  await using server = await startServerWorld();
  for (let at = 0; at < 60; at++) await server.send("POST /webhook?pipeline=web");
  const queue = async (path: string) => {
    const { text } = await read(server, path);
    const section = /id="queue" data-live>([^]*?)<\/section>/.exec(text)?.[1] ?? "";
    const link = /href="(\/\?waiting=\d+)"/.exec(section)?.[1];
    return { ids: [...section.matchAll(/id="build-(\d+)"/g)].map(([, id]) => Number(id)), link };
  };
  const first = await queue("/");
  assert.deepEqual(first, { ids: Array.from({ length: 50 }, (_, at) => at + 1), link: "/?waiting=50" });
  const second = await queue("/?waiting=50");
  assert.deepEqual(second, { ids: Array.from({ length: 10 }, (_, at) => at + 51), link: undefined });
});

Deno.test("only a page of the server changes something: another site's request is refused, and so is GET", async () => {
  await using server = await startServerWorld();
  await server.send("POST /webhook?pipeline=web");
  const state = async () => (await server.json("GET /api/v1/builds/1")).state;
  for (const origin of ["https://evil.example", "http://127.0.0.1:1", "null"]) {
    for (
      const path of [
        "/builds/1/cancel",
        "/pipelines/web/trigger",
        "/login",
        "/logout",
        "/api/v1/builds/1/cancel",
      ]
    ) {
      const refused = await server.send(`POST ${path}`, { headers: { ...OWN, origin } });
      assert.equal(refused.status, 403, `${path} from ${origin}`);
      assert.equal(refused.headers.get("set-cookie"), null);
    }
  }
  assert.equal((await server.send("POST /builds/1/cancel")).status, 403);
  assert.equal((await server.send("GET /builds/1/cancel")).status, 404);
  assert.equal(await state(), "queued");
  // A name of another site that leads to this machine.
  assert.equal((await server.send("GET /", { headers: { host: "evil.example" } })).status, 403);
  assert.equal((await server.json("GET /api/v1/builds")).builds.length, 1);

  const cancelled = await server.send("POST /builds/1/cancel", { headers: OWN });
  assert.deepEqual([cancelled.status, cancelled.headers.get("location")], [303, "/builds/1"]);
  assert.equal(await state(), "cancelled");
  const again = await server.send("POST /builds/1/rerun", { headers: OWN });
  assert.equal(again.headers.get("location"), "/builds/2");
  const trigger = (ref: string) =>
    server.send("POST /pipelines/web/trigger", {
      headers: OWN,
      body: new URLSearchParams({ ref }).toString(),
    });
  assert.equal((await trigger("v1")).headers.get("location"), "/builds/3");
  assert.equal((await server.json("GET /api/v1/builds/3")).ref, "v1");
  const wrong = await trigger("--output=x");
  assert.equal(wrong.status, 400);
  assert.match(await wrong.text(), /id="problem">[^<]*is no branch, tag or commit/);
  assert.deepEqual(server.failures, []);
});

Deno.test("the page of a build follows it: rows, lines and state, from where the reader was", async () => {
  await using server = await startServerWorld();
  await server.send("POST /webhook?pipeline=web");
  await server.send("POST /api/v1/claim", { body: { worker: "w1", tags: [], wait_ms: 0 } });
  const send = (events: readonly BuildEvent[]) =>
    server.send("POST /api/v1/builds/1/events", { body: { attempt: 1, events } });
  await send([...STARTED, printed(TESTS, ["one"])]);
  const leave = new AbortController();
  const { body } = await server.send(`GET /builds/1/changes?attempt=1&after=2&step=${TESTS.id}`, {
    signal: leave.signal,
  });
  assert.ok(body);
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const until = async (pattern: RegExp) => {
    while (!pattern.test(text)) {
      const { done, value } = await reader.read();
      assert.ok(!done, text);
      text += value;
    }
  };
  await until(/event: head\n/);
  // The steps have begun before the place that the page shows. The first line makes its row a link.
  assert.match(text, /event: rows\ndata: \{[^\n]*"id":"2{16}"[^\n]*data-step/);
  assert.doesNotMatch(text, /"id":"1{16}"/);
  assert.match(text, /event: lines\ndata: \{[^\n]*id=\\"L1\\"[^\n]*one/);
  await send([printed(TESTS, ["two"]), ended(TESTS)]);
  await until(/id=\\"L2\\"[^\n]*two/);
  await until(/state good\\">passed/);
  await server.send("POST /api/v1/builds/1/finish", {
    body: { attempt: 1, outcome: "passed", exit_code: 0 },
  });
  await until(/"ended":true/);
  await reader.cancel();
  leave.abort();

  // The page of a build that has ended is told that the server is there, and nothing else.
  const shown = await server.send("GET /builds/1/changes?attempt=1&state=passed&after=5");
  const told = shown.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await told?.read())?.value ?? "", /^event: beat\n/);
  await told?.cancel();
  const stale = await server.send("GET /builds/1/changes?attempt=2&after=0");
  assert.match(await stale.text(), /event: stale/);
});

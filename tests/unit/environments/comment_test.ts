import assert from "node:assert/strict";
import fc from "fast-check";
import {
  COMMENT_MARKER,
  type CommentModel,
  EMPTY_RECORD,
  EVENT_LIMIT,
  formatRecord,
  parseRecord,
  renderComment,
} from "../../../src/environments/core/comment/mod.ts";
import { fullSha, prNumber, shortSha } from "../../../src/lib/ids.ts";

const A = fullSha("a".repeat(40));
const B = fullSha("b".repeat(40));
const CREATED = Date.UTC(2024, 0, 15, 14, 30);

const model: CommentModel = {
  repo: "acme/shop",
  serverUrl: "https://github.com",
  pr: prNumber(7),
  environments: [{
    short: shortSha(A),
    sha: A,
    status: "running",
    active: true,
    address: "52.1.2.3:8080",
    createdAt: CREATED,
    expiresAt: CREATED + 48 * 3_600_000,
    requestedBy: "maxime",
  }],
  failure: undefined,
  notice: undefined,
  login: "admin/admin",
  flags: {},
  behind: "",
  advice: {
    open: true,
    blocked: undefined,
    frozen: undefined,
    state: "running",
    waits: false,
    pushes: "update",
  },
  record: EMPTY_RECORD,
};

Deno.test("renderComment() says where it runs, from which commit, until when, for whom and how to log in", () => {
  const text = renderComment(model);

  assert.ok(text.startsWith(COMMENT_MARKER));
  assert.match(text, /Running at \[52\.1\.2\.3:8080\]\(http:\/\/52\.1\.2\.3:8080\)/);
  assert.match(text, /https:\/\/github\.com\/acme\/shop\/commit\/a{40}/);
  assert.match(text, /2024-01-17 14:30 UTC/);
  assert.match(text, /maxime/);
  assert.match(text, /`admin\/admin`/);
});

Deno.test("renderComment() shows a failure with its reason, the log and the next step, and that the old one serves", () => {
  const text = renderComment({
    ...model,
    environments: [...model.environments, {
      short: shortSha(B),
      sha: B,
      status: "failed",
      active: false,
      address: undefined,
      createdAt: CREATED,
      expiresAt: undefined,
      requestedBy: undefined,
    }],
    failure: {
      short: shortSha(B),
      reason: "build_failed",
      message: "Building acme/shop:x: exit code 1",
      hint: "Mend the Dockerfile",
      logTail: ["step 1", "```", "boom"],
    },
  });

  assert.match(text, /Running at/);
  assert.match(text, /The image could not be built/);
  assert.match(text, /keeps serving/);
  assert.match(text, /Mend the Dockerfile/);
  assert.match(text, /boom/);
});

Deno.test("renderComment() says of one that sleeps where it stays, what it costs and which head it serves too", () => {
  const [active] = model.environments;
  assert.ok(active !== undefined);
  const since = CREATED + 3_600_000;
  const text = renderComment({
    ...model,
    environments: [{
      ...active,
      status: "asleep",
      address: undefined,
      url: "https://pr-7.preview.example.org",
      cost: "about $0.034 an hour, $0.82 a day while it is awake",
    }],
    behind: "1 commit behind",
    serves: shortSha(B),
    advice: { ...model.advice, state: "asleep" },
    record: { ...EMPTY_RECORD, sleep: { sha: active.short, cause: "schedule", since } },
  });

  const [, , headline = ""] = text.split("\n\n");
  assert.equal(
    headline,
    "💤 **Asleep** since 2024-01-15 15:30 UTC, by its hours of sleep. Its commit is " +
      `[\`aaaaaaa\`](https://github.com/acme/shop/commit/${A}). Its address stays ` +
      "[pr-7.preview.example.org](https://pr-7.preview.example.org). It serves `bbbbbbb` too: no file of " +
      "`build.paths` changed.",
  );
  assert.match(text, /\| Cost \| about .*an hour, .* a day while it is awake \|/);
  assert.doesNotMatch(text, /Running at|Own address|behind the newest/);
  assert.match(text, /To wake it, add the label `🎪 ⚡ showtime-trigger-start`/);
});

Deno.test("renderComment() says that nothing runs, and how to start", () => {
  const text = renderComment({
    ...model,
    environments: [],
    login: undefined,
    advice: { ...model.advice, state: "none" },
  });

  assert.match(text, /No environment is running/);
  assert.match(text, /showtime-trigger-start/);
});

Deno.test("renderComment() lets no text from people break out", () => {
  const hostile =
    "--> <script>alert(1)</script> [x](http://evil) @everyone\n# big\n`code` | <!-- showtime:data AAAA -->";
  const text = renderComment({
    ...model,
    environments: model.environments.map((each) => ({ ...each, requestedBy: hostile })),
    failure: { short: shortSha(A), reason: "failed", message: hostile, hint: hostile, logTail: [hostile] },
  });

  const outside = text.replace(/^(`{3,}|~{3,})[\s\S]*?^\1/gm, "");
  assert.notEqual(outside, text);
  assert.ok(!outside.includes("<script>"));
  assert.ok(!outside.includes("@everyone"));
  assert.ok(!/^# big/m.test(outside));
  assert.deepEqual(parseRecord(text), EMPTY_RECORD);
});

Deno.test("renderComment() stays below GitHub's limit for any log", () => {
  const logTail = Array.from({ length: 50 }, () => "x".repeat(5_000));
  const text = renderComment({
    ...model,
    failure: { short: shortSha(A), reason: "failed", message: "m", hint: undefined, logTail },
  });

  assert.ok(text.length <= 65_536, String(text.length));
  assert.deepEqual(parseRecord(text), EMPTY_RECORD);
});

Deno.test("parseRecord() and formatRecord() are inverses", () => {
  fc.assert(fc.property(
    fc.record({
      attempts: fc.dictionary(fc.stringMatching(/^[0-9a-f]{7}$/), fc.integer({ min: 0, max: 99 }), {
        noNullPrototype: true,
      }),
      size: fc.option(fc.constantFrom("standard", "large"), { nil: undefined }),
      notice: fc.option(fc.string({ maxLength: 100 }), { nil: undefined }),
      failure: fc.record({
        sha: fc.constant(shortSha(A)),
        reason: fc.constantFrom("out_of_memory", "failed"),
        message: fc.string({ maxLength: 100, unit: "grapheme" }),
        hint: fc.option(fc.string({ maxLength: 100 }), { nil: undefined }),
        at: fc.integer({ min: 0, max: 4e12 }),
      }, { noNullPrototype: true }),
      content: fc.record({
        sha: fc.constant(shortSha(B)),
        address: fc.string({ maxLength: 40 }),
        key: fc.string({ maxLength: 16 }),
        failed: fc.boolean(),
        text: fc.string({ maxLength: 100, unit: "grapheme" }),
      }, { noNullPrototype: true }),
      events: fc.array(
        fc.record({
          at: fc.integer({ min: 0, max: 4e12 }),
          text: fc.string({ maxLength: 80, unit: "grapheme" }),
        }, {
          noNullPrototype: true,
        }),
        { maxLength: EVENT_LIMIT },
      ),
    }, { noNullPrototype: true }),
    (record) => assert.deepEqual(parseRecord(`before\n${formatRecord(record)}\nafter`), record),
  ));
});

Deno.test("parseRecord() reads the head with its time, and no head without a whole hash or a time", () => {
  const head = { sha: A, since: 1_705_329_000_000 };
  assert.deepEqual(parseRecord(formatRecord({ ...EMPTY_RECORD, head })).head, head);
  const bad = [
    { sha: "aaaaaaa", since: 1 },
    { sha: A },
    { sha: A, since: -1 },
    { sha: A, since: "now" },
    "head",
    null,
  ];
  for (const each of bad) {
    const text = `<!-- showtime:data ${btoa(JSON.stringify({ v: 1, events: [], head: each }))} -->`;
    assert.equal(parseRecord(text).head, undefined, JSON.stringify(each));
  }
});

Deno.test("parseRecord() returns an empty record for any other text", () => {
  for (
    const body of [
      "",
      "<!-- showtime:data !!! -->",
      `<!-- showtime:data ${btoa("[1,2")} -->`,
      `<!-- showtime:data ${btoa("null")} -->`,
    ]
  ) {
    assert.deepEqual(parseRecord(body), EMPTY_RECORD, body);
  }
});

Deno.test("formatRecord() cuts the sentences of a failure", () => {
  const long = "x".repeat(5_000);
  const record = {
    ...EMPTY_RECORD,
    failure: { sha: shortSha(A), reason: "failed", message: long, hint: long, at: CREATED } as const,
  };

  const { failure } = parseRecord(formatRecord(record));

  assert.equal(failure?.message, `${"x".repeat(299)}…`);
  assert.equal(failure.hint, failure.message);
});

Deno.test("parseRecord() drops an invalid failure", () => {
  for (
    const failure of [null, 7, {}, { sha: "x", reason: "failed", message: "m", at: 1 }, {
      sha: shortSha(A),
      reason: "failed",
      message: "m",
      at: 1e99,
    }]
  ) {
    const body = `<!-- showtime:data ${btoa(JSON.stringify({ v: 1, failure }))} -->`;
    assert.deepEqual(parseRecord(body), EMPTY_RECORD);
  }
});

Deno.test("renderComment() says since when an environment does not answer, and keeps its address", () => {
  const [environment] = model.environments;
  assert.ok(environment !== undefined);
  const silentSince = CREATED + 60_000;
  const text = renderComment({ ...model, environments: [{ ...environment, silentSince }] });
  assert.match(text, /Running at \[52\.1\.2\.3:8080\].*does not answer since 2024-01-15 14:31 UTC/);
  assert.ok(!renderComment(model).includes("does not answer"));
});

Deno.test("renderComment() does not say that an environment was removed when only its address is gone", () => {
  const [environment] = model.environments;
  assert.ok(environment !== undefined);
  const text = renderComment({ ...model, environments: [{ ...environment, address: undefined }] });
  assert.match(text, /`aaaaaaa`.* has no address/);
  assert.ok(!/Everything that ran has been removed|52\.1\.2\.3/.test(text), text);
});

Deno.test("parseRecord() keeps the times of silent environments, and drops what is no commit or no time", () => {
  const silent = { [shortSha(A)]: CREATED };
  assert.deepEqual(parseRecord(formatRecord({ ...EMPTY_RECORD, silent })).silent, silent);
  const odd = { ...EMPTY_RECORD, silent: { party: CREATED, bbbbbbb: -1, ccccccc: "soon" } };
  assert.equal(parseRecord(formatRecord(odd as unknown as typeof EMPTY_RECORD)).silent, undefined);
});

Deno.test("renderComment() shows the assets of the active environment only, and escapes what it says of them", () => {
  const content = {
    sha: shortSha(A),
    address: "52.1.2.3:8080",
    key: "k",
    failed: false,
    text: "2 *charts* pushed",
  };
  const render = (change: Partial<typeof content> | { readonly sha: ReturnType<typeof shortSha> }) =>
    renderComment({ ...model, record: { ...model.record, content: { ...content, ...change } } })
      .split("<!-- showtime:data")[0] ?? "";

  assert.match(render({}), /📊 Assets: 2 \\\*charts\\\* pushed\.\n/);
  assert.match(render({ failed: true }), /⚠️ \*\*The assets are not complete:\*\* 2/);
  assert.doesNotMatch(render({ sha: shortSha(B) }), /ssets/);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { EMPTY_RECORD } from "../../../src/environments/core/comment/mod.ts";
import { readLabels } from "../../../src/environments/core/labels/mod.ts";
import {
  decideNews,
  formatTold,
  type HeadStatus,
  isStatus,
  mentionedLogins,
  type News,
  parseTold,
  removedStatus,
  renderNews,
  type StatusFacts,
  wantedStatus,
} from "../../../src/environments/core/news/mod.ts";
import { fullSha, type ShortSha } from "../../../src/lib/ids.ts";

const HEAD = fullSha("a".repeat(40));
const [A, B] = ["aaaaaaa" as ShortSha, "bbbbbbb" as ShortSha];

Deno.test("parseTold() reads what formatTold() wrote, and nothing of other text", () => {
  const sha = fc.stringMatching(/^[0-9a-f]{7}$/).map((text) => text as ShortSha);
  const news = fc.record({ sha, state: fc.constantFrom("ready", "failed", "waiting") }, {
    noNullPrototype: true,
  }) as fc.Arbitrary<News>;
  fc.assert(fc.property(fc.array(news, { minLength: 1, maxLength: 8 }), (told) => {
    assert.deepEqual(parseTold(`${formatTold(told)}\n\nText`), told);
  }));
  for (
    const text of [
      "",
      "<!-- showtime -->",
      "x <!-- showtime:news aaaaaaa=ready -->",
      "<!-- showtime:news aaaaaaa=gone -->",
    ]
  ) {
    assert.deepEqual(parseTold(text), [], text);
  }
});

Deno.test("mentionedLogins() leaves out bots and logins that are not whole, names each person once, and falls back to the author", () => {
  const people = { requester: "ana", author: "rando" };
  assert.deepEqual(mentionedLogins("both", people), ["ana", "rando"]);
  assert.deepEqual(mentionedLogins("requester", people), ["ana"]);
  assert.deepEqual(mentionedLogins("author", people), ["rando"]);
  assert.deepEqual(mentionedLogins("both", { requester: "Ana", author: "ana" }), ["Ana"]);
  for (const requester of ["someone-with-a-long-na…", "renovate[bot]", "org/team", "a b", "", undefined]) {
    assert.deepEqual(mentionedLogins("requester", { requester, author: "rando" }), ["rando"], requester);
  }
  assert.deepEqual(mentionedLogins("both", { requester: undefined, author: "dependabot[bot]" }), []);
});

const part = {
  sha: undefined,
  active: false,
  address: undefined,
  createdAt: undefined,
  expiresAt: undefined,
};
const comment = (change: Partial<Parameters<typeof decideNews>[0]["comment"]>) => ({
  environments: [],
  failure: undefined,
  notice: undefined,
  record: EMPTY_RECORD,
  ...change,
});
const environment = (short: ShortSha, status: "running" | "building") => ({
  ...part,
  short,
  status,
  active: status === "running",
  requestedBy: "ana",
});

Deno.test("decideNews() tells a state once for each commit, and keeps quiet while work goes on", () => {
  const decide = (told: readonly News[], change: Partial<ReturnType<typeof comment>>) =>
    decideNews({ headSha: HEAD, told, comment: comment(change as never) });
  const runs = { environments: [environment(A, "running")] };
  const ready: News = { sha: A, state: "ready" };
  const failed: News = { sha: A, state: "failed" };
  assert.deepEqual(decide([], runs), { kind: "tell", news: ready, told: [ready] });
  assert.deepEqual(decide([ready], runs), { kind: "same", news: ready, told: [ready] });
  assert.deepEqual(decide([failed], runs), { kind: "tell", news: ready, told: [ready] });
  assert.deepEqual(decide([], { environments: [environment(A, "building")] }), { kind: "keep" });
  assert.deepEqual(decide([ready], {}), { kind: "remove" });
  const other = {
    environments: [environment(B, "running")],
    record: { ...EMPTY_RECORD, notice: "untrusted_commit:aaaaaaa" },
  };
  const waiting: News = { sha: A, state: "waiting" };
  const ofOther: News = { sha: B, state: "ready" };
  assert.deepEqual(decide([ofOther], other), { kind: "tell", news: waiting, told: [ofOther, waiting] });
  assert.deepEqual(decide([ofOther, waiting], { environments: other.environments }), { kind: "keep" });
});

Deno.test("renderNews() mentions the people that it is given, and nobody that a text names", () => {
  const failure = {
    short: A,
    reason: "unhealthy",
    message: "@everybody <b>",
    hint: "@team",
    logTail: ["@all"],
  } as const;
  const text = renderNews({
    news: { sha: A, state: "failed" },
    told: [{ sha: A, state: "failed" }],
    logins: ["ana"],
    explained: true,
    comment: { ...comment({ failure }), repo: "o/r", serverUrl: "https://github.example", runUrl: undefined },
  });
  assert.deepEqual(text.match(/@\w+/g), ["@ana"]);
  assert.match(text, /did not become healthy\. Showtime's other comment/);
});

const facts = (labels: readonly string[], change: Partial<StatusFacts> = {}): StatusFacts => ({
  open: true,
  headSha: HEAD,
  labels: readLabels(labels),
  present: "none",
  required: false,
  ...change,
});
const PENDING: HeadStatus = { state: "pending", description: "x", url: undefined };
const SUCCESS: HeadStatus = { state: "success", description: "x", url: "http://1.2.3.4:80" };
const FAILURE: HeadStatus = { state: "failure", description: "x", url: undefined };

Deno.test("wantedStatus() follows the status label of the head, and not that of another commit", () => {
  const stateOf = (...given: Parameters<typeof facts>) => wantedStatus(facts(...given))?.state;
  for (const status of ["building", "built", "deploying", "updating"]) {
    assert.equal(stateOf([`🎪 aaaaaaa 🚦 ${status}`]), "pending", status);
  }
  assert.deepEqual(wantedStatus(facts(["🎪 aaaaaaa 🚦 running", "🎪 aaaaaaa 🌐 1.2.3.4:80"])), {
    state: "success",
    description: "The environment is running",
    url: "http://1.2.3.4:80",
  });
  const asleep: HeadStatus = {
    state: "success",
    description: "The environment is asleep; a start or sync trigger wakes it",
    url: undefined,
  };
  assert.deepEqual(wantedStatus(facts(["🎪 aaaaaaa 🚦 asleep"])), asleep);
  assert.equal(isStatus(asleep, asleep), true);
  assert.equal(stateOf(["🎪 aaaaaaa 🚦 failed"]), "failure");
  assert.equal(stateOf(["🎪 aaaaaaa 🚦 dancing"]), "failure");
  assert.equal(stateOf(["🎪 aaaaaaa 🚦 stopping"]), undefined);
  assert.equal(stateOf(["🎪 bbbbbbb 🚦 running"]), undefined);
});

Deno.test("wantedStatus() of a head that an earlier environment serves too is that of this environment", () => {
  const labels = ["🎪 bbbbbbb 🚦 running", "🎪 bbbbbbb 🌐 1.2.3.4:80", "🎪 bbbbbbb ⏩ aaaaaaa"];
  assert.equal(wantedStatus(facts(labels))?.url, "http://1.2.3.4:80");
  const stableOf = (short: ShortSha) => short === B ? "https://pr-1.example.org" : undefined;
  assert.equal(wantedStatus(facts(labels, { stableOf }))?.url, "https://pr-1.example.org");
});

Deno.test("wantedStatus() leaves a head without an environment alone, unless a status is required or was left pending", () => {
  const cases: readonly (readonly [StatusFacts["present"], boolean, boolean, "success" | undefined])[] = [
    ["none", false, true, undefined],
    ["none", true, true, "success"],
    ["none", true, false, undefined],
    [undefined, true, true, undefined],
    [PENDING, false, true, "success"],
    [PENDING, false, false, "success"],
    [SUCCESS, true, true, undefined],
    [FAILURE, false, true, undefined],
    [FAILURE, true, true, "success"],
  ];
  for (const [present, required, open, state] of cases) {
    const told = JSON.stringify({ present, required, open });
    assert.equal(wantedStatus(facts([], { present, required, open }))?.state, state, told);
  }
});

Deno.test("isStatus() compares the address of a success, and no other page", () => {
  assert.equal(isStatus(SUCCESS, { ...SUCCESS, url: "http://1.2.3.4:80/" }), true);
  assert.equal(isStatus(SUCCESS, { ...SUCCESS, url: "http://1.2.3.5:80" }), false);
  assert.equal(isStatus(SUCCESS, { ...SUCCESS, url: undefined }), false);
  assert.equal(isStatus({ ...FAILURE, url: "https://github.example/run" }, FAILURE), true);
  assert.equal(isStatus("none", FAILURE), false);
});

Deno.test("removedStatus() takes back an address and what is pending, and nothing else", () => {
  const removed = { state: "success", description: "The environment is removed", url: undefined };
  assert.deepEqual([SUCCESS, PENDING].map(removedStatus), [removed, removed]);
  for (const kept of [undefined, FAILURE, { ...SUCCESS, url: undefined }]) {
    assert.equal(removedStatus(kept), undefined);
  }
});

/** Answers of GitHub without an error that lack what was asked for: each is refused, and none is an empty list. */

import assert from "node:assert/strict";
import { makeGithubForge } from "../../../src/drivers/github/mod.ts";
import type { Forge } from "../../../src/environments/ports/forge.ts";
import { fullSha, shortSha } from "../../../src/lib/ids.ts";
import { makeSimulator, parseSeed } from "../../../src/simulators/github/mod.ts";
import { HEAD, PR } from "../../worlds/github/github.ts";

const NEVER = new AbortController().signal;
const START = "🎪 ⚡ showtime-trigger-start";
const SHA = fullSha(HEAD);

/** Makes a driver whose GraphQL answers pass through `spoil`. */
function forgeWith(spoil: (key: string, value: unknown) => unknown): Forge {
  const simulator = makeSimulator(parseSeed({
    repository: "o/r",
    collaborators: { maxime: "admin", ana: "write", tri: "triage" },
    pulls: [{
      number: PR,
      head: { sha: HEAD, ref: "charts", repo: "rando/r" },
      labels: ["bug"],
      comments: [{ author: "rando", body: "Nice" }],
    }],
  }));
  simulator.label({ pr: PR, add: [START, "🎪 abc123f 🚦 running"], actor: "ana" });
  return makeGithubForge({
    token: "token",
    repo: "o/r",
    restUrl: "https://github.example/api/v3",
    graphqlUrl: "https://github.example/api/graphql",
    userAgent: "showtime/0.0.0",
    clock: { now: () => simulator.now(), sleep: () => Promise.resolve() },
    fetch: async (input, init) => {
      const response = await simulator.handle(new Request(input, init));
      const text = JSON.stringify(JSON.parse(await response.text()), (key, value) => spoil(key, value));
      return new Response(text, { status: response.status, headers: response.headers });
    },
  });
}

const nulled = (name: string) => (key: string, value: unknown) => key === name ? null : value;
const dropped = (name: string) => (key: string, value: unknown) => key === name ? undefined : value;
/** Spoils a field of one connection only. */
const within = (name: string, change: Readonly<Record<string, unknown>>) => (key: string, value: unknown) =>
  key === name && typeof value === "object" ? { ...value, ...change } : value;
const typed = (typename: string, change: Readonly<Record<string, unknown>>) => (_: string, value: unknown) =>
  typeof value === "object" && value !== null && Reflect.get(value, "__typename") === typename
    ? { ...value, ...change }
    : value;

const OF_PULL: readonly (readonly [what: string, spoil: (key: string, value: unknown) => unknown])[] = [
  ["a null repository", nulled("repository")],
  ["a null pull request", nulled("pullRequest")],
  ["no pull request", dropped("pullRequest")],
  ["a null state", nulled("state")],
  ["a null head", nulled("headRefOid")],
  [
    "a null time of opening",
    (key, value) => key === "pullRequest" ? { ...value as object, createdAt: null } : value,
  ],
  ...["locks", "labels", "comments", "timelineItems"].flatMap((name): typeof OF_PULL => [
    [`null ${name}`, nulled(name)],
    [`no ${name}`, dropped(name)],
    [`null nodes of ${name}`, within(name, { nodes: null })],
    [`a null node among ${name}`, within(name, { nodes: [null] })],
    [`no pageInfo of ${name}`, within(name, { pageInfo: null })],
    [
      `a further page of ${name} without a cursor`,
      within(name, {
        pageInfo: { hasNextPage: true, hasPreviousPage: true, endCursor: null, startCursor: null },
      }),
    ],
  ]),
  ["a label event without a label", typed("LabeledEvent", { label: null })],
  ["a label event without a time", typed("LabeledEvent", { createdAt: null })],
  ["a commit event without a commit", typed("PullRequestCommit", { commit: null })],
  ["a comment without a text", within("comments", { nodes: [{ id: "IC_1", body: null }] })],
  ["a label without a name", within("labels", { nodes: [{ id: "LA_1", name: null }] })],
];

for (const [what, spoil] of OF_PULL) {
  Deno.test(`readPull() refuses an answer with ${what}, although it has no error`, async () => {
    await assert.rejects(forgeWith(spoil).readPull(PR, { actor: undefined }, NEVER), {
      code: "forge_failed",
    });
  });
}

Deno.test("readPull() accepts the nulls that GitHub means: an account, a fork or a commit that is gone", async () => {
  const gone = forgeWith((key, value) => ["actor", "author", "headRepository"].includes(key) ? null : value);
  const { headRepo, author, timeline } = await gone.readPull(PR, { actor: undefined }, NEVER);
  assert.deepEqual([headRepo, author], [undefined, undefined]);
  assert.ok(timeline.some((event) => event.kind === "labeled" && event.actor === undefined));
});

for (
  const [what, spoil] of [
    ["a null list of collaborators", nulled("p0")],
    ["null edges", nulled("edges")],
    ["a null edge", (key: string, value: unknown) => key === "edges" ? [null] : value],
    [
      "an edge without a login",
      (key: string, value: unknown) => key === "edges" ? [{ permission: "READ", node: null }] : value,
    ],
    ["a null permission", nulled("permission")],
    ["no answer at all", nulled("repository")],
  ] as const
) {
  Deno.test(`permissions() takes ${what} for no answer, not for the answer that the account has no role`, async () => {
    assert.equal((await forgeWith(spoil).permissions(["ana"], NEVER)).get("ana")?.kind, "error");
  });
}

const CALLS: Readonly<Record<string, (forge: Forge) => Promise<unknown>>> = {
  listPulls: (forge) => forge.listPulls({ label: "bug", states: "open" }, NEVER),
  readPulls: (forge) => forge.readPulls([PR], NEVER),
  listDefinitions: (forge) => forge.listDefinitions("🎪", NEVER),
  retirementInfo: (forge) => forge.retirementInfo(PR, { shas: [shortSha(SHA)] }, NEVER),
  resolveCommit: (forge) => forge.resolveCommit(PR, "abc123f", NEVER),
  readBaseFile: (forge) => forge.readBaseFile("showtime.yml", { pr: PR }, NEVER),
};
const OF_LISTS:
  readonly (readonly [call: string, what: string, spoil: (key: string, value: unknown) => unknown])[] = [
    ["listPulls", "null pull requests", nulled("pullRequests")],
    ["listPulls", "null labels", nulled("labels")],
    ["listPulls", "no pageInfo", nulled("pageInfo")],
    ["listPulls", "a null state", nulled("state")],
    ["readPulls", "a null pull request", nulled("p0")],
    ["readPulls", "null labels", nulled("labels")],
    ["listDefinitions", "null labels", nulled("labels")],
    ["listDefinitions", "null pull requests of a label", nulled("pullRequests")],
    ["retirementInfo", "null labels", nulled("l0")],
    ["retirementInfo", "null pull requests of a label", nulled("pullRequests")],
    ["resolveCommit", "a null pull request", nulled("pullRequest")],
    ["resolveCommit", "null commits", nulled("commits")],
    ["readBaseFile", "a null pull request", nulled("pullRequest")],
    ["readBaseFile", "a branch without a commit", nulled("target")],
  ];

for (const [call, what, spoil] of OF_LISTS) {
  Deno.test(`${call}() refuses an answer with ${what}, although it has no error`, async () => {
    const act = CALLS[call] ?? assert.fail(call);
    await assert.rejects(act(forgeWith(spoil)), { code: "forge_failed" });
    await act(forgeWith((_, value) => value));
  });
}

const WRITES: Readonly<Record<string, (forge: Forge) => Promise<unknown>>> = {
  "added labels": async (forge) => {
    const { nodeId } = await forge.readPull(PR, { actor: undefined }, NEVER);
    return await forge.write({ number: PR, nodeId }, [{ kind: "attach", names: ["bug"] }], NEVER);
  },
  "a renewed lock": async (forge) => {
    const lock = { name: "🎪 lock pr-9", color: "6A737D", description: "v1" };
    const made = await forge.createLock(lock, NEVER);
    return made.kind === "created" && await forge.renewLock(made.nodeId, "v1 again", NEVER);
  },
};

for (const [what, act] of Object.entries(WRITES)) {
  Deno.test(`a write counts as done only if GitHub confirms ${what}, even without an error`, async () => {
    await assert.rejects(act(forgeWith(nulled("m0"))), { code: "forge_failed" });
    await act(forgeWith((_, value) => value));
  });
}

Deno.test("firstRunOf() refuses an answer without a list of runs", async () => {
  const head = { sha: SHA, branch: "charts", repo: "rando/r", since: 0 };
  await assert.rejects(forgeWith(nulled("workflow_runs")).firstRunOf(head, NEVER), { code: "forge_failed" });
});

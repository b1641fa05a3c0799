/** What the GitHub driver reads, on a simulated GitHub: nothing missed, in few requests. */

import assert from "node:assert/strict";
import { COMMENT_MARKER } from "../../../src/environments/core/comment/marker.ts";
import { type FullSha, fullSha, parseShortSha, prNumber } from "../../../src/lib/ids.ts";
import { assertConforms } from "../../worlds/github/conformance.ts";
import { gates, HEAD, PR, simulate } from "../../worlds/github/github.ts";

const NEVER = new AbortController().signal;
const START = "🎪 ⚡ showtime-trigger-start";
const B = fullSha("b".repeat(40));

function numbered(count: number, text: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => text(index));
}

Deno.test("readPull() reads everything about a pull request in one request", async () => {
  const { simulator, forge, requestsOf } = simulate({}, {
    pull: { labels: ["bug"], body: "A chart.", draft: true },
  });
  simulator.label({ pr: PR, add: [START], actor: "tri" });
  simulator.push({ pr: PR, sha: B, pusher: "rando" });
  await forge.createLock({ name: "🎪 lock pr-9", color: "6A737D", description: "v1" }, NEVER);
  await forge.createLock({ name: "🎪 lock pr-99", color: "6A737D", description: "v1 of another" }, NEVER);

  assert.equal(await requestsOf(() => forge.readPull(PR, { actor: "ANA" }, NEVER)), 1);
  const { nodeId, at, createdAt, updatedAt, timeline, locks, ...pull } = await forge.readPull(
    PR,
    { actor: "ANA" },
    NEVER,
  );

  assert.deepEqual(pull, {
    number: PR,
    open: true,
    draft: true,
    title: "Add charts",
    body: "A chart.",
    author: "rando",
    headSha: B,
    headRepo: "rando/r",
    headRef: "charts",
    labels: ["bug", START],
    comments: [],
    viewer: { login: "maxime", bot: false },
    actorPermission: { kind: "known", permission: "write" },
  });
  assert.match(nodeId, /^PR_/);
  assert.ok(Math.abs(at - simulator.now()) < 2000);
  assert.equal(updatedAt % 1000, 0);
  assert.ok(Math.abs(updatedAt - simulator.now()) < 2000);
  assert.ok(createdAt <= at && at - createdAt < 60_000);
  assert.deepEqual(locks.map(({ name, description }) => [name, description]), [["🎪 lock pr-9", "v1"]]);
  assert.deepEqual(
    timeline.map((event) =>
      event.kind === "commit" ? event.sha : `${event.kind} ${"name" in event ? event.name : ""}`
    ),
    [
      HEAD,
      `labeled ${START}`,
      B,
    ],
  );
  const labeled = timeline.find((event) => event.kind === "labeled");
  assert.deepEqual(labeled?.kind === "labeled" && labeled.actor, { login: "tri", bot: false });
});

Deno.test("readPull() distinguishes open pull requests from closed and merged ones, and reports a deleted fork", async () => {
  const { simulator, forge } = simulate({}, { pull: { head: { sha: HEAD, ref: "charts", repo: null } } });
  simulator.pull({ pr: PR, state: "closed" });

  const pull = await forge.readPull(PR, { actor: undefined }, NEVER);

  assert.deepEqual([pull.open, pull.headRepo, pull.actorPermission], [false, undefined, undefined]);
});

Deno.test("readPull() says which number or which repository is not there", async () => {
  const { forge } = simulate();
  await assert.rejects(forge.readPull(prNumber(10), { actor: undefined }, NEVER), {
    code: "pull_not_found",
    exitCode: 1,
    message: 'Reading pull request #10 of "o/r": it does not exist',
  });
  await assert.rejects(simulate({ repository: "o/other" }).forge.readPull(PR, { actor: undefined }, NEVER), {
    code: "repository_not_found",
  });
});

Deno.test("readPull() refuses a token that is not accepted", async () => {
  const forge = simulate().another({ token: "bad-token" });
  await assert.rejects(forge.readPull(PR, { actor: undefined }, NEVER), {
    code: "token_invalid",
    exitCode: 2,
  });
});

Deno.test("readPull() knows every permission, and that a stranger has none", async () => {
  const { forge } = simulate({
    collaborators: { maxime: "admin", m: "maintain", ana: "write", tri: "triage", rando: "read" },
  });
  const answers = [];
  for (const actor of ["maxime", "m", "ana", "tri", "rando", "nobody", "dependabot[bot]"]) {
    const { actorPermission } = await forge.readPull(PR, { actor }, NEVER);
    answers.push(actorPermission?.kind === "known" ? actorPermission.permission : actorPermission?.kind);
  }
  assert.deepEqual(answers, ["admin", "maintain", "write", "triage", "read", "not_found", "not_found"]);
});

Deno.test("readPull() gives the rest where the token may not ask for permissions", async () => {
  const { another } = simulate({}, { pull: { labels: ["bug"] } });

  const pull = await another({ token: "tri-token" }).readPull(PR, { actor: "ana" }, NEVER);

  assert.equal(pull.actorPermission?.kind, "error");
  assert.deepEqual(pull.labels, ["bug"]);
});

Deno.test("readPull() sees all 100 labels that a pull request can carry", async () => {
  for (const count of [31, 100]) {
    const names = numbered(count, (index) => `label ${index}`);
    const { forge, requestsOf } = simulate({}, { pull: { labels: names } });

    assert.equal(await requestsOf(() => forge.readPull(PR, { actor: undefined }, NEVER)), 1);
    assert.deepEqual(
      [...(await forge.readPull(PR, { actor: undefined }, NEVER)).labels].sort(),
      names.sort(),
    );
  }
});

Deno.test("readPull() finds its comment behind 250 of other people, marked ones included", async () => {
  const others = numbered(250, (index) => index === 3 ? `${COMMENT_MARKER} forged` : `comment ${index}`);
  const comments = [...others.map((body) => ({ author: "rando", body })), {
    author: "maxime",
    body: `${COMMENT_MARKER}\nours`,
  }];
  const { forge, requestsOf } = simulate({}, { pull: { comments } });

  assert.equal(await requestsOf(() => forge.readPull(PR, { actor: undefined }, NEVER)), 3);
  const found = (await forge.readPull(PR, { actor: undefined }, NEVER)).comments;

  assert.deepEqual(found.map(({ author, own, body }) => [author?.login, own, body]), [
    ["rando", false, `${COMMENT_MARKER} forged`],
    ["maxime", true, `${COMMENT_MARKER}\nours`],
  ]);
});

Deno.test("readPull() reads no further comments once it has its own or a bot's", async () => {
  const others = numbered(250, (index) => `comment ${index}`).map((body) => ({ author: "rando", body }));
  const comments = [{ author: "github-actions[bot]", body: COMMENT_MARKER }, ...others];
  const { forge, requestsOf } = simulate({}, { pull: { comments } });

  assert.equal(await requestsOf(() => forge.readPull(PR, { actor: undefined }, NEVER)), 1);
  const [found] = (await forge.readPull(PR, { actor: undefined }, NEVER)).comments;
  assert.deepEqual(found?.author, { login: "github-actions[bot]", bot: true });
});

Deno.test("readPull() follows the timeline back to the author of each 🎪 label", async () => {
  const { simulator, forge, requestsOf } = simulate();
  simulator.label({ pr: PR, add: ["🎪 🧊 showtime-freeze"], actor: "ana" });
  for (let index = 0; index < 125; index++) {
    simulator.label({ pr: PR, add: ["noise"], actor: "rando" });
    simulator.label({ pr: PR, remove: ["noise"], actor: "rando" });
  }
  assert.equal(await requestsOf(() => forge.readPull(PR, { actor: undefined }, NEVER)), 3);

  const { timeline } = await forge.readPull(PR, { actor: undefined }, NEVER);

  assert.equal(timeline.length, 252);
  assert.deepEqual(timeline.slice(0, 2).map((event) => event.kind), ["commit", "labeled"]);
});

Deno.test("readPull() reads no further back than the labels need", async () => {
  const { simulator, forge, requestsOf } = simulate();
  for (let index = 0; index < 60; index++) {
    simulator.label({ pr: PR, add: ["noise"] });
    simulator.label({ pr: PR, remove: ["noise"] });
  }
  assert.equal(await requestsOf(() => forge.readPull(PR, { actor: undefined }, NEVER)), 1);
  simulator.push({ pr: PR, sha: B });
  simulator.label({ pr: PR, add: ["🎪 🧊 showtime-freeze"] });

  assert.equal(await requestsOf(() => forge.readPull(PR, { actor: undefined }, NEVER)), 1);
});

Deno.test("readPull() reads back to the force push before a trigger, which decides what it approves", async () => {
  const { simulator, forge, requestsOf } = simulate();
  const noise = () => {
    for (let index = 0; index < 60; index++) {
      simulator.label({ pr: PR, add: ["noise"] });
      simulator.label({ pr: PR, remove: ["noise"] });
    }
  };
  noise();
  simulator.push({ pr: PR, sha: B, force: true });
  noise();
  simulator.label({ pr: PR, add: [START] });

  assert.equal(await requestsOf(() => forge.readPull(PR, { actor: undefined }, NEVER)), 2);

  const { timeline } = await forge.readPull(PR, { actor: undefined }, NEVER);
  assert.ok(timeline.some(({ kind }) => kind === "force_push"));
});

Deno.test("readPull() reports force pushes with their new commit", async () => {
  const { simulator, forge } = simulate();
  simulator.push({ pr: PR, sha: B, pusher: "ana", force: true });

  const { timeline } = await forge.readPull(PR, { actor: undefined }, NEVER);

  const forced = timeline.find((event) => event.kind === "force_push");
  assert.deepEqual(forced?.kind === "force_push" && [forced.sha, forced.actor?.login], [B, "ana"]);
});

Deno.test("readPull() under a path prefix finds both interfaces", async () => {
  const { simulator, forge } = simulate({}, { prefix: "/api" });
  await forge.readPull(PR, { actor: undefined }, NEVER);
  await forge.readRun(101, NEVER);
  assert.deepEqual(simulator.requests().map(({ path, status }) => [path, status]), [
    ["/api/graphql", 200],
    ["/repos/o/r/actions/runs/101", 200],
  ]);
});

Deno.test("listPulls() lists 200 pull requests in 2 requests, open ones first", async () => {
  const pulls = numbered(200, String).map((_, index) => ({
    number: index + 1,
    title: `Change ${index}`,
    author: "rando",
    state: index % 4 === 0 ? "closed" : "open",
    draft: false,
    head: { sha: String(index).padStart(40, "0"), ref: `change-${index}`, repo: "rando/r" },
    pusher: "rando",
    labels: ["🎪 showtime", `extra ${index}`],
  }));
  const { forge, requestsOf } = simulate({
    pulls: [...pulls, { ...pulls[0], number: 999, labels: ["bug"] }],
  });
  const all = { label: "🎪 showtime", states: "all" } as const;

  assert.equal(await requestsOf(() => forge.listPulls(all, NEVER)), 2);
  const found = await forge.listPulls(all, NEVER);

  assert.equal(new Set(found.map(({ number }) => number)).size, 200);
  assert.deepEqual(found.map(({ open }) => open), [...Array(150).fill(true), ...Array(50).fill(false)]);
  assert.ok(found.every(({ labels }) => labels.length === 2));
  assert.equal((await forge.listPulls({ ...all, states: "open" }, NEVER)).length, 150);
  assert.deepEqual(await forge.listPulls({ ...all, label: "nowhere" }, NEVER), []);
});

Deno.test("readPulls() reads those that exist, in one request", async () => {
  const { forge, requestsOf } = simulate();
  const numbers = [PR, prNumber(10), PR];
  assert.equal(await requestsOf(() => forge.readPulls(numbers, NEVER)), 1);

  const found = await forge.readPulls(numbers, NEVER);

  assert.deepEqual(found.map(({ number, headSha, open, author }) => [number, headSha, open, author]), [[
    PR,
    HEAD,
    true,
    "rando",
  ]]);
  assert.equal(await requestsOf(() => forge.readPulls([], NEVER)), 0);
});

Deno.test("permissions() asks for all people in one request", async () => {
  const { forge, another, requestsOf } = simulate();
  const logins = ["ana", "TRI", "nobody"];
  assert.equal(await requestsOf(() => forge.permissions(logins, NEVER)), 1);

  assert.deepEqual([...await forge.permissions(logins, NEVER)], [
    ["ana", { kind: "known", permission: "write" }],
    ["TRI", { kind: "known", permission: "triage" }],
    ["nobody", { kind: "not_found" }],
  ]);
  const refused = await another({ token: "tri-token" }).permissions(["ana"], NEVER);
  assert.equal(refused.get("ana")?.kind, "error");
});

Deno.test("viewer() is the owner of the token, a bot by its whole login", async () => {
  const { forge, another } = simulate();
  assert.deepEqual(await forge.viewer(NEVER), { login: "maxime", bot: false });
  assert.deepEqual(await another({ token: "app-token" }).viewer(NEVER), {
    login: "github-actions[bot]",
    bot: true,
  });
});

Deno.test("resolveCommit() completes a hash of this pull request and refuses any other", async () => {
  const { simulator, forge } = simulate();
  for (let index = 0; index < 120; index++) {
    simulator.push({ pr: PR, sha: index.toString(16).padStart(3, "0").padEnd(40, "e") });
  }
  simulator.push({ pr: PR, sha: `${HEAD.slice(0, 39)}1` });

  assert.equal(await forge.resolveCommit(PR, "000EEEE", NEVER), "000".padEnd(40, "e"));
  assert.equal(await forge.resolveCommit(PR, HEAD, NEVER), HEAD);
  for (const sha of ["ddddddd", "d".repeat(40), "abc", "main", HEAD.slice(0, 10)]) {
    await assert.rejects(forge.resolveCommit(PR, sha, NEVER), { code: "unknown_commit", exitCode: 2 }, sha);
  }
});

Deno.test("X1: readBaseFile() reads the base branch, never the pull request's", async () => {
  const { forge, requestsOf } = simulate({}, {
    pull: { files: { "showtime.yml": "evil", "other.yml": "evil" } },
  });
  for (const pr of [PR, undefined]) {
    assert.equal(await forge.readBaseFile("showtime.yml", { pr }, NEVER), "version: 1\n");
    assert.equal(await forge.readBaseFile("other.yml", { pr }, NEVER), undefined);
    assert.equal(await requestsOf(() => forge.readBaseFile("showtime.yml", { pr }, NEVER)), 1);
  }
  await assert.rejects(forge.readBaseFile("showtime.yml", { pr: prNumber(10) }, NEVER), {
    code: "pull_not_found",
  });
});

Deno.test("readRun() reports a run's attempt and whether it is completed", async () => {
  const { simulator, forge } = simulate();
  assert.deepEqual(await forge.readRun(101, NEVER), { completed: false, attempt: 2 });
  simulator.run({ id: 101, status: "completed" });
  assert.deepEqual(await forge.readRun(101, NEVER), { completed: true, attempt: 2 });
  assert.equal(await forge.readRun(102, NEVER), undefined);
});

Deno.test("listDefinitions() reads all pages, and which open pull requests carry each", async () => {
  const labels = numbered(230, (index) => `🎪 part ${index}`).map((name) => ({
    name,
    color: "fff9c4",
    description: null,
  }));
  const { forge, requestsOf } = simulate({
    labels: [...labels, { name: "bug", color: "ff0000", description: "x" }],
  }, {
    pull: { labels: ["🎪 part 7"] },
  });
  assert.equal(await requestsOf(() => forge.listDefinitions("🎪", NEVER)), 3);

  const found = await forge.listDefinitions("🎪", NEVER);

  assert.equal(found.length, 230);
  assert.deepEqual(found.find(({ name }) => name === "🎪 part 7")?.openPulls, [PR]);
  assert.deepEqual(found.filter(({ openPulls }) => openPulls.length > 0).length, 1);
});

Deno.test("retirementInfo() gives definitions and deployments of the commits asked for, of this pull request only", async () => {
  const { simulator, forge, requestsOf } = simulate({
    labels: ["🎪 abc123f 🚦 running", "🎪 🎯 ABC123F", "🎪 bbbbbbb 🚦 failed"].map((name) => ({
      name,
      color: "fff9c4",
      description: null,
    })),
  }, { pull: { labels: ["🎪 🎯 ABC123F"] } });
  simulator.push({ pr: PR, sha: B });
  const sha = (await forge.readPull(PR, { actor: undefined }, NEVER)).headSha;
  const mine = await forge.createDeployment(PR, { sha, description: "" }, NEVER);
  await forge.createDeployment(prNumber(10), { sha, description: "" }, NEVER);
  const shas = ["abc123f", "bbbbbbb", "0000000"].flatMap((text) => parseShortSha(text) ?? []);
  assert.equal(await requestsOf(() => forge.retirementInfo(PR, { shas }, NEVER)), 1);

  const info = await forge.retirementInfo(PR, { shas }, NEVER);
  const none = await forge.retirementInfo(PR, { shas: shas.slice(2) }, NEVER);

  assert.deepEqual(info.definitions.map(({ name, openPulls }) => [name, openPulls]), [
    ["🎪 abc123f 🚦 running", []],
    ["🎪 🎯 ABC123F", [PR]],
    ["🎪 bbbbbbb 🚦 failed", []],
  ]);
  assert.deepEqual(info.deployments, [mine.deployment]);
  assert.deepEqual(none, { definitions: [], deployments: [], statuses: new Map() });
});

Deno.test("listDeployments() gives this pull request's, newest first, and no more than wanted", async () => {
  const { simulator, forge } = simulate();
  const shas = [];
  for (const sha of [B, "c".repeat(40), "d".repeat(40)]) {
    simulator.push({ pr: PR, sha });
    const { headSha, nodeId } = await forge.readPull(PR, { actor: undefined }, NEVER);
    shas.unshift(headSha);
    const { deployment } = await forge.createDeployment(PR, { sha: headSha, description: "" }, NEVER);
    assert.ok(deployment !== undefined);
    await forge.createDeployment(prNumber(10), { sha: headSha, description: "" }, NEVER);
    const url = "http://localhost:1";
    simulator.advanceClock("1h");
    await forge.write({ number: PR, nodeId }, [{
      kind: "deployment_status",
      deployment,
      state: "success",
      url,
      description: "",
    }], NEVER);
  }

  const found = await forge.listDeployments(PR, { limit: 2 }, NEVER);

  assert.deepEqual(
    found.map(({ sha, state, url }) => [sha, state, url]),
    shas.slice(0, 2).map((sha) => [sha, "active", "http://localhost:1"]),
  );
  // It came to that state an hour after it was made, and the newest a moment ago.
  const ages = found.map(({ at }) => Math.round((simulator.now() - at) / 60_000));
  assert.deepEqual(ages, [0, 60]);
});

Deno.test("readFolder() reads a folder at a commit in one request: other folders, and what is not there, are left out", async () => {
  const files = {
    "assets/charts/a.yaml": "a: 1\n",
    "assets/datasets/db/b.yaml": "b: é\n",
    "assets/root/datasets/db/c.yaml": "c: 1\n",
    "assets2/charts/d.yaml": "d: 1\n",
    "README.md": "# R\n",
  };
  const { forge, requestsOf, simulator } = simulate({ files }, {
    pull: { files: { "assets/charts/a.yaml": "a: 2\n" } },
  });
  const read = async (sha: FullSha, folder = "assets") => {
    const texts = await forge.readFolder({ sha, folder }, NEVER);
    return texts && Object.fromEntries(texts);
  };

  assert.deepEqual(await read(fullSha(HEAD)), {
    "charts/a.yaml": "a: 2\n",
    "datasets/db/b.yaml": "b: é\n",
    "root/datasets/db/c.yaml": "c: 1\n",
  });
  assert.equal(await requestsOf(() => read(fullSha(HEAD))), 1);
  simulator.push({ pr: PR, sha: B });
  assert.equal((await read(fullSha(HEAD)))?.["charts/a.yaml"], "a: 1\n", "an earlier commit");
  assert.deepEqual([await read(B, "nothing"), await read(fullSha("e".repeat(40)))], [undefined, undefined]);
});

Deno.test("the driver reads as GitHub's own descriptions say", () => {
  assertConforms(gates);
});

Deno.test("firstRunOf() finds the earliest run of a commit on its branch, and not before a time", async () => {
  const run = { status: "completed", head_sha: HEAD, head_branch: "charts", head_repository: "Rando/R" };
  const { simulator, forge, requestsOf } = simulate({
    runs: [
      { ...run, id: 1, created_at: "2024-01-15T14:00:00Z" },
      { ...run, id: 2, created_at: "2024-01-15T15:00:00Z" },
      { ...run, id: 3, created_at: "2024-01-15T13:00:00Z", head_branch: "other" },
      { ...run, id: 4, created_at: "2024-01-15T13:00:00Z", head_repository: "eve/r" },
    ],
  });
  const head = { sha: fullSha(HEAD), branch: "charts", repo: "rando/r", since: 0 };
  const at = (time: string) => ({ kind: "seen", at: Date.parse(time) });

  assert.equal(await requestsOf(() => forge.firstRunOf(head, NEVER)), 1);
  assert.deepEqual(await forge.firstRunOf(head, NEVER), at("2024-01-15T14:00:00Z"));
  const since = Date.parse("2024-01-15T14:30:00Z");
  assert.deepEqual(await forge.firstRunOf({ ...head, since }, NEVER), at("2024-01-15T15:00:00Z"));
  assert.deepEqual(await forge.firstRunOf({ ...head, branch: "elsewhere" }, NEVER), { kind: "none" });

  simulator.push({ pr: PR, sha: B, pusher: "rando" });
  const pushed = await forge.firstRunOf({ ...head, sha: B }, NEVER);
  assert.ok(pushed.kind === "seen" && Math.abs(pushed.at - simulator.now()) < 2000);
});

for (const status of [403, 404]) {
  Deno.test(`firstRunOf() says after ${status} that the runs cannot be read`, async () => {
    const { forge, faults } = simulate();
    faults({ match: "GET /repos/*/actions/runs", status });
    const head = { sha: fullSha(HEAD), branch: "charts", repo: "rando/r", since: 0 };
    assert.deepEqual(await forge.firstRunOf(head, NEVER), { kind: "unreadable" });
  });
}

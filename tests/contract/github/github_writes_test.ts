/** The writes of the GitHub driver on a simulated GitHub: once, in few requests, despite failures on the way. */

import assert from "node:assert/strict";
import { COMMENT_MARKER } from "../../../src/environments/core/comment/marker.ts";
import { fullSha } from "../../../src/lib/ids.ts";
import type { Fault } from "../../../src/simulators/github/mod.ts";
import type { ForgeWrite, NewDefinition } from "../../../src/environments/ports/forge.ts";
import { assertConforms } from "../../worlds/github/conformance.ts";
import { gates, HEAD, PR, simulate, type SimulatedForge } from "../../worlds/github/github.ts";

const NEVER = new AbortController().signal;
const STATUS = "🎪 abc123f 🚦 building";
const RUNNING = "🎪 abc123f 🚦 running";
const LOCK: NewDefinition = { name: "🎪 lock pr-9", color: "6A737D", description: "v1 n=abcdefgh x=1" };
const ONCE = { repair: false };
const SHA = fullSha(HEAD);

/** What can go wrong with a request, each leaving the server with or without its effect. */
const MISHAPS: readonly Omit<Fault, "match">[] = [
  { status: 502, after_effect: true },
  { status: 502 },
  { status: 500, after_effect: true, times: 2 },
  { reset: true },
  { reset: true, after_effect: true },
  { status: 403, retry_after: 3 },
  { status: 429, retry_after: 3 },
];

function definition(name: string): NewDefinition {
  return { name, color: "FFF9C4", description: `What ${name.replace(/[^\w ]/g, "")} means` };
}

async function target({ forge }: SimulatedForge): Promise<{ number: typeof PR; nodeId: string }> {
  return { number: PR, nodeId: (await forge.readPull(PR, { actor: undefined }, NEVER)).nodeId };
}

function comments({ simulator }: SimulatedForge): readonly string[] {
  return simulator.state().pulls.flatMap((pull) => pull.comments.map(({ body }) => body));
}

async function deploy({ forge }: SimulatedForge): Promise<string> {
  const { deployment } = await forge.createDeployment(PR, { sha: SHA, description: "An environment" }, NEVER);
  assert.ok(deployment !== undefined);
  return deployment;
}

Deno.test("define() creates all that are new in one request, and none a second time", async () => {
  const world = simulate({ labels: [{ name: "🎪 showtime", color: "000000", description: "By hand" }] });
  const wanted = ["🎪 showtime", STATUS, "🎪 🎯 abc123f"].map(definition);
  await target(world);

  assert.equal(
    await world.requestsOf(async () => {
      assert.deepEqual(await world.forge.define(wanted, ONCE, NEVER), [STATUS, "🎪 🎯 abc123f"]);
    }),
    1,
  );
  assert.equal(await world.requestsOf(() => world.forge.define(wanted.slice(1), ONCE, NEVER)), 0);

  assert.deepEqual(
    world.simulator.state().labels.map(({ name, color, description }) => [name, color, description]),
    [
      ["🎪 showtime", "000000", "By hand"],
      [STATUS, "fff9c4", wanted[1]?.description],
      ["🎪 🎯 abc123f", "fff9c4", wanted[2]?.description],
    ],
  );
});

Deno.test("define() in parts of 50 makes 120 definitions", async () => {
  const world = simulate();
  const names = Array.from({ length: 120 }, (_, index) => `🎪 part ${index}`);
  await target(world);

  assert.equal(await world.requestsOf(() => world.forge.define(names.map(definition), ONCE, NEVER)), 3);

  assert.deepEqual(world.simulator.state().labels.map(({ name }) => name), names);
});

Deno.test("define() with repair mends colour and description of what differs, and nothing else", async () => {
  const right = definition("🎪 right");
  const world = simulate({
    labels: [{ ...right, color: "fff9c4" }, { name: "🎪 grey", color: "ededed", description: null }, {
      name: "🎪 CASED",
      color: "ededed",
      description: null,
    }],
  });
  const wanted = [right, ...["🎪 grey", "🎪 cased", "🎪 new"].map(definition)];

  const changed = await world.forge.define(wanted, { repair: true }, NEVER);

  assert.deepEqual([...changed].sort(), ["🎪 cased", "🎪 grey", "🎪 new"]);
  assert.deepEqual(
    world.simulator.state().labels.map((
      { name, color, description },
    ) => [name.toLowerCase(), color, description]),
    wanted.map(({ name, description }) => [name, "fff9c4", description]),
  );
  const writes = () => world.simulator.requests().filter(({ write }) => write).length;
  const before = writes();
  assert.deepEqual(await world.forge.define([right], { repair: true }, NEVER), []);
  assert.equal(writes(), before);
});

Deno.test("define() reports a name that GitHub refuses", async () => {
  const long = definition(`🎪 ${"x".repeat(60)}`);
  await assert.rejects(simulate().forge.define([long], ONCE, NEVER), { code: "forge_failed" });
});

Deno.test("write() sends a whole batch as one request, in order", async () => {
  const world = simulate({}, { pull: { labels: [STATUS, "bug"] } });
  const pull = await target(world);
  await world.forge.define([definition(RUNNING)], ONCE, NEVER);
  const deployment = await deploy(world);
  const old = world.simulator.state().labels.find(({ name }) => name === STATUS);
  const batch: readonly ForgeWrite[] = [
    { kind: "attach", names: [RUNNING] },
    { kind: "detach", names: [STATUS] },
    { kind: "comment", nodeId: undefined, body: `${COMMENT_MARKER}\n"$(id)" \`x\` 🎪` },
    {
      kind: "deployment_status",
      deployment,
      state: "success",
      url: "http://127.0.0.1:1",
      description: "Runs",
    },
    { kind: "delete_definition", nodeId: old?.node_id ?? "" },
  ];

  assert.equal(
    await world.requestsOf(async () => {
      const result = await world.forge.write(pull, batch, NEVER);
      assert.deepEqual(result.warnings, []);
      assert.match(result.comment ?? "", /^IC_/);
    }),
    1,
  );

  const state = world.simulator.state();
  assert.deepEqual([...world.labels()].sort(), ["bug", RUNNING]);
  assert.deepEqual(comments(world), [`${COMMENT_MARKER}\n"$(id)" \`x\` 🎪`]);
  assert.deepEqual(state.deployments.map((one) => [one.state, one.payload, one.transient_environment]), [[
    "success",
    { pr: 9 },
    true,
  ]]);
  assert.ok(!state.labels.some(({ name }) => name === STATUS));
  const events = state.pulls[0]?.timeline.map(({ event }) => event);
  assert.deepEqual(events, ["commit", "labeled", "unlabeled"]);
});

Deno.test("write() edits the comment with the given id or adds one, and returns its id", async () => {
  const world = simulate();
  const pull = await target(world);
  const first = await world.forge.write(pull, [{
    kind: "comment",
    nodeId: undefined,
    body: `${COMMENT_MARKER} one`,
  }], NEVER);
  const second = await world.forge.write(pull, [{
    kind: "comment",
    nodeId: first.comment,
    body: `${COMMENT_MARKER} two`,
  }], NEVER);
  assert.equal(second.comment, first.comment);
  assert.deepEqual(comments(world), [`${COMMENT_MARKER} two`]);
});

Deno.test("write() deletes a second comment, and one that is gone already is success", async () => {
  const world = simulate();
  const pull = await target(world);
  const ids: (string | undefined)[] = [];
  for (const word of ["one", "two"]) {
    const body = `${COMMENT_MARKER} ${word}`;
    ids.push((await world.forge.write(pull, [{ kind: "comment", nodeId: undefined, body }], NEVER)).comment);
  }
  const batch: readonly ForgeWrite[] = [{ kind: "delete_comment", nodeId: ids[1] ?? "" }];

  await world.forge.write(pull, batch, NEVER);
  const again = await world.forge.write(pull, batch, NEVER);

  assert.deepEqual(comments(world), [`${COMMENT_MARKER} one`]);
  assert.deepEqual(again.warnings, []);
});

Deno.test("write() of nothing sends nothing", async () => {
  const world = simulate();
  const pull = await target(world);
  const batches: readonly (readonly ForgeWrite[])[] = [[], [{ kind: "attach", names: [] }, {
    kind: "detach",
    names: [],
  }]];
  for (const batch of batches) {
    assert.equal(await world.requestsOf(() => world.forge.write(pull, batch, NEVER)), 0);
  }
});

Deno.test("write() attaches labels it has not seen: as defined, in any letter case, or in grey", async () => {
  const world = simulate({
    labels: ["known", "Cased"].map((name) => ({ name, color: "ff0000", description: null })),
  });
  const pull = await target(world);

  await world.forge.write(pull, [{ kind: "attach", names: ["known", "cased", "fresh"] }], NEVER);

  assert.deepEqual([...world.labels()].sort(), ["Cased", "fresh", "known"]);
  assert.equal(world.simulator.state().labels.find(({ name }) => name === "fresh")?.color, "ededed");
});

Deno.test("write() takes off labels that are gone, never were, or of which one was deleted meanwhile", async () => {
  const world = simulate({}, { pull: { labels: ["a", "b", "c"] } });
  const pull = await target(world);
  const b = world.simulator.state().labels.find(({ name }) => name === "b")?.node_id ?? "";
  assert.equal(await world.another().deleteDefinition(b, NEVER), true);

  await world.forge.write(pull, [{ kind: "detach", names: ["a", "b", "never"] }], NEVER);
  await world.forge.write(pull, [{ kind: "detach", names: ["a", "b"] }], NEVER);

  assert.deepEqual(world.labels(), ["c"]);
});

Deno.test("write() attaches a label whose definition was deleted meanwhile", async () => {
  const world = simulate();
  const pull = await target(world);
  await world.forge.define([definition(STATUS)], ONCE, NEVER);
  const id = world.simulator.state().labels.find(({ name }) => name === STATUS)?.node_id ?? "";
  await world.another().deleteDefinition(id, NEVER);

  await world.forge.write(pull, [{ kind: "attach", names: [STATUS] }], NEVER);

  assert.deepEqual(world.labels(), [STATUS]);
});

Deno.test("write() makes a new comment where a person deleted the old one, and warns where it is refused", async () => {
  const world = simulate();
  const pull = await target(world);
  const { comment } = await world.forge.write(pull, [{
    kind: "comment",
    nodeId: undefined,
    body: COMMENT_MARKER,
  }], NEVER);
  const gone = "IC_gone";
  const again = await world.forge.write(pull, [{
    kind: "comment",
    nodeId: gone,
    body: `${COMMENT_MARKER} new`,
  }], NEVER);
  const refused = await world.another({ token: "tri-token" }).write(pull, [
    { kind: "comment", nodeId: comment, body: "mine now" },
  ], NEVER);

  assert.notEqual(again.comment, comment);
  assert.deepEqual(comments(world), [COMMENT_MARKER, `${COMMENT_MARKER} new`]);
  assert.equal(refused.comment, undefined);
  assert.match(refused.warnings.join(), /^GitHub refused the comment: /);
});

Deno.test("write() goes through with the rest where a deployment status is refused", async () => {
  const world = simulate();
  const pull = await target(world);
  const status = {
    kind: "deployment_status",
    deployment: "DE_none",
    state: "failure",
    url: undefined,
    description: "",
  } as const;

  const { warnings } = await world.forge.write(pull, [{ kind: "attach", names: ["a"] }, status], NEVER);

  assert.match(warnings.join(), /^GitHub refused the deployment status: /);
  assert.deepEqual(world.labels(), ["a"]);
});

Deno.test("write() reports labels that GitHub does not take", async () => {
  const full = Array.from({ length: 100 }, (_, index) => `label ${index}`);
  const world = simulate({}, { pull: { labels: full } });
  const pull = await target(world);
  await assert.rejects(
    world.forge.write(pull, [{ kind: "attach", names: ["one more"] }], NEVER),
    /cannot have more than 100 labels/,
  );
  const triage = world.another({ token: "tri-token" });
  await assert.rejects(triage.write(pull, [{ kind: "attach", names: ["unheard of"] }], NEVER), {
    code: "forge_refused",
  });
});

Deno.test("createLock() is a compare-and-set on the name", async () => {
  const world = simulate();
  const claims = await Promise.all(
    ["a", "b", "c"].map((nonce) =>
      world.another().createLock({
        ...LOCK,
        name: nonce === "b" ? LOCK.name.toUpperCase() : LOCK.name,
        description: nonce,
      }, NEVER)
    ),
  );

  const [winner] = claims.filter((claim) => claim.kind === "created");
  const [lock] = world.simulator.state().labels;
  assert.equal(claims.filter(({ kind }) => kind === "exists").length, 2);
  assert.deepEqual(winner, { kind: "created", nodeId: lock?.node_id, epoch: lock?.id });
});

Deno.test("createLock() reports what is no answer to the claim", async () => {
  await assert.rejects(simulate().forge.createLock({ ...LOCK, description: "🎪" }, NEVER), {
    code: "forge_failed",
  });
  const { another } = simulate();
  await assert.rejects(another({ token: "tri-token" }).createLock(LOCK, NEVER), { code: "forge_refused" });
});

Deno.test("createLock() recognises itself after any mishap, and claims once", async () => {
  for (const mishap of MISHAPS) {
    const world = simulate();
    world.faults({ match: "POST /repos/*/labels", ...mishap });

    const claim = await world.forge.createLock(LOCK, NEVER);

    const [lock, ...more] = world.simulator.state().labels;
    assert.deepEqual(
      claim,
      { kind: "created", nodeId: lock?.node_id, epoch: lock?.id },
      JSON.stringify(mishap),
    );
    assert.deepEqual(more, []);
    assert.ok(world.slept.length > 0, "the mishap did not happen");
  }
});

Deno.test("createLock() after a mishap does not take another's lock for its own", async () => {
  const world = simulate();
  await world.another().createLock({ ...LOCK, description: "v1 n=zzzzzzzz x=1" }, NEVER);
  world.faults({ match: "POST /repos/*/labels", status: 502 });
  assert.deepEqual(await world.forge.createLock(LOCK, NEVER), { kind: "exists" });
});

Deno.test("readLock(), renewLock() and deleteDefinition() work on one lock by its node id", async () => {
  const world = simulate();
  assert.deepEqual(await world.forge.readLock(LOCK.name, NEVER), []);
  const claim = await world.forge.createLock(LOCK, NEVER);
  assert.ok(claim.kind === "created");
  const { nodeId } = claim;

  assert.deepEqual(await world.forge.readLock(LOCK.name.toUpperCase(), NEVER), [{
    nodeId,
    name: LOCK.name,
    description: LOCK.description,
  }]);
  assert.equal(await world.forge.renewLock(nodeId, "v1 n=abcdefgh x=2", NEVER), true);
  assert.equal((await world.forge.readLock(LOCK.name, NEVER))[0]?.description, "v1 n=abcdefgh x=2");
  assert.equal(await world.forge.deleteDefinition(nodeId, NEVER), true);
  assert.equal(await world.forge.deleteDefinition(nodeId, NEVER), false);
  assert.equal(await world.forge.renewLock(nodeId, "v1", NEVER), false);
});

Deno.test("deleteDefinitions() deletes many in one request, and those that are gone already are success", async () => {
  const names = Array.from({ length: 60 }, (_, index) => `🎪 part ${index}`);
  const world = simulate({ labels: names.map((name) => ({ name, color: "ffffff", description: null })) });
  const ids = world.simulator.state().labels.map(({ node_id }) => node_id);

  assert.equal(await world.requestsOf(() => world.forge.deleteDefinitions(ids.slice(1, 31), NEVER)), 1);
  await world.forge.deleteDefinitions(ids, NEVER);

  assert.deepEqual(world.simulator.state().labels, []);
});

Deno.test("deleteDefinition() by node id never deletes a newer definition of that name", async () => {
  const world = simulate();
  const first = await world.forge.createLock(LOCK, NEVER);
  assert.ok(first.kind === "created");
  await world.another().deleteDefinition(first.nodeId, NEVER);
  const second = await world.another().createLock(LOCK, NEVER);

  assert.equal(await world.forge.deleteDefinition(first.nodeId, NEVER), false);

  assert.deepEqual(world.simulator.state().labels.map(({ id }) => id), [
    second.kind === "created" ? second.epoch : 0,
  ]);
});

Deno.test("lockNumbers() and readPull() distinguish two definitions of one name", async () => {
  const world = simulate({
    labels: Array.from(
      { length: 150 },
      (_, index) => ({ name: `label ${index}`, color: "ffffff", description: null }),
    ),
  });
  await world.forge.createLock(LOCK, NEVER);
  world.faults({ match: "POST /repos/*/labels", duplicate: true });
  await world.another().createLock({ ...LOCK, description: "v1 n=zzzzzzzz x=1" }, NEVER);

  const numbers = await world.forge.lockNumbers(LOCK.name, NEVER);
  const { locks } = await world.forge.readPull(PR, { actor: undefined }, NEVER);

  const twins = world.simulator.state().labels.filter(({ name }) => name === LOCK.name);
  assert.equal(twins.length, 2);
  assert.deepEqual([...numbers], twins.map(({ node_id, id }) => [node_id, id]));
  assert.deepEqual(locks.map(({ nodeId }) => nodeId), twins.map(({ node_id }) => node_id));
});

Deno.test("createDeployment() creates one deployment, however the request fails", async () => {
  for (const mishap of MISHAPS) {
    const world = simulate();
    world.faults({ match: "POST /repos/*/deployments", ...mishap });

    const made = await world.forge.createDeployment(PR, { sha: SHA, description: "An environment" }, NEVER);

    const { deployments } = world.simulator.state();
    assert.deepEqual(deployments.map(({ node_id }) => node_id), [made.deployment], JSON.stringify(mishap));
    assert.ok(world.slept.length > 0, "the mishap did not happen");
    assert.deepEqual(deployments.map(({ sha, environment }) => [sha, environment]), [[HEAD, "showtime"]]);
  }
});

Deno.test("createDeployment() warns if the token lacks the permission", async () => {
  const { another } = simulate();
  const made = await another({ token: "tri-token" }).createDeployment(
    PR,
    { sha: SHA, description: "" },
    NEVER,
  );
  assert.equal(made.deployment, undefined);
  assert.match(made.warning ?? "", /deployments \(write\)/);
});

Deno.test("write() takes effect once, however the request fails", async () => {
  for (const mishap of MISHAPS) {
    const world = simulate({}, { pull: { labels: [STATUS] } });
    const pull = await target(world);
    await world.forge.define([definition(RUNNING)], ONCE, NEVER);
    const deployment = await deploy(world);
    const old = world.simulator.state().labels.find(({ name }) => name === STATUS)?.node_id ?? "";
    const batch: readonly ForgeWrite[] = [
      { kind: "attach", names: [RUNNING] },
      { kind: "detach", names: [STATUS] },
      { kind: "deployment_status", deployment, state: "in_progress", url: undefined, description: "Builds" },
      { kind: "comment", nodeId: undefined, body: `${COMMENT_MARKER} once` },
      { kind: "delete_definition", nodeId: old },
    ];
    world.faults({ match: "graphql:addLabelsToLabelable", ...mishap });

    const result = await world.forge.write(pull, batch, NEVER);

    const where = JSON.stringify(mishap);
    const state = world.simulator.state();
    assert.deepEqual(world.labels(), [RUNNING], where);
    assert.deepEqual(comments(world), [`${COMMENT_MARKER} once`], where);
    assert.deepEqual(state.deployments.map(({ statuses }) => statuses.length), [1], where);
    assert.deepEqual(
      state.pulls[0]?.timeline.map(({ event }) => event),
      ["commit", "labeled", "unlabeled"],
      where,
    );
    assert.ok(!state.labels.some(({ name }) => name === STATUS), where);
    assert.ok(result.comment !== undefined && result.warnings.length === 0, where);
    assert.ok(world.slept.length > 0, "the mishap did not happen");
  }
});

Deno.test("each other mutation takes effect once, however the request fails", async () => {
  for (const mishap of MISHAPS) {
    const world = simulate();
    const claim = await world.forge.createLock(LOCK, NEVER);
    assert.ok(claim.kind === "created");
    const where = JSON.stringify(mishap);

    world.faults(
      ...["createLabel", "updateLabel", "deleteLabel"].map((field) => ({
        match: `graphql:${field}`,
        ...mishap,
      })),
    );
    await world.forge.define([definition(STATUS)], ONCE, NEVER);
    assert.equal(await world.forge.renewLock(claim.nodeId, "v1 renewed", NEVER), true, where);
    assert.deepEqual(world.simulator.state().labels.map(({ name, description }) => [name, description]), [
      [LOCK.name, "v1 renewed"],
      [STATUS, definition(STATUS).description],
    ], where);
    await world.forge.deleteDefinition(claim.nodeId, NEVER);
    await world.forge.write(await target(world), [{ kind: "attach", names: [STATUS] }], NEVER);

    assert.deepEqual(world.simulator.state().labels.map(({ name }) => name), [STATUS], where);
    assert.deepEqual(world.labels(), [STATUS], where);
    assert.ok(world.slept.length >= 3, "the mishaps did not happen");
  }
});

Deno.test("write() gives up after its retries, and reports that GitHub did not answer", async () => {
  const world = simulate({}, { delays: { retries: 2, backoffMs: 1 } });
  const pull = await target(world);
  world.faults({ match: "POST *graphql", status: 502, times: 100 });
  const batch: readonly ForgeWrite[] = [{ kind: "comment", nodeId: undefined, body: COMMENT_MARKER }];

  await assert.rejects(world.forge.write(pull, batch, NEVER), { code: "forge_unreachable", retryable: true });
  assert.deepEqual(comments(world), []);
});

Deno.test("the driver writes as GitHub's own descriptions say", () => {
  assertConforms(gates);
});

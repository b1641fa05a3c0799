import assert from "node:assert/strict";
import fc from "fast-check";
import type { BuildEvent } from "../../../src/pipelines/core/build_event.ts";
import type { BuildResult, StepResult } from "../../../src/pipelines/core/build_result.ts";
import type { PipelineNode } from "../../../src/pipelines/core/pipeline.ts";
import { partsOf } from "../../../src/pipelines/core/plan_run.ts";
import { allOf, BuildWorld } from "../../worlds/pipelines/build_world.ts";
import { expectBuild } from "../../worlds/pipelines/expected_build.ts";
import { makePipeline, type NodeSketch } from "../../worlds/pipelines/sketch.ts";

/** Instants that coincide have no order: they never do with fractions of milliseconds at random. */
const LENGTH = fc.noBias(fc.double({ min: 1, max: 30_000, noNaN: true }));
const CHANGESET = ["src/a"];
const MISSING = "missing";

/** A value in one of so many cases. */
function sometimes<T>(value: fc.Arbitrary<T>, cases: number): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: cases - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

/** A node with at most so many levels below it. */
function nodes(depth: number): fc.Arbitrary<NodeSketch> {
  const leaf = fc.record({
    exec: fc.oneof(
      { weight: 20, arbitrary: LENGTH.map((ms) => `sleep:${ms}`) },
      { weight: 1, arbitrary: LENGTH.map((ms) => `sleep:${ms} exit:1`) },
      { weight: 1, arbitrary: fc.constant("exit:2") },
    ),
  });
  const below = depth === 0 ? undefined : nodes(depth - 1);
  const children = below && fc.array(below, { minLength: 1, maxLength: 4 });
  const body: fc.Arbitrary<NodeSketch> = children === undefined ? leaf : fc.oneof(
    { weight: 1, arbitrary: leaf },
    { weight: 2, arbitrary: fc.record({ steps: children }) },
    { weight: 2, arbitrary: fc.record({ unordered: children, maxParallel: fc.integer({ min: 1, max: 3 }) }) },
  );
  const part = below === undefined ? fc.constant(undefined) : sometimes(below, 2);
  const rest = fc.record({
    timeoutMs: sometimes(LENGTH.map((ms) => 2 * ms), 3),
    changesetPattern: sometimes(fc.constantFrom(/src/, /docs/), 12),
    setup: part,
    teardown: part,
    strictTeardown: fc.boolean(),
    cwd: sometimes(fc.constantFrom(".", MISSING), 24),
  });
  return fc.tuple(body, rest).map(([one, other]) => {
    const given = Object.entries({ ...one, ...other }).filter(([, value]) => value !== undefined);
    return Object.fromEntries(given) as NodeSketch;
  });
}

const NODE = nodes(3);

const CANCEL = sometimes(fc.noBias(fc.double({ min: 1, max: 60_000, noNaN: true })), 3);

interface Played {
  readonly root: PipelineNode;
  readonly world: BuildWorld;
  readonly result: BuildResult;
}

async function play(
  root: PipelineNode,
  { cancelAt, maxParallel }: {
    readonly cancelAt: number | undefined;
    readonly maxParallel?: number | undefined;
  },
): Promise<Played> {
  const world = new BuildWorld(0);
  if (cancelAt !== undefined) world.cancelAfter(cancelAt);
  const result = await world.run(root, { changeset: CHANGESET, maxParallel });
  return { root, world, result };
}

Deno.test("status and duration of every step are those of a straightforward reading of the rules", async () => {
  await fc.assert(
    fc.asyncProperty(NODE, CANCEL, async (sketch, cancelAt) => {
      const root = withoutPools(makePipeline(sketch));
      const { result } = await play(root, { cancelAt });
      const expected = expectBuild(root, { cancelAt, changeset: CHANGESET });
      const shape = (
        step: StepResult,
      ): unknown => [step.path, step.status, step.durationMs, step.steps.map(shape)];
      assert.deepEqual(shape(result.root), expected.root);
      assert.equal(result.status, expected.status);
    }),
    { numRuns: 500 },
  );
});

Deno.test("whatever the limits: tear-downs run once, events are nested, and no more programs run than may", async () => {
  await fc.assert(
    fc.asyncProperty(
      NODE,
      CANCEL,
      sometimes(fc.integer({ min: 1, max: 3 }), 2),
      async (sketch, cancelAt, maxParallel) => {
        const played = await play(makePipeline(sketch), { cancelAt, maxParallel });
        const { world, result } = played;
        assertTeardowns(played);
        assertNested(world.events, result);
        assert.ok(world.programs.mostAtOnce <= (maxParallel ?? Infinity));
        assert.equal(world.programs.running, 0);
        // The cancellation may be still to come.
        assert.equal(world.clock.sleeping, cancelAt !== undefined && result.status !== "cancelled" ? 1 : 0);
      },
    ),
    { numRuns: 500 },
  );
});

/** Children of unordered nodes all run at once. */
function withoutPools(node: PipelineNode): PipelineNode {
  const { work, setup, teardown } = node;
  return {
    ...node,
    work: work.kind === "steps" ? { ...work, maxParallel: 99, steps: work.steps.map(withoutPools) } : work,
    setup: setup && withoutPools(setup),
    teardown: teardown && withoutPools(teardown),
  };
}

/** A node that was entered has one result for its tear-down, which began unless the changeset leaves it out. */
function assertTeardowns({ root, world, result }: Played): void {
  const nodes = new Map<string, PipelineNode>();
  const visit = (node: PipelineNode): void => {
    nodes.set(node.path, node);
    partsOf(node).forEach(visit);
  };
  visit(root);
  const started = new Set(
    world.events.flatMap((event) => event.kind === "step_started" ? [event.step.path] : []),
  );
  for (const step of allOf(result.root)) {
    const node = nodes.get(step.path);
    assert.ok(node);
    const entered = started.has(step.path) && node.cwd !== MISSING;
    const teardowns = step.steps.filter(({ kind }) => kind === "teardown");
    assert.equal(teardowns.length, entered && node.teardown !== undefined ? 1 : 0);
    if (!entered) assert.deepEqual(step.steps, []);
    for (const { path } of teardowns) {
      assert.equal(started.has(path), nodes.get(path)?.changesetPattern?.source !== "docs");
    }
  }
}

/** Each step ends once, after all in it; it starts at most once, after its parent; output comes in between. */
function assertNested(events: readonly BuildEvent[], result: BuildResult): void {
  const open = new Set<string | undefined>([undefined]);
  const ended = new Map<string, StepResult>();
  assert.equal(events[0]?.kind, "build_started");
  assert.deepEqual(events.at(-1), { kind: "build_ended", result, at: result.startedAt + result.durationMs });
  for (const event of events.slice(1, -1)) {
    if (event.kind === "warning") continue;
    assert.ok("step" in event);
    const { step } = event;
    if (event.kind === "step_output") assert.ok(open.has(step.id));
    if (event.kind === "step_started") {
      assert.ok(open.has(step.parentId) && !open.has(step.id) && !ended.has(step.id));
      open.add(step.id);
    }
    if (event.kind === "step_ended") {
      assert.ok(open.has(step.parentId) && !ended.has(step.id));
      assert.equal(open.delete(step.id), event.result.status !== "skipped" || event.result.durationMs > 0);
      assert.ok(event.result.steps.every(({ id }) => ended.has(id)));
      ended.set(step.id, event.result);
    }
  }
  assert.deepEqual([...open], [undefined]);
  assert.deepEqual(new Set(allOf(result.root)), new Set(ended.values()));
}

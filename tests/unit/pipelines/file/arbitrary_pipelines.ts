import fc from "fast-check";
import { formatPattern } from "../../../../src/pipelines/core/changeset.ts";
import type { Pipeline, PipelineNode } from "../../../../src/pipelines/core/pipeline.ts";

/** A node as a file has it. */
export type PlainNode = Readonly<Record<string, unknown>>;

const text = fc.string({ unit: "grapheme", maxLength: 12 }).filter((each) => !/[\0\p{Cs}]/u.test(each));
const filled = text.filter((each) => each.trim() !== "");
const name = filled.filter((each) => !/[/\p{Cc}\p{Zl}\p{Zp}]/u.test(each) && each === each.trim());
const variable = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,5}$/);
const argv = fc.tuple(filled, fc.array(text, { maxLength: 3 })).map(([program, rest]) => [program, ...rest]);

const settings = fc.record({
  timeout: fc.oneof(fc.integer({ min: 1, max: 9_999 }), fc.constantFrom("10m", "90s", "2h")),
  "if-changeset-matches": fc.constantFrom("^src/", "\\.md$", "a|b"),
  cwd: filled.filter((each) => !each.startsWith("/")),
  env: fc.dictionary(variable, text, { maxKeys: 2 }),
  secrets: fc.uniqueArray(variable.map((each) => `secret_${each}`), { maxLength: 2 }),
}, { requiredKeys: [] });

const leaf = fc.oneof(argv.map((exec) => ({ exec })), filled.map((run) => ({ run })));

const { node } = fc.letrec<{ readonly node: PlainNode; readonly part: PlainNode }>((tie) => ({
  part: fc.tuple(leaf, settings).map(([body, rest]) => ({ ...body, ...rest })),
  node: fc.tuple(
    name,
    settings,
    fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.tuple(
        fc.array(tie("node"), { minLength: 1, maxLength: 3 }),
        fc.constantFrom({}, { order: "sequential" }, { order: "unordered", "max-parallel": 3 }),
      ).map(([steps, order]) => ({ ...order, steps: renamed(steps as readonly PlainNode[]) })),
    ),
    fc.record({ setup: tie("part"), teardown: tie("part") }, { requiredKeys: [] }),
    fc.boolean(),
  ).map(([own, rest, body, parts, strict]) => ({
    name: own,
    ...rest,
    ...body,
    ...parts,
    ...("teardown" in parts ? { "strict-teardown": strict } : {}),
  })),
}));

/** Makes the names of siblings differ from each other, and from those of set-ups and tear-downs. */
function renamed(steps: readonly PlainNode[]): readonly PlainNode[] {
  return steps.map((step, index) => ({ ...step, name: `${index}${step["name"]}` }));
}

/** Any valid pipeline of version 1, as plain values. */
export const plainPipelines: fc.Arbitrary<PlainNode> = node.map((root) => ({ version: 1, ...root }));

/** Returns the plain values that a pipeline was read from, as {@link plainPipelines} makes them. */
export function toPlain({ root }: Pipeline): PlainNode {
  return { version: 1, ...plainNode(root, undefined) };
}

function plainNode(node: PipelineNode, part: "setup" | "teardown" | undefined): PlainNode {
  const { work, setup, teardown } = node;
  return withoutUndefined({
    name: node.name === part ? undefined : node.name,
    timeout: node.timeoutMs,
    "if-changeset-matches": node.changesetPattern && formatPattern(node.changesetPattern),
    cwd: node.cwd,
    env: node.env,
    secrets: node.secrets,
    exec: work.kind === "exec" ? work.argv : undefined,
    run: work.kind === "run" ? work.script : undefined,
    steps: work.kind === "steps" ? work.steps.map((step) => plainNode(step, undefined)) : undefined,
    order: work.kind === "steps" ? work.order : undefined,
    "max-parallel": work.kind === "steps" ? work.maxParallel : undefined,
    setup: setup === undefined ? undefined : plainNode(setup, "setup"),
    teardown: teardown === undefined ? undefined : plainNode(teardown, "teardown"),
    "strict-teardown": node.strictTeardown,
  });
}

/** Fills in the defaults of plain values, and writes times in milliseconds, so that they can be compared. */
export function normalize(node: PlainNode): PlainNode {
  const { steps, setup, teardown, timeout } = node;
  const hasSteps = Array.isArray(steps);
  return withoutUndefined({
    ...node,
    env: node["env"] ?? {},
    secrets: node["secrets"] ?? [],
    "strict-teardown": node["strict-teardown"] ?? false,
    timeout: typeof timeout === "number"
      ? timeout * 1_000
      : { "10m": 600_000, "90s": 90_000, "2h": 7_200_000 }[String(timeout)],
    ...(hasSteps
      ? {
        order: node["order"] ?? "sequential",
        "max-parallel": node["max-parallel"] ?? 5,
        steps: steps.map(normalize),
      }
      : {}),
    setup: setup === undefined ? undefined : normalize(setup as PlainNode),
    teardown: teardown === undefined ? undefined : normalize(teardown as PlainNode),
  });
}

function withoutUndefined(node: PlainNode): PlainNode {
  return Object.fromEntries(Object.entries(node).filter(([, each]) => each !== undefined));
}

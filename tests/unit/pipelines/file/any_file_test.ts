import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { parsePipeline } from "../../../../src/config/pipelines/mod.ts";
import { withoutEnvironment } from "../../../../src/config/yaml.ts";
import type { PipelineNode } from "../../../../src/pipelines/core/pipeline.ts";
import { partsOf } from "../../../../src/pipelines/core/plan_run.ts";
import { normalize, type PlainNode, plainPipelines, toPlain } from "./arbitrary_pipelines.ts";
import { readSound } from "./read.ts";

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, each]) => [key, sortKeys(each)]),
  );
}

Deno.test("any valid pipeline is read from JSON and YAML, and nothing of it is lost", async () => {
  await fc.assert(fc.asyncProperty(plainPipelines, async (plain) => {
    const wanted = sortKeys(normalize(plain));
    const json = JSON.stringify(plain, null, 2);
    const yaml = withoutEnvironment(() => stringify(plain));
    for (const [path, text] of [["a.json", json], ["a.yml", json], ["a.yml", yaml], ["-", json]] as const) {
      assert.deepEqual(sortKeys(toPlain(await readSound(text, path))), wanted);
    }
  }));
});

Deno.test("no two nodes of any pipeline have the same path, and a path is that of the parent and one name", async () => {
  const bare = plainPipelines.map((plain) => {
    const { version: _, ...rest } = plain;
    return withEqualNames(rest);
  });
  await fc.assert(fc.asyncProperty(fc.oneof(plainPipelines, bare), async (plain) => {
    const { root } = await readSound(JSON.stringify(plain));
    const seen = new Set<string>();
    const walk = (node: PipelineNode, above: string): void => {
      assert.ok(!seen.has(node.path), node.path);
      seen.add(node.path);
      assert.ok(node.path.startsWith(above));
      assert.ok(node.path.length > above.length && !node.path.slice(above.length).includes("/"));
      partsOf(node).forEach((part) => walk(part, `${node.path}/`));
    };
    walk(root, "");
  }));
});

/** Gives every second step the name of the step before it. */
function withEqualNames(node: PlainNode): PlainNode {
  const { steps } = node;
  if (!Array.isArray(steps)) return node;
  return {
    ...node,
    steps: steps.map((step: PlainNode, index) => ({
      ...withEqualNames(step),
      name: index % 2 === 0 ? step["name"] : steps[index - 1]["name"],
    })),
  };
}

/** The ways from the root of a value to each key in a map that the format names. */
function keyWays(node: PlainNode): readonly (readonly string[])[] {
  return Object.entries(node).flatMap(([key, value]): readonly (readonly string[])[] => {
    const own = [[key]];
    if (key === "steps") {
      const steps = value as readonly PlainNode[];
      return [
        ...own,
        ...steps.flatMap((step, at) => keyWays(step).map((way) => ["steps", String(at), ...way])),
      ];
    }
    return key === "setup" || key === "teardown"
      ? [...own, ...keyWays(value as PlainNode).map((way) => [key, ...way])]
      : own;
  });
}

/** Copies a value with another entry at a way. */
function changed(value: unknown, way: readonly string[], { to }: {
  readonly to: (key: string, value: unknown) => readonly [string, unknown];
}): unknown {
  const [key = "", ...rest] = way;
  const entries = Object.entries(value as PlainNode).map(([each, inner]): readonly [string, unknown] => {
    if (each !== key) return [each, inner];
    return rest.length === 0 ? to(each, inner) : [each, changed(inner, rest, { to })];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

const mutations: readonly ((key: string, value: unknown) => readonly [string, unknown])[] = [
  (key, value) => [`${key}x`, value],
  (key, value) => [key.toUpperCase(), value],
  (key) => [key, null],
  (key) => [key, [[]]],
  (key) => [key, {}],
  (key) => [key, { "": 1 }],
];

Deno.test("a wrong key, and a value of another kind, is a problem at its line for every key of every pipeline", async () => {
  const mutated = plainPipelines.chain((plain) =>
    fc.record({
      plain: fc.constant(plain),
      way: fc.constantFrom(...keyWays(plain)),
      to: fc.constantFrom(...mutations),
    })
  );
  await fc.assert(
    fc.asyncProperty(mutated, async ({ plain, way, to }) => {
      const key = way.at(-1) ?? "";
      const value = changed(plain, way, { to });
      // An empty map of variables is what the key may have.
      fc.pre(!(key === "env" && JSON.stringify(to(key, 1)[1]) === "{}"));
      // Without a version it is another format, which version_1_test.ts and bare_test.ts have.
      fc.pre(key !== "version");
      const text = JSON.stringify(value, null, 1);
      for (const path of ["a.json", "a.yml"]) {
        const { pipeline, problems } = await parsePipeline({ path, text });
        assert.equal(pipeline, undefined);
        assert.ok(problems.length > 0);
        for (const { line, column, message, hint } of problems) {
          assert.ok(line >= 1 && line <= text.split("\n").length && column >= 1);
          assert.ok(message !== "" && !message.endsWith(".") && hint !== "");
        }
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("any values are read without a throw, as a file and as each key of a node", async () => {
  const keys = [
    "name",
    "exec",
    "steps",
    "order",
    "timeout",
    "cwd",
    "env",
    "setup",
    "if-changeset-matches",
    "version",
  ];
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.constantFrom(...keys), fc.boolean(), async (value, key, isBare) => {
      const node = { ...(isBare ? {} : { version: 1 }), name: "a", run: "b", [key]: value };
      for (const each of [value, node, { ...node, steps: [node], teardown: node }]) {
        for (const path of ["a.json", "a.yml"]) {
          const { pipeline, problems } = await parsePipeline({ path, text: JSON.stringify(each) });
          assert.equal(pipeline === undefined, problems.length > 0);
        }
      }
    }),
  );
});

Deno.test("a pipeline of 5,000 steps is read, with a problem in each step too", async () => {
  const steps = Array.from(
    { length: 5_000 },
    (_, index) => ({ name: `s${index}`, exec: ["true"], timeout: "1m" }),
  );
  const text = JSON.stringify({ version: 1, name: "big", steps }, null, 1);
  for (const path of ["a.json", "a.yml"]) {
    assert.equal((await readSound(text, path)).root.work.kind, "steps");
    const { problems } = await parsePipeline({ path, text: text.replaceAll("timeout", "tiemout") });
    assert.equal(problems.length, 5_000);
    assert.equal(new Set(problems.map(({ line }) => line)).size, 5_000);
  }
});

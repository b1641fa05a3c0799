import assert from "node:assert/strict";

interface Dependency {
  readonly specifier: string;
  readonly isDynamic?: boolean;
  readonly code?: { readonly specifier?: string };
}

interface Graph {
  readonly modules: readonly { readonly specifier: string; readonly dependencies?: readonly Dependency[] }[];
}

const ROOT = new URL("../../", import.meta.url);

async function readGraph(): Promise<Graph> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("main.ts", ROOT).href],
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

function isAws(specifier: string): boolean {
  return /(^|npm:\/?)@(aws-sdk|smithy)\//.test(specifier);
}

Deno.test("main.ts reaches AWS's packages only through src/drivers/ecs/sdk, which is loaded when a call is made", async () => {
  const { modules } = await readGraph();
  const short = (specifier: string) => specifier.replace(ROOT.href, "");
  const edges = modules.flatMap(({ specifier, dependencies = [] }) =>
    dependencies.map((each) => ({
      from: short(specifier),
      to: short(each.code?.specifier ?? each.specifier),
      isDynamic: each.isDynamic === true,
      isTypeOnly: each.code === undefined,
    }))
  ).filter(({ isTypeOnly }) => !isTypeOnly);

  const importers = edges.filter(({ to }) => isAws(to)).map(({ from }) => from);
  const entrances = edges.filter(({ from, to }) =>
    to.startsWith("src/drivers/ecs/sdk/") && !from.startsWith("src/drivers/ecs/sdk/")
  );
  const loading = new Set(importers);

  assert.ok(importers.length > 4, importers.join(", "));
  assert.deepEqual(importers.filter((from) => !from.startsWith("src/drivers/ecs/sdk/")), []);
  assert.deepEqual(
    entrances.filter(({ to, isDynamic }) => loading.has(to) && !isDynamic).map(({ from, to }) =>
      `${from} → ${to}`
    ),
    [],
  );
  assert.ok(entrances.some(({ isDynamic }) => isDynamic));
});

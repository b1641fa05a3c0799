/** What the flags that choose assets choose for a push, a plan, a status and a diff. */

import assert from "node:assert/strict";
import { worldUuid } from "../../worlds/superset/harbour.ts";
import { type Answer, type CommandWorld, FILES, play } from "./command_world.ts";

const [C0, C1, C2, B0] = [worldUuid("c", 0), worldUuid("c", 1), worldUuid("c", 2), worldUuid("b", 0)];

interface Row {
  readonly id: number;
  readonly uuid: string;
}

/** Lists the first chart with a tag, and the second one with another owner. */
const LISTED: Answer = async (request, send) => {
  const { pathname } = new URL(request.url);
  if (pathname !== "/api/v1/chart/" || request.method !== "GET") return undefined;
  const { result, ...rest } = await (await send(request)).json();
  const ana = { id: 7, first_name: "Ana", last_name: "Lee", email: "ana@example.org" };
  return Response.json({
    ...rest,
    result: result.map((row: Row) => ({
      ...row,
      ...(row.uuid === C0 ? { tags: [{ id: 1, name: "harbour", type: 1 }] } : {}),
      ...(row.uuid === C1 ? { owners: [ana] } : {}),
    })),
  });
};

/** Every chart and the dashboard differ from the instance; the folder alone has the dashboard published. */
const EDITED = new Map(
  [...FILES].map(([path, tree]) => [
    path,
    path.startsWith("charts/")
      ? { ...tree, description: "edited" }
      : path.startsWith("dashboards/")
      ? { ...tree, published: true }
      : tree,
  ]),
);

async function chosen(world: CommandWorld, line: string): Promise<readonly string[]> {
  const { assets } = await world.json<{ readonly assets: readonly { readonly uuid: string }[] }>(line);
  return assets.map(({ uuid }) => uuid).sort();
}

Deno.test("a push chooses by number, owner and tag of the instance, and by what the folder publishes", async () => {
  await play({ answer: LISTED }, async (world) => {
    await world.writeFolder(EDITED);
    const rows = world.simulator.state()["charts"] as unknown as readonly Row[];
    const id = rows.find(({ uuid }) => uuid === C2)?.id ?? 0;
    const expected: readonly (readonly [flags: string, uuids: readonly string[]])[] = [
      [`--id ${id} --kind chart`, [C2]],
      ["--tag harbour", [C0]],
      ["--tag harbour --tag other", [C0]],
      ["--owner me --kind chart", [C0, C2]],
      ["--owner me --tag harbour", [C0]],
      ["--published", [B0]],
      ["--published --name Harbour*", [B0]],
      [`--tag harbour --id ${id}`, []],
    ];
    for (const [flags, uuids] of expected) {
      assert.deepEqual(await chosen(world, `plan qa --adopt --no-deps ${flags}`), [...uuids].sort(), flags);
      if (flags.includes("--published")) continue;
      assert.deepEqual(await chosen(world, `status qa --no-deps ${flags}`), [...uuids].sort(), flags);
    }
    assert.equal((await chosen(world, "plan qa --adopt --published")).length, EDITED.size - 3);

    await world.json(`push qa --yes --adopt --no-deps --id ${id} --kind chart`);
    const written = world.simulator.state()["charts"] as unknown as readonly (Row & {
      readonly file: { readonly description: string | null };
    })[];
    assert.deepEqual(
      written.filter(({ file }) => file.description === "edited").map(({ uuid }) => uuid),
      [C2],
    );
  });
});

Deno.test("numbers, owners and tags choose nothing from files alone, and the message says with what to compare", async () => {
  await play({}, async (world) => {
    await world.json("export qa {dir}");
    for (const flags of ["--id 1", "--owner ana", "--tag harbour"]) {
      const { code, out } = await world.run(`diff {dir} {dir} ${flags} --json`);
      assert.equal(code, 2, flags);
      const { error } = JSON.parse(out);
      assert.equal(error.code, "selection_needs_instance");
      assert.match(error.message, /files do not say numbers, owners and tags/);
      assert.match(error.hint, /--kind, --name, --uuid or --published, or compare with an instance/);
    }
    await world.json("diff {dir} qa --id 1 --kind chart");
    await world.json("diff {dir} {dir} --published");
  });
});

Deno.test("flags that choose nothing are a warning, and no silence", async () => {
  await play({}, async (world) => {
    await world.json("export qa {dir}");
    const commands = [
      "export qa {dir}",
      "plan qa",
      "push qa --yes",
      "status qa",
      "diff {dir} qa",
      "diff {dir} {dir}",
    ];
    for (const line of commands) {
      const { code, err } = await world.run(`${line} --name Typo*`);
      assert.equal(code, 0, line);
      assert.match(err, /no asset fits the flags that choose assets/, line);
      assert.doesNotMatch((await world.run(`${line} --name Harbour*`)).err, /no asset fits/, line);
    }
  });
});

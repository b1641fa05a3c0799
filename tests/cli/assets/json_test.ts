/** The documents of `--json`, against docs/json.md. */

import assert from "node:assert/strict";
import type { Tree } from "../../../src/assets/core/tree.ts";
import { type CommandWorld, makeTwo } from "../../worlds/superset/command_world.ts";
import { worldUuid } from "../../worlds/superset/harbour.ts";

const PAGE = await Deno.readTextFile(new URL("../../../docs/json.md", import.meta.url));
const SECTION = PAGE.slice(
  PAGE.indexOf("\n## Keys of each command about assets\n"),
  PAGE.indexOf("\n## `sync --check-only`"),
);

/** The keys of an asset in every command. */
const ASSET_KEYS = keysIn(/An asset has ([^.]+?) in all commands/.exec(SECTION)?.[1] ?? "");

const WORDS = {
  action: ["create", "update", "unchanged", "conflict", "skip", "delete"],
  result: ["planned", "done", "unchanged", "failed", "skipped", "not_applied"],
};

interface Document {
  readonly assets: readonly Readonly<Record<string, Tree>>[];
  readonly summary: Readonly<Record<string, number>>;
  readonly run: string | null;
}

function keysIn(text: string): readonly string[] {
  return [...text.matchAll(/`([a-z_]+)`/g)].map(([, key = ""]) => key);
}

/** The keys that docs/json.md gives for a command. */
function documented(command: string): readonly string[] {
  const entry =
    SECTION.split("\n- ").find((each) =>
      each.startsWith("`assets ") && each.slice(0, each.indexOf(":")).includes(`${command}\``)
    ) ?? "";
  return keysIn(/^[^:]*:((?:\s+`[a-z_]+`)+)/.exec(entry)?.[1] ?? "");
}

/** Runs a command, and holds its document to the page. */
async function check(
  world: CommandWorld,
  line: string,
  { exit = 0, more = [], top = [] }: {
    readonly exit?: number;
    /** Further keys of an asset, and of the document. */
    readonly more?: readonly string[];
    readonly top?: readonly string[];
  } = {},
): Promise<Document> {
  const [command = ""] = line.split(" ");
  const document = await world.json<Document>(exit, line);
  assert.deepEqual(Object.keys(document).sort(), [...documented(command), ...top].sort(), line);
  assert.ok(document.assets.length > 0, line);
  const counted: Record<string, number> = {};
  for (const asset of document.assets) {
    assert.deepEqual(Object.keys(asset).sort(), [...ASSET_KEYS, ...more].sort(), line);
    assert.ok(Array.isArray(asset["fields"]), line);
    for (const [key, words] of Object.entries(WORDS)) {
      const word = asset[key];
      if (typeof word !== "string") assert.equal(word, null, line);
      else assert.ok(words.includes(word), `${line}: ${word}`);
    }
    const said = new Set([asset["action"], asset["result"]]);
    for (const word of said) if (typeof word === "string") counted[word] = (counted[word] ?? 0) + 1;
  }
  if (more.includes("state") || more.includes("change")) return document;
  assert.deepEqual(document.summary, counted, line);
  return document;
}

/** Says an asset of a document by its action, its result, its reason and whether it has a file. */
function said({ assets }: Document): readonly string[] {
  return [
    ...new Set(
      assets.map(({ action, result, reason, path }) =>
        `${action} ${result} ${reason} ${path === null ? "no file" : "file"}`
      ),
    ),
  ].sort();
}

Deno.test("every command about assets has the keys that docs/json.md gives, and each asset has the same ones", async () => {
  await using world = await makeTwo();
  const [chart, dashboard] = [worldUuid("c", 0), worldUuid("b", 0)];

  assert.deepEqual(said(await check(world, "export_all")), ["create done null file"]);
  assert.deepEqual(said(await check(world, "export superset-production")), ["unchanged unchanged null file"]);
  const lost = { more: ["lost"] };
  assert.deepEqual(said(await check(world, "plan superset-qa", lost)), ["create planned null file"]);
  const { run } = await check(world, "sync_assets superset-production superset-qa --yes", lost);
  assert.ok(run !== null);
  assert.deepEqual(said(await check(world, "push superset-qa --yes", lost)), [
    "unchanged unchanged null file",
  ]);
  await check(world, "status superset-qa", { more: ["state"] });

  world.server("superset-qa").edit({ uuid: chart, fields: { description: "Edited in QA" } });
  await world.edit(chart, { description: "Edited in the folder" });
  const refused = await check(world, "push superset-qa --yes", { ...lost, exit: 3 });
  const conflict = refused.assets.find(({ uuid }) => uuid === chart);
  assert.deepEqual(
    [
      conflict?.["action"],
      conflict?.["result"],
      conflict?.["reason"],
      conflict?.["path"],
      conflict?.["fields"],
    ],
    ["conflict", "skipped", "edited", await world.pathOf(chart), ["description"]],
  );
  const differing = await check(world, "diff assets superset-qa", { more: ["change", "statements"] });
  assert.deepEqual(said(differing), ["update null null file"]);
  const stopped = await check(world, `rollback superset-qa ${run} --yes`, { exit: 3, top: ["error"] });
  assert.ok(said(stopped).includes("conflict skipped edited file"), said(stopped).join());

  await Deno.remove(`${world.folder}/assets/${await world.pathOf(dashboard)}`);
  assert.deepEqual(said(await check(world, "prune superset-qa")), ["delete planned null no file"]);
  assert.deepEqual(said(await check(world, "prune superset-qa --yes")), ["delete done null no file"]);
  assert.deepEqual(
    said(await check(world, "rollback superset-qa --yes --dry-run")),
    ["create planned null no file"],
  );
  assert.deepEqual(said(await check(world, "rollback superset-qa --yes")), ["create done null no file"]);
});

Deno.test("an export says why it left an asset out, in the words of a push", async () => {
  await using world = await makeTwo();
  const [chart, dataset] = [worldUuid("c", 0), worldUuid("d", 0)];
  const config = await Deno.readTextFile(`${world.folder}/showtime.yml`);
  await world.write("showtime.yml", config.replace("assets:\n", `assets:\n  ignore: ["uuid:${chart}"]\n`));
  const description = "see postgresql://bi:hunter2-hunter2@db.example/x";
  world.server("superset-production").edit({ uuid: dataset, fields: { description } });

  const { assets } = await world.json<Document>(3, "export superset-production");

  const rows = assets.filter(({ action }) => action === "skip").map(({ uuid, result, reason, fields }) =>
    [uuid, result, reason, fields] as const
  );
  assert.deepEqual(rows, [
    [dataset, "skipped", "refused", ["description"]],
    [chart, "skipped", "ignored", []],
  ]);
});

import assert from "node:assert/strict";
import { sourceFlags } from "../../../src/wiring/permissions.ts";
import { startRedis } from "../../worlds/contexts/redis_server.ts";
import { part } from "../../worlds/require.ts";

const redis = await part("redis");

/** Uses stores in a new folder, with the permissions of the program and no more; returns a line for each. */
async function useStores(
  settings: readonly unknown[],
  links: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-permissions-" });
  for (const [name, target] of Object.entries(links)) await Deno.symlink(target, `${folder}/${name}`);
  const root = new URL("../../../", import.meta.url).pathname;
  try {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-check",
        `--config=${root}deno.json`,
        ...sourceFlags(),
        `${root}tests/worlds/contexts/use_stores.ts`,
        JSON.stringify(settings),
      ],
      cwd: folder,
    }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    return new TextDecoder().decode(stdout).trim().split("\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("stores in files work with the permissions of the program", async () => {
  const lines = await useStores([
    { kind: "sqlite", path: ".showtime/contexts.db" },
    { kind: "yamlfile", path: "work/context.yaml" },
    { kind: "jsonfile", path: "context.json" },
  ]);
  assert.deepEqual(lines, ["sqlite true 1 1", "yamlfile true 1 1", "jsonfile true 1 1"]);
});

redis.test("the store in Redis works with the permissions of the program", async () => {
  await using server = await startRedis();
  assert.deepEqual(await useStores([{ kind: "redis", url: server.url }]), ["redis true 1 1"]);
});

Deno.test("a store outside of the working folder is refused before anything is made", async () => {
  const lines = await useStores([{ kind: "sqlite", path: "/nowhere/x.db" }, {
    kind: "yamlfile",
    path: "/nowhere/x",
  }]);
  const why = "it is outside of the folder that showtime was started in";
  assert.deepEqual(lines, [
    `sqlite store_outside 2 Using sqlite /nowhere/x.db: ${why}`,
    `yamlfile store_outside 2 Using yamlfile /nowhere/x: ${why}`,
  ]);
});

Deno.test("a store behind a link is where the link leads, also if nothing is there yet", async () => {
  const lines = await useStores([
    { kind: "sqlite", path: "out.db" },
    { kind: "sqlite", path: "twice.db" },
    { kind: "yamlfile", path: "folder/x.yaml" },
    { kind: "sqlite", path: "in.db" },
    { kind: "sqlite", path: "circle.db" },
  ], {
    "out.db": "/var/showtime-nowhere.db",
    "twice.db": "out.db",
    folder: "/var/showtime-nowhere",
    "in.db": "below.db",
    "circle.db": "circle.db",
  });
  assert.deepEqual(lines.slice(0, 4).map((line) => line.split(" ").slice(0, 3).join(" ")), [
    "sqlite store_outside 2",
    "sqlite store_outside 2",
    "yamlfile store_outside 2",
    "sqlite true 1",
  ]);
  assert.match(lines[4] ?? "", /^sqlite store_/);
});

/** What an export leaves in the folder, and how the command ends. */

import assert from "node:assert/strict";
import { hashAsset } from "../../../src/assets/core/hash.ts";
import { readStored } from "../../../src/assets/app/read_folder.ts";
import { MASK } from "../../../src/assets/core/secrets.ts";
import { formatJson } from "../../../src/assets/core/tree.ts";
import { worldUuid } from "../../worlds/superset/harbour.ts";
import { type CommandWorld, FILES, play, withChange } from "./command_world.ts";

const C0 = worldUuid("c", 0);
const C1 = worldUuid("c", 1);
const SECRET = "Zu7-s3cret-value";
const LEAKY = `see postgresql://bi:${SECRET}@db.example/x`;

interface ExportRecord {
  readonly url: string;
  readonly version: string;
  readonly rights: string;
  readonly assets: Readonly<Record<string, string>>;
}

interface Report {
  readonly assets: readonly { readonly path: string; readonly action: string }[];
  readonly secrets: readonly unknown[];
  readonly others: readonly string[];
  readonly incomplete: readonly string[];
}

async function record({ read }: CommandWorld): Promise<ExportRecord> {
  return JSON.parse(await read(".export/qa.json"));
}

/** The hashes of the folder's files by UUID. */
async function hashes({ files }: CommandWorld): Promise<Readonly<Record<string, string>>> {
  const { assets } = readStored(await files());
  return Object.fromEntries(
    await Promise.all(
      [...assets.values()].map(async (asset) => [asset.uuid, await hashAsset(asset)] as const),
    ),
  );
}

/** The path of an asset's file. */
async function pathOf({ files }: CommandWorld, uuid: string): Promise<string> {
  const [path] = [...await files()].find(([, text]) => new RegExp(`^uuid: ${uuid}$`, "m").test(text)) ?? [];
  assert.ok(path !== undefined, `no file has ${uuid}`);
  return path;
}

Deno.test("an export writes a record of the instance with its address, version, rights and the hash of each file", async () => {
  await play({}, async (world) => {
    await world.json("export qa {dir}");
    const { url, version, rights, assets } = await record(world);
    assert.deepEqual([url, version], ["http://superset.test", "6.1.0"]);
    assert.match(rights, /^admin .*dataset:rwx chart:rwx dashboard:rwx$/);
    assert.deepEqual(assets, await hashes(world));
    assert.equal(Object.keys(assets).length, FILES.size);
    assert.equal(await world.read(".export/last"), "qa\n");
  });
});

Deno.test("an export of a selection changes the entries of what it exported, and no other", async () => {
  await play({}, async (world) => {
    await world.json("export qa {dir}");
    const before = await record(world);
    await world.write(".export/last", "production\n");
    for (const uuid of [C0, C1]) world.simulator.edit({ uuid, fields: { description: "edited" } });

    await world.json(`export qa {dir} --uuid ${C0} --no-deps --force`);

    const after = await record(world);
    assert.notEqual(after.assets[C0], before.assets[C0]);
    assert.deepEqual({ ...after, assets: { ...after.assets, [C0]: before.assets[C0] } }, before);
    assert.doesNotMatch(await world.read(await pathOf(world, C1)), /edited/);
    assert.equal(await world.read(".export/last"), "production\n", "only a whole export is the last one");
  });
});

Deno.test("files that stand for nothing on the instance stay as they are and are listed", async () => {
  await play({}, async (world) => {
    await world.json("export qa {dir}");
    const chart = await world.read(await pathOf(world, C0));
    const mine = chart.replaceAll(C0, worldUuid("c", 77));
    await world.write("charts/mine.yaml", mine);
    await world.write("README.md", "Ours.\n");

    const { others, assets } = await world.json<Report>("export qa {dir}");

    assert.deepEqual(others, ["charts/mine.yaml"]);
    assert.deepEqual(new Set(assets.map(({ action }) => action)), new Set(["unchanged"]));
    assert.deepEqual([await world.read("charts/mine.yaml"), await world.read("README.md")], [
      mine,
      "Ours.\n",
    ]);
    const { err } = await world.run("export qa {dir}");
    assert.match(err, /1 file.*: charts\/mine\.yaml/);
  });
});

Deno.test("a secret keeps its file back and ends an export with 3; the others are written, and --redact masks", async () => {
  await play({}, async (world) => {
    await world.json("export qa {dir}");
    const path = await pathOf(world, C0);
    const old = await world.read(path);
    world.simulator.edit({ uuid: C0, fields: { description: LEAKY } });
    world.simulator.edit({ uuid: C1, fields: { description: "edited" } });

    const { code, both } = await world.run("export qa {dir}");

    assert.equal(code, 3);
    assert.match(both, /1 secret found: charts\/.*#description \(uri_password\)/);
    assert.ok(!both.includes(SECRET));
    assert.equal(await world.read(path), old);
    assert.match(await world.read(await pathOf(world, C1)), /edited/);
    const told = await world.run("export qa {dir} --json");
    assert.equal(told.code, 3);
    assert.deepEqual((JSON.parse(told.out) as Report).secrets, [{
      field: "description",
      detector: "uri_password",
      path,
    }]);

    assert.deepEqual((await world.run("export qa {dir} --redact")).code, 0);
    const masked = await world.read(path);
    assert.ok(masked.includes(`postgresql://bi:${MASK}@db.example/x`), masked);
    assert.ok(![...(await world.files()).values()].join().includes(SECRET));
  });
});

Deno.test("a file with the mask of --redact is refused by a push", async () => {
  await play({ files: withChange("charts/chart_0.yaml", { description: LEAKY }) }, async (world) => {
    await world.json("export qa {dir} --redact");
    const { code, err } = await world.run("push qa --yes --force");
    assert.equal(code, 2);
    assert.match(err, /description holds a mask/);
    assert.deepEqual(world.writes(), []);
  });
});

Deno.test("a finding that assets.secrets.allow names is exported and pushed, in that file only", async () => {
  await play({ files: withChange("charts/chart_0.yaml", { description: LEAKY }) }, async (world) => {
    const refused = await world.run("export qa {dir} --json");
    assert.equal(refused.code, 3);
    const [{ path, field } = { path: "", field: "" }] = (JSON.parse(refused.out) as {
      readonly secrets: readonly { readonly path: string; readonly field: string }[];
    }).secrets;
    const allowed = { allowedSecrets: [`${path}#${field}`] };

    await world.json("export qa {dir}", allowed);

    const text = await world.read(path);
    assert.ok(text.includes(LEAKY));
    await world.write(path, text.replace("see ", "look at "));
    const pushed = await world.run("push qa --yes");
    assert.equal(pushed.code, 3);
    assert.ok(!pushed.both.includes(SECRET));
    assert.deepEqual(world.writes(), []);
    await world.json("push qa --yes", allowed);
    assert.match(formatJson(world.simulator.state()), /look at postgresql/);
    const elsewhere = text.replace(/^certified_by:.*$/m, "").replace("see ", "read ");
    await world.write(path, `${elsewhere}certified_by: ${LEAKY}\n`);
    const other = await world.run("push qa --yes", allowed);
    assert.deepEqual(
      [other.code, /certified_by seems to hold a secret/.test(other.err)],
      [3, true],
      other.err,
    );
  });
});

Deno.test("a push refuses a secret before its first write and names place and detector, never the value", async () => {
  await play({}, async (world) => {
    await world.writeFolder(withChange("charts/chart_0.yaml", { description: LEAKY }));
    const { code, out, err } = await world.run("push qa --yes --adopt --json");
    assert.equal(code, 3);
    const { error } = JSON.parse(out);
    assert.equal(error.code, "secrets_found");
    assert.match(error.message, /charts\/chart_0\.yaml: description .*\(uri_password\)/);
    assert.match(error.hint, /assets\.secrets\.allow: \["charts\/chart_0\.yaml#description"\]/);
    assert.ok(!(out + err).includes(SECRET));
    assert.deepEqual(world.writes(), []);
    assert.equal((await world.run("plan qa --adopt")).code, 3, "a plan says so too");
  });
});

Deno.test("an asset that the instance does not hand out makes an export incomplete: 5, and its file stays", async () => {
  await play({}, async (world) => {
    await world.json("export qa {dir}");
    const before = await world.files();
    // The charts come without the dashboard.
    world.simulator.faults([{ match: "GET /api/v1/dashboard/export/", status: 500, times: 99 }]);
    world.simulator.edit({ uuid: C0, fields: { description: "edited" } });

    const { code, err } = await world.run("export qa {dir} --allow-removals");

    assert.equal(code, 5);
    assert.match(err, /the dashboard \d+ "Harbour overview 0" could not be exported \(500/);
    const path = await pathOf(world, C0);
    assert.match(await world.read(path), /edited/, "the rest is written");
    const after = Object.fromEntries(await world.files());
    assert.deepEqual({ ...after, [path]: before.get(path) }, Object.fromEntries(before));
    const told = await world.run("export qa {dir} --json");
    assert.equal(told.code, 5);
    const { incomplete, others } = JSON.parse(told.out) as Report;
    assert.deepEqual([incomplete.length, others], [1, []]);
  });
});

Deno.test("a listing that lacks a row makes an export incomplete: 5, and no flag removes a file", async () => {
  let cut = false;
  const answer = async (request: Request, send: (request: Request) => Promise<Response>) => {
    if (!cut || !request.url.includes("/api/v1/chart/?")) return undefined;
    const { result, ...rest } = await (await send(request)).json();
    return Response.json({ ...rest, result: result.slice(1) });
  };
  const files = new Map([...FILES].filter(([path]) => !path.startsWith("dashboards/")));
  await play({ files, answer }, async (world) => {
    await world.json("export qa {dir}");
    const before = await world.files();
    cut = true;
    const { code, err } = await world.run("export qa {dir} --allow-removals");
    assert.equal(code, 5);
    assert.match(err, /2 of 3 charts were listed/);
    assert.match(err, /1 file was not removed, because the export is incomplete/);
    assert.deepEqual(await world.files(), before);
  });
});

Deno.test("bytes of an export are no edit, and other bytes that are not committed stop an export before it writes", async () => {
  await play({}, async (world) => {
    await world.json("export qa {dir}");
    await world.git("init", "--quiet");
    const path = await pathOf(world, C0);
    for (const uuid of [C0, C1]) world.simulator.edit({ uuid, fields: { description: "first" } });
    // Nothing is committed, and every byte is an export's own.
    await world.json("export qa {dir}");
    assert.match(await world.read(path), /first/);

    await world.git("add", "-A");
    await world.git("commit", "--quiet", "-m", "x");
    const edited = (await world.read(path)).replace("first", "mine");
    await world.write(path, edited);
    for (const uuid of [C0, C1]) world.simulator.edit({ uuid, fields: { description: "second" } });
    const before = await world.files();
    const recorded = await record(world);
    const { code, out } = await world.run("export qa {dir} --json");

    assert.equal(code, 2);
    const { error } = JSON.parse(out);
    assert.deepEqual([error.code, error.message.includes(path)], ["uncommitted_edits", true]);
    assert.match(error.hint, /--force/);
    assert.deepEqual(await world.files(), before);
    assert.deepEqual(await record(world), recorded);

    await world.json("export qa {dir} --force");
    assert.match(await world.read(path), /second/);
  });
});

Deno.test("an edit that is committed may be overwritten, and a file in the way that is not may not", async () => {
  await play({}, async (world) => {
    await world.json("export qa {dir}");
    const path = await pathOf(world, C0);
    await world.git("init", "--quiet");
    await world.write(path, `${await world.read(path)}# mine\n`);
    await world.git("add", "-A");
    await world.git("commit", "--quiet", "-m", "x");
    await world.json("export qa {dir}");
    assert.doesNotMatch(await world.read(path), /# mine/);

    // A person moved the file away and wrote another one in its place.
    await world.write(path, "uuid: 5\n");
    assert.equal((await world.run("export qa {dir}")).code, 2);
    assert.equal(await world.read(path), "uuid: 5\n");
  });
});

Deno.test("a secret in the name of an asset is in no output and in no path: of an export, a plan and a check", async () => {
  const token = `dapi${"0123456789abcdef".repeat(2)}`;
  const files = new Map([
    ...FILES,
    ["charts/chart_0.yaml", { ...FILES.get("charts/chart_0.yaml"), slice_name: LEAKY }],
    ["charts/chart_1.yaml", { ...FILES.get("charts/chart_1.yaml"), slice_name: `Calls of ${token}` }],
  ]);
  const secret = new RegExp(`${SECRET}|${SECRET.replaceAll("-", "_")}|${token}`, "i");
  const assertNowhere = (text: string) => assert.doesNotMatch(text, secret);
  await play({ files }, async (world) => {
    const refused = await world.run("export qa {dir}");
    assert.equal(refused.code, 3);
    assert.match(refused.both, /charts\/see_postgresql_bi_xxxxxxxxxx_db_example_x__\w+\.yaml#slice_name/);
    const redacted = await world.run("export qa {dir} --redact --json");
    assert.equal(redacted.code, 0, redacted.both);
    const path = await pathOf(world, C0);
    assert.match(await world.read(path), /slice_name: .*XXXXXXXXXX@/);

    await world.write(path, (await world.read(path)).replace("XXXXXXXXXX", SECRET));
    const checked = await world.run("validate {dir}");
    assert.equal(checked.code, 1);
    const planned = await world.run("plan qa");
    assert.equal(planned.code, 3, planned.both);
    const compared = await world.run("status qa");
    for (const { both } of [refused, redacted, checked, planned, compared]) assertNowhere(both);
    for (const name of (await world.files()).keys()) assertNowhere(name);
  });
});

Deno.test("files that an account with fewer rights cannot see stay at every export, until a person decides", async () => {
  let hides = false;
  const answer = async (request: Request, send: (request: Request) => Promise<Response>) => {
    const { pathname } = new URL(request.url);
    if (!hides) return undefined;
    if (pathname === "/api/v1/me/roles/") {
      const { result } = await (await send(request)).json();
      const roles = JSON.parse(
        JSON.stringify(result).replaceAll('"can_write","Chart"', '"can_read","Chart"'),
      );
      return Response.json({ result: roles });
    }
    if (pathname !== "/api/v1/chart/" || request.method !== "GET") return undefined;
    const { result, count, ...rest } = await (await send(request)).json();
    return Response.json({ ...rest, count: count - 1, result: result.slice(1) });
  };
  const files = new Map([...FILES].filter(([path]) => !path.startsWith("dashboards/")));
  await play({ files, answer }, async (world) => {
    await world.json("export qa {dir}");
    const before = await world.files();
    const { rights } = await record(world);
    hides = true;
    for (const _ of ["first", "second"]) {
      const { code, err } = await world.run("export qa {dir}");
      assert.equal(code, 5, err);
      assert.match(
        err,
        /1 file was not removed, because the account has other rights than at the last export/,
      );
      assert.deepEqual(await world.files(), before);
      assert.equal((await record(world)).rights, rights);
    }
    await world.json("export qa {dir} --allow-removals");
    assert.equal((await world.files()).size, before.size - 1);
  });
});

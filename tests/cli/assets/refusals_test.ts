/** What commands refuse before they write, and how a row says what failed. */

import assert from "node:assert/strict";
import { CommandWorld, makeTwo, type ShownAsset } from "../../worlds/superset/command_world.ts";
import { worldUuid } from "../../worlds/superset/harbour.ts";

const [CHART, DASHBOARD] = [worldUuid("c", 0), worldUuid("b", 0)];

interface FailedAsset extends ShownAsset {
  readonly reason: string | null;
  readonly message: string | null;
  readonly fields: readonly string[];
}

Deno.test("a row that failed names the file and each field that the server names, and so do those that need it", async () => {
  await using world = await makeTwo();
  await world.expect(0, "export_all");
  const path = await world.edit(CHART, { query_context: "{" });

  const { assets } = await world.json<{ readonly assets: readonly FailedAsset[] }>(
    1,
    "push superset-qa --yes --continue-on-error",
  );

  const failed = assets.filter(({ result }) => result === "failed");
  assert.deepEqual(
    failed.map(({ uuid, path: at, reason, message, fields }) => [uuid, at, reason, message, fields]),
    [[CHART, path, "refused", `${path}: query_context: JSON not valid`, ["query_context"]]],
  );
  const skipped = assets.find(({ uuid }) => uuid === DASHBOARD);
  assert.deepEqual([skipped?.result, skipped?.reason], ["skipped", "dependency_failed"]);

  const { out } = await world.expect(1, "push superset-qa --yes --continue-on-error");
  assert.ok(out.replace(/\s+/g, " ").includes(`${path}: query_context: JSON not valid`), out);
});

Deno.test("a symbolic link in the folder is refused by every command that reads or writes it, and nothing follows it", async () => {
  for (const [link, target] of [["charts/link.yaml", "secret.yaml"], ["linked", "elsewhere"]] as const) {
    await using world = await CommandWorld.make({ qa: {} });
    await world.expect(0, "export");
    await world.write("secret.yaml", "password: x\n");
    await world.write("elsewhere/a.yaml", "a: 1\n");
    const before = await world.files();
    await Deno.symlink(`${world.folder}/${target}`, `${world.folder}/assets/${link}`);

    for (
      const line of ["export --force", "validate", "plan", "push --yes", "status", "prune", "diff assets qa"]
    ) {
      const { code, message, hint } = await world.failure(2, line);
      assert.equal(code, "folder_link", line);
      assert.match(message, new RegExp(`${link} is a symbolic link`));
      assert.match(hint, /Replace it/);
    }

    await Deno.remove(`${world.folder}/assets/${link}`);
    assert.deepEqual(await world.files(), before);
    assert.equal(await Deno.readTextFile(`${world.folder}/secret.yaml`), "password: x\n");
    assert.deepEqual([...await world.files("elsewhere")], [["a.yaml", "a: 1\n"]]);
    assert.equal(world.writes("qa"), 0);
  }
});

Deno.test("a link to a file that is no asset is left alone", async () => {
  await using world = await CommandWorld.make({ qa: {} });
  await world.expect(0, "export");
  await world.write("README.md", "About it.\n");
  await Deno.symlink(`${world.folder}/README.md`, `${world.folder}/assets/README.md`);
  await world.expect(0, "validate");
});

Deno.test("a record of a run that cannot be read is named with its folder, and stops what needs the runs", async () => {
  await using world = await CommandWorld.make({ qa: {} });
  await world.expect(0, "export");
  await world.edit(CHART, { description: "new" });
  const { run } = await world.json<{ readonly run: string }>(0, "push --yes");
  const folder = `.showtime/assets/qa/runs/${run}`;
  const whole = await Deno.readTextFile(`${world.folder}/${folder}/run.json`);
  const writes = world.writes("qa");

  for (const text of ["{", "[]", '{"run": "x"}', ""]) {
    await world.write(`${folder}/run.json`, text);
    for (const line of ["runs", "rollback --yes", "plan", "push --yes", "status"]) {
      const { code, message, hint } = await world.failure(2, line);
      assert.equal(code, "run_unreadable", line);
      assert.ok(message.includes(`${folder}/run.json: it is no record of a run`), message);
      assert.ok(hint.includes(`move ${world.folder}/${folder} away`), hint);
    }
  }
  assert.equal(world.writes("qa"), writes);
  await world.write(`${folder}/run.json`, whole);
  await world.expect(0, "rollback --yes");
});

Deno.test("a file that Superset would refuse stops a push before it writes, with its field", async () => {
  await using world = await CommandWorld.make({ qa: {} });
  await world.expect(0, "export");
  const path = await world.edit(CHART, { viz_type: 5 });

  for (const line of ["plan", "push --yes"]) {
    const { code, message, hint } = await world.failure(2, line);
    assert.equal(code, "asset_invalid", line);
    assert.ok(message.includes(`${path}: viz_type: Superset expects text`), message);
    assert.match(hint, /"showtime assets validate" lists all mistakes/);
  }
  assert.equal(world.writes("qa"), 0);
  await world.expect(1, "validate");
});

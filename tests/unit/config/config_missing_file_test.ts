import assert from "node:assert/strict";
import { loadConfig, missingFile, requireForPlatform } from "../../../src/config/mod.ts";

const base = { branch: "main", inWorkingCopy: false };

function noticeFor(repo: string, where: typeof base | undefined = undefined): string | undefined {
  return missingFile(loadConfig({ repo, env: {}, flags: {} }), { repo, base: where });
}

Deno.test("missingFile() returns a notice for every repository except apache/superset itself", () => {
  assert.deepEqual([noticeFor("apache/superset"), noticeFor("Apache/Superset")], [undefined, undefined]);
  for (const repo of ["acme/superset-docs", "ana/superset", "superset/superset"]) {
    assert.equal(
      noticeFor(repo),
      `There is no showtime.yml for ${repo}, so only defaults are used: "showtime init" writes one`,
    );
  }
  assert.match(noticeFor("acme/shop", base) ?? "", /on the base branch main of acme\/shop, so/);
  const merged = { repo: "acme/shop", base: { branch: undefined, inWorkingCopy: true } };
  const notice = missingFile(loadConfig({ repo: "acme/shop", env: {}, flags: {} }), merged) ?? "";
  assert.match(notice, /on the base branch of acme\/shop, so .* \(the working copy has one: it counts once/);
});

Deno.test("missingFile() returns nothing if a source names the preset", () => {
  for (const env of [{ SHOWTIME_PRESET: "superset" }, { SHOWTIME_PRESET: "none" }]) {
    const loaded = loadConfig({ repo: "acme/shop", env, flags: {} });
    assert.equal(missingFile(loaded, { repo: "acme/shop", base: undefined }), undefined);
  }
});

Deno.test("without a file only apache/superset has its preset, and no other repository has its cluster", () => {
  const { config } = loadConfig({ repo: "Apache/Superset", env: {}, flags: {} });
  assert.deepEqual([config.preset, config.ecs.cluster], ["superset", "superset-ci"]);
  for (const repo of ["ana/superset", "acme/shop", undefined]) {
    const other = loadConfig({ repo, env: {}, flags: {} }).config;

    assert.deepEqual([other.preset, other.build.image, other.ecs.cluster], ["none", undefined, undefined]);
    assert.throws(() => requireForPlatform(other, "ecs"), /ecs\.cluster: missing: the cluster to run in/);
  }
  const named = loadConfig({ repo: "acme/shop", env: { ECS_CLUSTER: "previews" }, flags: {} });
  assert.equal(named.config.ecs.cluster, "previews");
});

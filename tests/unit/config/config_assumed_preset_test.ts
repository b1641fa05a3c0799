import assert from "node:assert/strict";
import { assumedPreset, loadConfig } from "../../../src/config/mod.ts";

const NONE = loadConfig({ env: {}, flags: {} });
const base = { branch: "main", inWorkingCopy: false };

Deno.test("assumedPreset() returns a notice for every repository except apache/superset and its forks", () => {
  const silent = ["apache/superset", "ana/Superset"];

  assert.deepEqual(silent.map((repo) => assumedPreset(NONE, { repo, base: undefined })), [
    undefined,
    undefined,
  ]);
  assert.equal(
    assumedPreset(NONE, { repo: "acme/superset-docs", base: undefined }),
    'There is no showtime.yml for acme/superset-docs, so the set-up of apache/superset is used: "showtime init" writes one',
  );
  assert.match(
    assumedPreset(NONE, { repo: "acme/shop", base }) ?? "",
    /on the base branch main of acme\/shop, so/,
  );
  assert.match(
    assumedPreset(NONE, { repo: "acme/shop", base: { ...base, branch: undefined } }) ?? "",
    /on the base branch of acme\/shop, so/,
  );
});

Deno.test("assumedPreset() returns nothing if a source names the preset", () => {
  for (const env of [{ SHOWTIME_PRESET: "superset" }, { SHOWTIME_PRESET: "none" }]) {
    assert.equal(
      assumedPreset(loadConfig({ env, flags: {} }), { repo: "acme/shop", base: undefined }),
      undefined,
    );
  }
});

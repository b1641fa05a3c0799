import assert from "node:assert/strict";
import { isMisnamed, MISNAMED_FILES, misnamedFile } from "../../../src/config/mod.ts";

Deno.test("isMisnamed() knows names that are almost showtime.yml, and no others", () => {
  const almost = [
    "showtime.yaml",
    ".showtime.yml",
    "Showtime.yml",
    "SHOWTIME.YML",
    "show-time.yml",
    "showtime.yml.txt",
  ];
  for (const name of [...almost, ...MISNAMED_FILES.filter((each) => !each.includes("/"))]) {
    assert.ok(isMisnamed(name), name);
  }
  for (
    const name of [
      "showtime.yml",
      "showtime.json",
      "showtime-cleanup.yml",
      "showtime.yml.orig",
      "my-showtime.yml",
    ]
  ) {
    assert.ok(!isMisnamed(name), name);
  }
});

Deno.test("misnamedFile() names the file and how to rename it", () => {
  const { code, exitCode, message, hint } = misnamedFile("showtime.yaml", { folder: "../" });

  assert.deepEqual([code, exitCode], ["config_misnamed", 2]);
  assert.equal(
    message,
    'Looking for the configuration: there is "../showtime.yaml", and only showtime.yml is read',
  );
  assert.equal(hint, 'Rename it with "git mv ../showtime.yaml ../showtime.yml", or name it with --config');
});

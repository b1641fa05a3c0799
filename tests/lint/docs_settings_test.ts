import assert from "node:assert/strict";
import { settingPaths } from "../../src/config/schema_walk.ts";
import { renderSettings, replaceSettings } from "../../tools/docs_settings.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/configuration.md", import.meta.url));

Deno.test("docs/configuration.md has the settings of the schema", () => {
  assert.equal(PAGE, replaceSettings(PAGE), "deno task docs:settings writes the tables anew");
});

Deno.test("renderSettings() has a row with a meaning for every setting", () => {
  const rows = renderSettings().split("\n");
  const missing = settingPaths().map((path) => path.join(".")).filter((key) =>
    !rows.some((row) => row.startsWith(`| \`${key}\` |`) && /\| [^|]*[A-Za-z]{3}[^|]*\.[^|]* \|$/.test(row))
  );

  assert.ok(settingPaths().length > 40);
  assert.deepEqual(missing, []);
});

Deno.test("replaceSettings() refuses a page without a place for the tables", () => {
  assert.throws(() => replaceSettings("# Configuration\n"), /no place for the settings/);
});

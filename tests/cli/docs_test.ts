/** What the pages say of the program, held against the program's own lists. */
import assert from "node:assert/strict";
import { CAPABILITIES } from "../../src/cli/commands/registry.ts";
import { loadCommands } from "../../src/cli/registry.ts";
import { FAILURE_WORDS } from "../../src/environments/core/environment/failure.ts";
import { FIXED_LABELS, formatLabel } from "../../src/environments/core/labels/mod.ts";
import { EXIT } from "../../src/lib/errors.ts";
import { readPages } from "../worlds/readme.ts";

const PAGES = await readPages();
const COMMANDS = await loadCommands(CAPABILITIES);

/** The rows of all tables of a page. */
function rowsOf(path: string): readonly string[] {
  return (PAGES.get(path) ?? "").split("\n").filter((line) => line.startsWith("| "));
}

Deno.test("README.md has every command in its table", () => {
  const rows = rowsOf("README.md");
  const missing = COMMANDS.map(({ name }) => name).filter((name) =>
    !rows.some((row) => new RegExp(`\`${name}[ \`]`).test(row.split("|")[1] ?? ""))
  );

  assert.deepEqual(missing, []);
});

Deno.test("README.md has every label that a person adds and that has one name", () => {
  const rows = rowsOf("README.md");
  const names = FIXED_LABELS.map((label) => formatLabel(label)).filter((name) => name !== "🎪 showtime");

  assert.ok(names.length >= 5);
  assert.deepEqual(names.filter((name) => !rows.some((row) => row.includes(`\`${name}\``))), []);
});

Deno.test("docs/troubleshooting.md has advice for every reason of a failure", () => {
  const rows = rowsOf("docs/troubleshooting.md");

  assert.deepEqual(
    Object.keys(FAILURE_WORDS).filter((key) => !rows.some((row) => row.includes(`\`${key}\``))),
    [],
  );
});

Deno.test("docs/json.md has every exit code", () => {
  const rows = rowsOf("docs/json.md");
  const codes = Object.values(EXIT).map(String);

  assert.ok(codes.length > 5);
  assert.deepEqual(
    codes.filter((code) => !rows.some((row) => row.split("|")[1]?.split(/[ ,]+/).includes(code))),
    [],
  );
});

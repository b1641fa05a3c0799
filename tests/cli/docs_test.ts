/** What the pages say of the program, held against the program's own lists. */
import assert from "node:assert/strict";
import { ORIGINAL_OPTIONS } from "../../src/cli/commands/contexts/original/page.ts";
import { CAPABILITIES } from "../../src/cli/commands/registry.ts";
import { loadCommands } from "../../src/cli/registry.ts";
import { RULES_PAGE } from "../../src/cli/commands/environments/shared.ts";
import { STATUS_WORDS } from "../../src/environments/core/environment/status_words.ts";
import { REASON_WORDS } from "../../src/environments/core/plan/mod.ts";
import { FAILURE_WORDS } from "../../src/environments/core/environment/failure.ts";
import { FIXED_LABELS, formatLabel } from "../../src/environments/core/labels/mod.ts";
import { EXIT } from "../../src/lib/errors.ts";
import { readPages } from "../worlds/readme.ts";

const PAGES = await readPages();
/** Pages with commands and labels of their own, for which README.md has no room. */
const TOPICS: readonly string[] = ["docs/sleep.md"];
const COMMANDS = await loadCommands(CAPABILITIES);

/** The rows of all tables of a page. */
function rowsOf(path: string): readonly string[] {
  return (PAGES.get(path) ?? "").split("\n").filter((line) => line.startsWith("| "));
}

Deno.test("README.md, or the page of a topic that it leaves out, has every command in its table", () => {
  const rows = [...rowsOf("README.md"), ...TOPICS.flatMap(rowsOf)];
  const missing = [...new Set(COMMANDS.map(({ name }) => name.split(" ")[0] ?? ""))].filter((name) =>
    !rows.some((row) => new RegExp(`\`${name}[ \`]`).test(row.split("|")[1] ?? ""))
  );

  assert.deepEqual(missing, []);
});

Deno.test("docs/cicdstatemgr.md has every flag of that tool, each with the command that takes its place", () => {
  const rows = rowsOf("docs/cicdstatemgr.md").map((row) => row.split("|")[1] ?? "");

  assert.ok(ORIGINAL_OPTIONS.length >= 15);
  assert.deepEqual(
    ORIGINAL_OPTIONS.map(({ name }) => `--${name}`).filter((flag) =>
      !rows.some((row) => new RegExp(`${flag}(?![a-z-])`).test(row))
    ),
    [],
  );
});

Deno.test("README.md, or the page of a topic that it leaves out, has every label that a person adds and that has one name", () => {
  const rows = [...rowsOf("README.md"), ...TOPICS.flatMap(rowsOf)];
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

/** The code in the first column and the words in the second, of the tables below a heading of docs/rules.md. */
function wordsBelow(heading: string): Readonly<Record<string, string>> {
  const section = (PAGES.get("docs/rules.md") ?? "").split(/^## /m).find((each) => each.startsWith(heading));
  return Object.fromEntries(
    (section ?? "").split("\n").flatMap((row) => {
      const [, first = "", second = ""] = row.split("|").map((cell) => cell.trim());
      const code = /^`(\w+)`$/.exec(first)?.[1];
      return code === undefined ? [] : [[code, second] as const];
    }),
  );
}

Deno.test("docs/rules.md has every status and every reason, in the words that people read", () => {
  assert.deepEqual(wordsBelow("Statuses"), { ...STATUS_WORDS });
  assert.deepEqual(wordsBelow("Rules"), { ...REASON_WORDS });
});

Deno.test("explain names docs/rules.md, and README.md links to it", () => {
  assert.match(RULES_PAGE, /\/docs\/rules\.md$/);
  assert.match(PAGES.get("README.md") ?? "", /\]\(docs\/rules\.md\)/);
});

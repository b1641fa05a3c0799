/** Reads what `deno test` says at its end, and what the tests wrote down about what they could not run. */

/** How many tests there were of which outcome. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
}

// deno-lint-ignore no-control-regex
const STYLING = /\x1b\[[0-9;]*m/g;
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed\b.*? \| (\d+) failed\b(?:.*? \| (\d+) ignored)?/;

/**
 * Counts from the last summary line of `output`. A run that did not succeed has at least one failure, whatever its
 * summary says: it may have died before writing one, or a file may not have loaded.
 */
export function countTests(output: string, succeeded: boolean): TestCounts {
  const matches = output.replace(STYLING, "").split("\n").map((line) => SUMMARY.exec(line));
  const [, passed = "0", failed = "0", ignored = "0"] = matches.findLast((match) => match !== null) ?? [];
  return {
    passed: Number(passed),
    failed: Math.max(Number(failed), succeeded ? 0 : 1),
    ignored: Number(ignored),
  };
}

/** Lines for a person, from lines `part TAB test file TAB reason`; one for each part and reason. */
export function formatSkips(text: string): string[] {
  const files = new Map<string, Set<string>>();
  for (const line of text.split("\n")) {
    const [part, file, reason] = line.split("\t");
    if (part === undefined || file === undefined || reason === undefined) continue;
    const key = `${part} (${reason})`;
    files.set(key, (files.get(key) ?? new Set()).add(file));
  }
  if (files.size === 0) return [];
  return ["", "Not tested here:", ...[...files].map(([key, names]) => `  ${key}: ${[...names].join(", ")}`)];
}

const CASE = /<testcase name="([^"]*)" classname="([^"]*)"[^>]*>\s*<failure[^>]*>([\s\S]*?)<\/failure>/g;
const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};
const SHOWN_LINES = 12;

/** Lines for a person about each test that failed, from JUnit reports: its file, its title and the first lines of why. */
export function formatFailures(reports: readonly string[]): string[] {
  const plain = (text: string) =>
    text.replace(STYLING, "").replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity);
  const failures = reports.flatMap((report) => [...report.matchAll(CASE)]);
  if (failures.length === 0) return [];
  return [
    "",
    "Failed:",
    ...failures.flatMap(([, name = "", file = "", why = ""]) => [
      `  ${plain(file)} => ${plain(name)}`,
      ...plain(why).split("\n").filter((line) => line.trim() !== "").slice(0, SHOWN_LINES)
        .map((line) => `    ${line.slice(0, 200)}`),
    ]),
  ];
}

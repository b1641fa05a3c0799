/** Which promises of reliability the tests that ran and passed cover: by the ids that their titles begin with. */

/** The promises, by the letter of their kind. */
const KINDS: readonly (readonly [letter: string, count: number])[] = [
  ["M", 8],
  ["C", 5],
  ["I", 6],
  ["F", 3],
  ["R", 6],
  ["X", 4],
  ["L", 3],
];

/** All ids, as `M1`. */
export const RELIABILITY_IDS: readonly string[] = KINDS.flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)
);

const CASE = /<testcase name="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g;
const IDS = /^((?:[A-Z]\d(?:, )?)+): /;

/** The ids in titles of tests that ran and passed, from JUnit reports. */
export function coveredIds(reports: readonly string[]): ReadonlySet<string> {
  const covered = new Set<string>();
  for (const report of reports) {
    for (const [, name = "", body = ""] of report.matchAll(CASE)) {
      if (/<(failure|error|skipped)\b/.test(body)) continue;
      for (const id of IDS.exec(name)?.[1]?.split(", ") ?? []) {
        if (RELIABILITY_IDS.includes(id)) covered.add(id);
      }
    }
  }
  return covered;
}

/** One line about what is covered and what is not. */
export function formatIds(covered: ReadonlySet<string>): string {
  const missing = RELIABILITY_IDS.filter((id) => !covered.has(id));
  const all = RELIABILITY_IDS.length;
  return `reliability: ${all - missing.length} of ${all} promises shown${
    missing.length === 0 ? "" : `; not shown: ${missing.join(", ")}`
  }`;
}

/** One line about how much was played, from lines `what TAB count`. */
export function formatTally(text: string): string | undefined {
  const sums = new Map<string, number>([["leaks", 0]]);
  for (const line of text.split("\n")) {
    const [what, count] = line.split("\t");
    if (what !== undefined && count !== undefined) sums.set(what, (sums.get(what) ?? 0) + Number(count));
  }
  if (sums.size === 1) return undefined;
  const words: Readonly<Record<string, string>> = {
    interleavings: "interleavings",
    crashes: "crash points",
    faults: "fault points",
    worlds: "random worlds",
    kills: "processes killed",
    leaks: "leaks",
  };
  const known = Object.entries(words).flatMap(([what, said]) =>
    sums.has(what) ? [`${sums.get(what)} ${said}`] : []
  );
  return `reliability: ${known.join(", ")}`;
}

/**
 * Runs the tests part by part, each with the permissions it needs and no more, and tells at the end what could not be
 * tested here and why. The last line is `N passed, N failed`; the exit code is 0 only if nothing failed.
 *
 *     deno task test             all parts
 *     deno task test unit cli    these parts
 */

import { coveredIds, formatIds, formatTally, RELIABILITY_IDS } from "./reliability_ids.ts";
import { countTests, formatFailures, formatSkips, type TestCounts } from "./test_report.ts";

interface TestPart {
  readonly name: string;
  readonly permissions: readonly string[];
  /** It runs beside the part before it: both wait more than they work. */
  readonly beside?: true;
}

const WORLD = ["--allow-net", "--allow-read", "--allow-write", "--allow-env", "--allow-run", "--allow-sys"];

/** In the order in which they run: what is quick and pure first. */
const PARTS: readonly TestPart[] = [
  { name: "unit", permissions: [] },
  { name: "lint", permissions: ["--allow-read"] },
  // Each file has a world of its own, and most of the work.
  { name: "app", permissions: [...WORLD, "--parallel"] },
  { name: "cli", permissions: WORLD },
  // They look at other processes in /proc, which takes every permission.
  { name: "contract", permissions: ["--allow-all"] },
  // Its files have nothing in common but the engine, on which each has names of its own.
  { name: "e2e", permissions: ["--allow-all", "--parallel"], beside: true },
];

const ROOT = new URL("../", import.meta.url);

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no part \`${unknown.join("`, `")}\`: ${PARTS.map(({ name }) => name).join(", ")}`,
    );
    return 2;
  }
  const chosen = names.length === 0 ? PARTS : PARTS.filter(({ name }) => names.includes(name));
  const folder = await Deno.makeTempDir({ prefix: "showtime-tests-" });
  const [skips, tally] = [`${folder}/skips`, `${folder}/tally`];
  for (const file of [skips, tally]) await Deno.writeTextFile(file, "");
  try {
    const results: (TestCounts & { name: string })[] = [];
    const always = await sanitizers();
    for (const group of groupsOf(chosen)) {
      const running: Promise<TestCounts & { name: string }>[] = [];
      for (const { name, permissions } of group) {
        const flags = [...always, ...permissions];
        const before = running.at(-1);
        running.push(
          runPart(name, { flags, skips, tally, folder, before }).then((counts) => ({ name, ...counts })),
        );
      }
      results.push(...await Promise.all(running));
    }
    console.log(`\n${results.map(formatResult).join("\n")}`);
    for (const line of formatSkips(await Deno.readTextFile(skips))) console.log(line);
    const reports = await Promise.all(
      chosen.map(({ name }) => Deno.readTextFile(`${folder}/${name}.xml`).catch(() => "")),
    );
    const shown = tellReliability(chosen, { reports, tally: await Deno.readTextFile(tally) });
    for (const line of formatFailures(reports)) console.log(line);
    const passed = results.reduce((sum, one) => sum + one.passed, 0);
    const failed = results.reduce((sum, one) => sum + one.failed, 0) + (shown ? 0 : 1);
    console.log(`\n${passed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Parts that run at the same time, in the order in which their groups run. */
function groupsOf(parts: readonly TestPart[]): readonly (readonly TestPart[])[] {
  const groups: TestPart[][] = [];
  for (const part of parts) {
    const last = groups.at(-1);
    if (part.beside === true && last !== undefined) last.push(part);
    else groups.push([part]);
  }
  return groups;
}

/** Tells what was shown of the promises of reliability; false where one is missing that has to be there. */
function tellReliability(
  parts: readonly TestPart[],
  { reports, tally }: { readonly reports: readonly string[]; readonly tally: string },
): boolean {
  const played = formatTally(tally);
  if (played !== undefined) console.log(`\n${played}`);
  // A part alone shows a part of them.
  if (parts.length < PARTS.length) return true;
  const covered = coveredIds(reports);
  console.log(formatIds(covered));
  return covered.size === RELIABILITY_IDS.length || !Deno.env.get("SHOWTIME_REQUIRE");
}

/** Newer versions of Deno look for leaks only when asked; older ones always do, and do not know the flags. */
async function sanitizers(): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["test", "--help"] }).output();
  const help = new TextDecoder().decode(stdout);
  return ["--sanitize-ops", "--sanitize-resources"].filter((flag) => help.includes(flag));
}

interface RunOptions {
  readonly flags: readonly string[];
  /** The file in which tests say what they could not run. */
  readonly skips: string;
  /** The file in which tests say how much they played. */
  readonly tally: string;
  /** Where the part's report goes. */
  readonly folder: string;
  /** A part that is speaking: what this one says is shown when both are over. */
  readonly before: Promise<unknown> | undefined;
}

async function runPart(
  name: string,
  { flags, skips, tally, folder, before }: RunOptions,
): Promise<TestCounts> {
  const heading = new TextEncoder().encode(`\n--- ${name}\n`);
  const held: Uint8Array[] = [heading];
  const later = before !== undefined;
  if (!later) await writeAll(heading);
  // Types are checked once, by `deno task check`.
  const report = `--junit-path=${folder}/${name}.xml`;
  const args = ["test", "--no-check", "--no-prompt", "--permit-no-files", report, ...flags, `tests/${name}`];
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { SHOWTIME_SKIPS: skips, SHOWTIME_TALLY: tally },
    stdin: "null",
    stdout: "piped",
    stderr: later ? "piped" : "inherit",
  }).spawn();
  let output = "";
  const decoder = new TextDecoder();
  const hear = async (stream: AsyncIterable<Uint8Array>, counts: boolean) => {
    for await (const chunk of stream) {
      if (counts) output = (output + decoder.decode(chunk, { stream: true })).slice(-100_000);
      if (later) held.push(chunk);
      else await writeAll(chunk);
    }
  };
  await Promise.all([hear(child.stdout, true), ...later ? [hear(child.stderr, false)] : []]);
  if (later) { for (const chunk of held) await writeAll(chunk); }
  return countTests(output, (await child.status).success);
}

async function writeAll(chunk: Uint8Array): Promise<void> {
  for (let rest = chunk; rest.length > 0;) rest = rest.subarray(await Deno.stdout.write(rest));
}

function formatResult({ name, passed, failed, ignored }: TestCounts & { name: string }): string {
  return `${name}: ${passed} passed, ${failed} failed${ignored > 0 ? `, ${ignored} not run` : ""}`;
}

if (import.meta.main) Deno.exit(await main(Deno.args));

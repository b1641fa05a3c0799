/**
 * Times of `showtime context`, beside the original tool in the same run, and writers at the same time on each store.
 * `SHOWTIME_TEST_CICDSTATEMGR` names the Python environment of the original, cicdstatemgr 1.2.4.
 * Ours is dist/showtime, the executable, or else the sources.
 */

import { originalProgram } from "../tests/worlds/contexts/original/original_tool.ts";
import { startRedis } from "../tests/worlds/contexts/redis_server.ts";
import { programCommand } from "../tests/worlds/program/process.ts";
import { part } from "../tests/worlds/require.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const BIG_BYTES = 750_000;
const WRITERS = [20, 100] as const;

/** Prints one line of the report: what, the figure, the budget. */
type Row = (line: { readonly name: string; readonly value: string; readonly budget?: string }) => void;

type Datasources = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * A store for both programs. The original gets and sets only if there is a local copy besides the primary, and reads that
 * copy. So both programs write the same two files, and what each reads has the format that the name says.
 */
interface Store {
  readonly name: string;
  /** Undefined for the default, SQLite without a configuration file. */
  readonly ours: Datasources | undefined;
  readonly original: Datasources;
  /** How many times as long the original takes, at least, for a small tree and for a big one. */
  readonly budget: readonly [small: number, big: number];
}

/** Two files, the first of which is the primary. */
function files(primary: "yamlfile" | "jsonfile"): Datasources {
  return {
    yamlfile: { path: "context.yaml", isPrimary: primary === "yamlfile" },
    jsonfile: { path: "context.json", isPrimary: primary === "jsonfile" },
  };
}

/** Measures `get` and `set` on each store, with a small and a big tree, and parallel writers. */
export async function benchContexts(row: Row): Promise<void> {
  const redis = await part("redis");
  if (redis.missing !== undefined) {
    return row({ name: "contexts", value: "not measured", budget: redis.missing });
  }
  await using server = await startRedis();
  const port = server.port;
  const onRedis = (db: number): Datasources => ({
    redis: { host: "127.0.0.1", port, db, isPrimary: true },
    yamlfile: { path: "context.yaml", isPrimary: false },
  });
  const stores: readonly Store[] = [
    { name: "SQLite, original YAML", ours: undefined, original: files("jsonfile"), budget: [4, 8] },
    { name: "YAML", ours: files("yamlfile"), original: files("jsonfile"), budget: [4, 2] },
    { name: "JSON", ours: files("jsonfile"), original: files("yamlfile"), budget: [4, 2] },
    { name: "Redis with a YAML copy", ours: onRedis(0), original: onRedis(1), budget: [4, 2] },
  ];
  const [program] = ours();
  row({
    name: "contexts: ours is",
    value: program?.endsWith("showtime") === true ? "the executable" : "the sources",
  });
  for (const store of stores) {
    for (const size of ["small", "big"] as const) await measure(store, { row, size });
  }
  const alone: Readonly<Record<string, Datasources>> = {
    SQLite: { sqlite: { path: "contexts.db" } },
    "a YAML file": { yamlfile: { path: "context.yaml", isPrimary: true } },
    "a JSON file": { jsonfile: { path: "context.json", isPrimary: true } },
    Redis: { redis: { url: `${server.url}/2`, isPrimary: true } },
  };
  for (const [name, datasources] of Object.entries(alone)) {
    for (const count of WRITERS) await writeAtOnce(datasources, { row, name, count });
  }
  await writeOriginalAtOnce({ row, count: WRITERS[0] });
  const [load = 0] = Deno.loadavg();
  row({
    name: "  load of the machine at the end",
    value: `${load.toFixed(1)} on ${navigator.hardwareConcurrency} processors`,
  });
}

async function measure(
  { name, ours, original, budget: [small, big] }: Store,
  { row, size }: { readonly row: Row; readonly size: "small" | "big" },
): Promise<void> {
  await using place = await makePlace(ours, original);
  const tree = await place.build(size === "small" ? 1_000 : BIG_BYTES);
  const pairs = size === "small" ? 7 : 3;
  const budget = size === "small" ? small : big;
  const words = {
    get: { ours: ["get", "state.n"], original: ["--get", "state.n"] },
    set: { ours: ["set", "state.n=5"], original: ["--set", "state.n=5"] },
  };
  for (const command of ["get", "set"] as const) {
    const times = await timePairs(
      () => place.ours(words[command].ours),
      place.original === undefined ? undefined : () => place.original?.(words[command].original),
      pairs,
    );
    const what = `contexts: ${command} on ${name}, ${(tree / 1000).toFixed(0)} KB`;
    if (times.ratio === undefined) {
      row({
        name: what,
        value: `${times.ours.toFixed(0)} ms`,
        budget: "the original: SHOWTIME_TEST_CICDSTATEMGR names no environment",
      });
      continue;
    }
    row({
      name: what,
      value: `${times.ours.toFixed(0)} ms, original ${times.original?.toFixed(0)}`,
      budget: `${times.ratio.toFixed(1)} times; at least ${budget}`,
    });
  }
}

/** A folder for each program, with the same application file. */
interface Place extends AsyncDisposable {
  readonly folder: string;
  /** Builds the context from an application file; returns the size of the tree as compact JSON. */
  build(bytes: number): Promise<number>;
  ours(words: readonly string[]): Promise<void>;
  readonly original: ((words: readonly string[]) => Promise<void>) | undefined;
}

async function makePlace(own: Datasources | undefined, theirs: Datasources): Promise<Place> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-bench-" });
  const [mine, other] = [`${folder}/ours`, `${folder}/original`];
  for (const each of [mine, other]) await Deno.mkdir(each);
  for (const [each, datasources] of [[mine, own], [other, theirs]] as const) {
    if (datasources === undefined) continue;
    await Deno.writeTextFile(`${each}/config.yaml`, JSON.stringify({ cicdstatemgr: { datasources } }));
    await Deno.writeTextFile(`${each}/secrets.yaml`, "");
  }
  // Both programs read the same form of configuration.
  const configured = { CICDSTATEMGR_CONFIG_PATH: "config.yaml", CICDSTATEMGR_SECRETS_PATH: "secrets.yaml" };
  const env = { SHOWTIME_CONTEXT_ID: "bench", ...own === undefined ? {} : configured };
  const peer = originalProgram();
  const runOurs = (words: readonly string[]) => run([...ours(), "context", ...words], { cwd: mine, env });
  const runPeer = peer === undefined
    ? undefined
    : (words: readonly string[]) =>
      run([peer, "--log-level", "ERROR", "--config", "config.yaml", "--secrets", "secrets.yaml", ...words], {
        cwd: other,
        env: { CICDSTATEMGR_CONTEXT_DATA_ID: "bench" },
      });
  return {
    folder,
    ours: runOurs,
    original: runPeer,
    async build(bytes) {
      const text = JSON.stringify(appOf(bytes));
      for (const each of [mine, other]) await Deno.writeTextFile(`${each}/app.yaml`, text);
      await runOurs(["init", "--id", "bench", "--app", "app.yaml", "--set", "state.n=1", "--replace"]);
      await runPeer?.(["--init-new", "bench", "--init-app-config-file", "app.yaml", "--set", "state.n=1"]);
      const { stdout } = await output([...ours(), "context", "show", "--format", "json"], {
        cwd: mine,
        env,
      });
      return JSON.stringify(JSON.parse(stdout)).length;
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** An application file whose tree has about this size: the tree holds the file twice, merged and as it was read. */
function appOf(bytes: number): unknown {
  const services: Record<string, unknown> = {};
  for (let size = 0, index = 0; size < bytes / 2; index++) {
    const service = {
      title: `The service number ${index}, which answers requests`,
      image: `registry.example.com/team/service-${index}:1.${index}.0`,
      ports: [8080, 9000 + index],
      labels: { team: `team-${index % 17}`, tier: "backend", public: index % 3 === 0 },
    };
    services[`service-${index}`] = service;
    size += JSON.stringify(service).length + 16;
  }
  return { "cicd-contexts": { stage: { services } } };
}

async function writeAtOnce(
  datasources: Datasources,
  { row, name, count }: { readonly row: Row; readonly name: string; readonly count: number },
): Promise<void> {
  const cwd = await Deno.makeTempDir({ prefix: "showtime-bench-" });
  const env = { SHOWTIME_CONTEXT_ID: "bench" };
  const context = (...words: readonly string[]) => output([...ours(), "context", ...words], { cwd, env });
  try {
    await Deno.writeTextFile(`${cwd}/showtime.yml`, JSON.stringify({ version: 1, context: { datasources } }));
    await context("init", "--id", "bench", "--replace");
    const names = Array.from({ length: count }, (_, index) => `k${index}`);
    const started = performance.now();
    const results = await Promise.all(
      names.map((each) => context("set", `state.${each}=${each}`, `state.all[]=${each}`)),
    );
    const ms = performance.now() - started;
    const state = JSON.parse((await context("get", "state")).stdout) as Readonly<Record<string, unknown>>;
    const all = Array.isArray(state["all"]) ? state["all"] : [];
    const written = names.filter((_, index) => results[index]?.code === 0);
    const lost = written.filter((each) => state[each] !== each || !all.includes(each)).length;
    row({
      name: `contexts: ${count} \`set\` at once on ${name}`,
      value: `${written.length} exit 0, ${lost} lost`,
      budget: `${(ms / 1000).toFixed(1)} s; all exit 0, 0 lost`,
    });
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

/** Counts what the original loses on its files. */
async function writeOriginalAtOnce(
  { row, count }: { readonly row: Row; readonly count: number },
): Promise<void> {
  await using place = await makePlace(undefined, files("jsonfile"));
  const { original } = place;
  if (original === undefined) return;
  await place.build(1_000);
  const names = Array.from({ length: count }, (_, index) => `k${index}`);
  const done = await Promise.all(
    names.map((name) => original(["--set", `state.${name}=${name}`]).then(() => true, () => false)),
  );
  const written = names.filter((_, index) => done[index]);
  const state = await readState(`${place.folder}/original/context.json`);
  const lost = written.filter((name) => state[name] !== name).length;
  row({
    name: `  the original: ${count} \`--set\` at once on files`,
    value: `${written.length} exit 0, ${lost} lost`,
  });
}

async function readState(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (JSON.parse(await Deno.readTextFile(path)) as {
      readonly state: Readonly<Record<string, unknown>>;
    }).state;
  } catch {
    // The file is torn.
    return {};
  }
}

/** The command of our program. */
function ours(): readonly string[] {
  const executable = `${ROOT}dist/showtime`;
  try {
    if (Deno.statSync(executable).isFile) return [executable];
  } catch {
    // It is not compiled.
  }
  return programCommand();
}

interface Pairs {
  /** Medians, in milliseconds. */
  readonly ours: number;
  readonly original: number | undefined;
  /** Median of the ratios of the pairs: what slows the machine down slows both of a pair. */
  readonly ratio: number | undefined;
}

async function timePairs(
  first: () => Promise<void>,
  second: (() => Promise<void> | undefined) | undefined,
  count: number,
): Promise<Pairs> {
  const timed = async (action: () => Promise<void> | undefined) => {
    const started = performance.now();
    await action();
    return performance.now() - started;
  };
  const pairs: { readonly ours: number; readonly original: number | undefined }[] = [];
  await first();
  for (let index = 0; index < count; index++) {
    pairs.push({
      ours: await timed(first),
      original: second === undefined ? undefined : await timed(second),
    });
  }
  const peers = pairs.flatMap(({ original }) => original === undefined ? [] : [original]);
  const ratios = pairs.flatMap(({ ours, original }) => original === undefined ? [] : [original / ours]);
  return {
    ours: median(pairs.map(({ ours }) => ours)),
    original: peers.length === 0 ? undefined : median(peers),
    ratio: ratios.length === 0 ? undefined : median(ratios),
  };
}

interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

async function run(command: readonly string[], surroundings: Surroundings): Promise<void> {
  const { code, stderr } = await output(command, surroundings);
  if (code !== 0) throw new Error(`${command.join(" ")}: exit ${code}\n${stderr.slice(-2000)}`);
}

async function output(
  [program = "", ...args]: readonly string[],
  { cwd, env }: Surroundings,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, cwd, env: { ...env } }).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** How long the executable takes to start, beside an empty program that was compiled alike, and Python. */

import { CreateClusterCommand } from "@aws-sdk/client-ecs";
import { makeClients, startMoto } from "../tests/worlds/aws/mod.ts";
import { startSimulator } from "../tests/worlds/program/process.ts";
import { part } from "../tests/worlds/require.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const PAIRS = 20;

/** One line of the report: what was measured, the figure, and what it should be at most. */
interface Figure {
  readonly name: string;
  readonly value: string;
  readonly budget?: string;
}

type Print = (figure: Figure) => void;

/** One program with its arguments, and what it is run with. */
interface Run {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where Deno keeps what it has compiled; nothing is to be found there at each start. */
  readonly forget?: string;
}

/** Compiles the program and an empty one, and times both in turn. */
export async function benchStartUp(print: Print): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-bench-" });
  try {
    const failure = await compileBoth(folder);
    if (failure !== undefined) {
      return print({
        name: "start of the executable",
        value: "not measured",
        budget: `it cannot be compiled here: ${failure}`,
      });
    }
    await timeAll(folder, print);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function timeAll(folder: string, print: Print): Promise<void> {
  const { size } = await Deno.stat(`${folder}/showtime`);
  print({ name: "size of the executable", value: `${(size / 1e6).toFixed(1)} MB`, budget: "110 MB" });
  // Deno's caches lie in the temporary folder.
  const env = { TMPDIR: `${folder}/tmp` };
  const empty = { command: [`${folder}/empty`], env };
  const version = { command: [`${folder}/showtime`, "version"], env };
  const forget = env.TMPDIR;
  const first = await timePairs({ ...version, forget }, { ...empty, forget });
  print({ name: "an empty compiled program, first run", value: formatMs(first.base) });
  print({
    name: "showtime version, first run",
    value: formatRatio(first),
    budget: "1.3 times the empty one",
  });
  const later = await timePairs(version, empty);
  print({ name: "an empty compiled program, later runs", value: formatMs(later.base) });
  print({
    name: "showtime version, later runs",
    value: formatRatio(later),
    budget: "1.3 times the empty one",
  });
  await timeSync(print, { program: `${folder}/showtime`, empty, env });
  const [load = 0] = Deno.loadavg();
  const processors = navigator.hardwareConcurrency;
  print({
    name: "load of the machine meanwhile",
    value: `${load.toFixed(1)} on ${processors} processors`,
    budget: "above that, ratios mean little",
  });
  const python = await timePairs({ command: ["python3", "-c", "pass"] }, empty).catch(() => undefined);
  print({
    name: "python3 -c pass",
    value: python === undefined ? "not installed" : formatMs(python.timed),
  });
}

/** A pull request that asks for nothing, on servers of this machine: one look at GitHub and at the cluster. */
async function timeSync(
  print: Print,
  options: { readonly program: string; readonly empty: Run; readonly env: Readonly<Record<string, string>> },
): Promise<void> {
  const name = "sync --platform ecs with nothing to do";
  const aws = await part("aws");
  if (aws.missing !== undefined) return print({ name, value: "not measured", budget: aws.missing });
  const moto = await startMoto();
  const simulator = await startSimulator(SEED);
  const region = "us-west-2";
  const env = {
    ...options.env,
    ...simulator.env,
    ...SETTINGS,
    AWS_REGION: region,
    AWS_ENDPOINT_URL: moto.url,
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    GITHUB_REPOSITORY: "acme/shop",
  };
  const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
  const clients = makeClients({ endpoint: moto.url, region, credentials });
  try {
    await clients.ecs.send(new CreateClusterCommand({ clusterName: "previews", tags: [] }));
    const times = await timePairs(
      { command: [options.program, "sync", "1", "--platform", "ecs"], env },
      options.empty,
    );
    print({ name, value: formatRatio(times), budget: "6 times the empty one" });
  } finally {
    clients.destroy();
    await simulator.stop();
    await moto.stop();
  }
}

interface Times {
  /** Medians, in milliseconds. */
  readonly timed: number;
  readonly base: number;
  /** Median of the ratios of the pairs: what slows the machine down slows both of a pair. */
  readonly ratio: number;
}

/** Times two programs in turn. */
async function timePairs(timed: Run, base: Run): Promise<Times> {
  const pairs: { readonly timed: number; readonly base: number }[] = [];
  await runOnce(timed);
  await runOnce(base);
  for (let index = 0; index < PAIRS; index++) {
    pairs.push({ timed: await runOnce(timed), base: await runOnce(base) });
  }
  return {
    timed: median(pairs.map((pair) => pair.timed)),
    base: median(pairs.map((pair) => pair.base)),
    ratio: median(pairs.map((pair) => pair.timed / pair.base)),
  };
}

async function runOnce({ command: [program = "", ...args], env = {}, forget }: Run): Promise<number> {
  if (forget !== undefined) {
    await Deno.remove(forget, { recursive: true }).catch(() => undefined);
    await Deno.mkdir(forget);
  }
  const started = performance.now();
  const { code, stderr } = await new Deno.Command(program, { args, env: { ...env } }).output();
  const ms = performance.now() - started;
  if (code !== 0) {
    throw new Error(`${program} ${args.join(" ")}: exit ${code}\n${new TextDecoder().decode(stderr)}`);
  }
  return ms;
}

/** Returns why it cannot be done here, or undefined. */
async function compileBoth(folder: string): Promise<string | undefined> {
  await Deno.mkdir(`${folder}/tmp`);
  await Deno.mkdir(`${folder}/nothing`);
  await Deno.writeTextFile(`${folder}/nothing/empty.js`, "");
  const empty = ["compile", "--quiet", "--no-config", `--output=${folder}/empty`, "empty.js"];
  const failure = await deno(empty, `${folder}/nothing`);
  if (failure !== undefined) return failure;
  const { success } = await new Deno.Command(`${folder}/empty`, { stderr: "null" }).output();
  if (!success) return `what it compiles does not start: DENORT_BIN is not of Deno ${Deno.version.deno}`;
  return await deno(
    ["run", "--quiet", "--allow-all", `${ROOT}tools/compile.ts`, "--output", `${folder}/showtime`],
    ROOT,
  );
}

async function deno(args: readonly string[], cwd: string): Promise<string | undefined> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return undefined;
  const lines = new TextDecoder().decode(stderr).split("\n").map((line) => line.trim());
  return lines.find((line) => /error sending request|denort/.test(line)) ?? lines[0] ?? "";
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function formatMs(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}

function formatRatio({ timed, ratio }: Times): string {
  return `${formatMs(timed)}, ${ratio.toFixed(2)} times`;
}

const SEED = {
  repository: "acme/shop",
  token_owner: "maxime",
  collaborators: { maxime: "admin" },
  labels: [],
  pulls: [{
    number: 1,
    title: "Add charts",
    author: "maxime",
    state: "open",
    draft: false,
    head: { sha: "aaaaaaa000000000000000000000000000000000", ref: "charts", repo: "acme/shop" },
    pusher: "maxime",
    labels: [],
  }],
};

const SETTINGS = {
  SHOWTIME_BUILD__IMAGE: "123456789012.dkr.ecr.us-west-2.amazonaws.com/previews",
  SHOWTIME_ECS__CLUSTER: "previews",
  SHOWTIME_ECS__CONTAINER: "app",
  SHOWTIME_ECS__LOG_GROUP: "/ecs/previews",
  SHOWTIME_ECS__EXECUTION_ROLE: "arn:aws:iam::123456789012:role/previews",
  SHOWTIME_ECS__SUBNETS: "[subnet-1]",
  SHOWTIME_ECS__SECURITY_GROUPS: "[sg-1]",
};

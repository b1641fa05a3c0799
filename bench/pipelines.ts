/**
 * Times of `showtime pipeline run`, beside bass and a bash script in the same run. `SHOWTIME_TEST_BASS` names a checkout
 * of bass, and `SHOWTIME_TEST_BASS_PYTHON` a Python of 3.12 or newer. Ours is dist/showtime, the executable, or else the
 * sources. All send their telemetry to a collector in a process of its own.
 */

import { type Bass, bassCommand, bassToMeasure } from "../tests/worlds/bass/builder.ts";
import { programCommand } from "../tests/worlds/program/process.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const STEPS = 100;
const RUNS = 9;
const OUTPUT_BYTES = 10_000_000;
const LATE_MS = 1_000;

/** Prints one line of the report: what, the figure, the budget. */
type Row = (line: { readonly name: string; readonly value: string; readonly budget?: string }) => void;

/** What a finished run showed. */
interface Watched {
  readonly code: number;
  readonly err: string;
  /** Until the first line that says how the build ended, in milliseconds. */
  readonly resultMs: number;
  /** Until the process ended. */
  readonly endMs: number;
  /** The most memory that the process held; undefined if this system does not say. */
  readonly peakBytes: number | undefined;
}

/** Measures steps, output and a late collector. */
export async function benchPipelines(row: Row): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-bench-" });
  await using collector = await startCollectorProcess(0);
  await using late = await startCollectorProcess(LATE_MS);
  try {
    const bench = { folder, row, endpoint: collector.endpoint };
    const ready = await isReady(bench);
    if (ready !== undefined) {
      row({ name: "pipelines: ours", value: "not measured", budget: ready });
    }
    await timeSteps(bench, { ours: ready === undefined });
    if (ready === undefined) {
      await timeOneStep(bench);
      await weighOutput(bench);
      await timeLateCollector({ ...bench, endpoint: late.endpoint });
    }
    const [load = 0] = Deno.loadavg();
    row({
      name: "  load of the machine at the end",
      value: `${load.toFixed(1)} on ${navigator.hardwareConcurrency} processors`,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Bench {
  readonly folder: string;
  readonly row: Row;
  readonly endpoint: string;
}

/** Returns why ours cannot be measured, or undefined. */
async function isReady(bench: Bench): Promise<string | undefined> {
  const { code, err } = await runOurs({ name: "ready", exec: ["true"] }, bench);
  return code === 0 ? undefined : err.trim().split("\n").at(-1) ?? `exit ${code}`;
}

/** Times a hundred steps and one: the difference is what a step takes. */
async function timeSteps(bench: Bench, { ours }: { readonly ours: boolean }): Promise<void> {
  const { row, folder } = bench;
  const bass = bassToMeasure();
  const [one, many] = [stepsOf(1), stepsOf(STEPS)];
  const ofBash = async (count: number) => {
    await Deno.writeTextFile(`${folder}/steps.sh`, "/bin/true\n".repeat(count));
    return await timed(new Deno.Command("bash", { args: [`${folder}/steps.sh`] }));
  };
  const rows: readonly (readonly [string, ((count: number) => Promise<number>) | undefined, string?])[] = [
    [
      "showtime",
      ours ? async (count) => (await runOurs(stepsOf(count), bench)).endMs : undefined,
      "at most 5 ms a step",
    ],
    ["bass", bass === undefined ? undefined : (count) => timeBass(bass, count === 1 ? one : many, bench)],
    ["a bash script", ofBash],
  ];
  for (const [name, run, budget] of rows) {
    if (run === undefined) {
      if (name === "bass") {
        row({
          name: "  bass",
          value: "not measured",
          budget: "SHOWTIME_TEST_BASS and SHOWTIME_TEST_BASS_PYTHON name none",
        });
      }
      continue;
    }
    const ms = { one: [] as number[], many: [] as number[] };
    await run(1);
    for (let index = 0; index < RUNS; index++) {
      ms.one.push(await run(1));
      ms.many.push(await run(STEPS));
    }
    const [first, all] = [median(ms.one), median(ms.many)];
    row({
      name: `pipelines: ${STEPS} sequential \`true\`, ${name}`,
      value: `${((all - first) / (STEPS - 1)).toFixed(2)} ms a step`,
      budget: `${all.toFixed(0)} ms in all, ${first.toFixed(0)} for one${
        budget === undefined ? "" : `; ${budget}`
      }`,
    });
  }
}

/** Times one step. Start-up is that of the command's own modules: `pipeline check` reads the same file and runs nothing. */
async function timeOneStep(bench: Bench): Promise<void> {
  const [start, one, traced]: [number[], number[], number[]] = [[], [], []];
  for (let index = 0; index < RUNS; index++) {
    one.push((await runOurs(stepsOf(1), { ...bench, endpoint: undefined })).endMs);
    // The file is that of the step.
    start.push(
      await timed(command([...ours(), "pipeline", "check", `${bench.folder}/pipeline.json`], bench)),
    );
    traced.push((await runOurs(stepsOf(1), bench)).endMs);
  }
  bench.row({
    name: "pipelines: one step",
    value: `${median(one).toFixed(0)} ms`,
    budget: `start-up, as of pipeline check, ${median(start).toFixed(0)} ms + 30; ${
      median(traced).toFixed(0)
    } ms with a collector`,
  });
}

async function weighOutput(bench: Bench): Promise<void> {
  const line = "x".repeat(99);
  const loud = (bytes: number) => ({ name: "loud", exec: ["sh", "-c", `yes ${line} | head -c ${bytes}`] });
  const weighed = { ...bench, weighs: true };
  const [little, much] = [await runOurs(loud(100), weighed), await runOurs(loud(OUTPUT_BYTES), weighed)];
  const mb = ({ peakBytes }: Watched) => peakBytes === undefined ? "?" : (peakBytes / 1e6).toFixed(0);
  bench.row({
    name: `pipelines: ${OUTPUT_BYTES / 1e6} MB of output in a step`,
    value: `${mb(much)} MB at most`,
    budget: `${mb(little)} MB with 100 bytes; ${much.endMs.toFixed(0)} ms`,
  });
}

/** Compares a collector that takes a second an answer with no collector. */
async function timeLateCollector(bench: Bench): Promise<void> {
  const [none, late]: [Watched[], Watched[]] = [[], []];
  for (let index = 0; index < 5; index++) {
    none.push(await runOurs(stepsOf(3), { ...bench, endpoint: undefined }));
    late.push(await runOurs(stepsOf(3), bench));
  }
  const delay = (of: (run: Watched) => number) => median(late.map(of)) - median(none.map(of));
  bench.row({
    name: `pipelines: a collector that takes ${LATE_MS / 1000} s an answer`,
    value: `result ${delay(({ resultMs }) => resultMs).toFixed(0)} ms later`,
    budget: `at most 100; end ${delay(({ endMs }) => endMs).toFixed(0)} ms later, at most 2100`,
  });
}

function stepsOf(count: number): Pipeline {
  return {
    name: "bench",
    steps: Array.from({ length: count }, (_, index) => ({ name: `s${index}`, exec: ["true"] })),
  };
}

/** A bare pipeline, which both programs read. */
type Pipeline = Readonly<Record<string, unknown>>;

async function runOurs(
  pipeline: Pipeline,
  { folder, endpoint, weighs = false }: {
    readonly folder: string;
    readonly endpoint: string | undefined;
    readonly weighs?: boolean;
  },
): Promise<Watched> {
  const file = `${folder}/pipeline.json`;
  await Deno.writeTextFile(file, JSON.stringify(pipeline));
  const flags = endpoint === undefined ? [] : ["-t", `${endpoint}/v1/traces`, "-l", `${endpoint}/v1/logs`];
  return await watch(command([...ours(), "pipeline", "run", file, ...flags], { folder }), { weighs });
}

async function timeBass(bass: Bass, pipeline: Pipeline, { folder, endpoint }: Bench): Promise<number> {
  const file = `${folder}/bass.json`;
  await Deno.writeTextFile(file, JSON.stringify(pipeline));
  return await timed(bassCommand(bass, {
    pipeline: file,
    flags: ["-t", `${endpoint}/v1/traces`, "-l", `${endpoint}/v1/logs`],
    cwd: folder,
    env: { PATH: Deno.env.get("PATH") ?? "" },
  }));
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

function command(
  [program = "", ...args]: readonly string[],
  { folder }: { readonly folder: string },
): Deno.Command {
  // The launcher of the repository comes first.
  const env = { PATH: `${ROOT.replace(/\/$/, "")}:${Deno.env.get("PATH") ?? ""}` };
  return new Deno.Command(program, {
    args,
    cwd: folder,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function timed(run: Deno.Command): Promise<number> {
  const started = performance.now();
  const { code, stderr } = await run.output();
  if (code !== 0) throw new Error(`exit ${code}: ${new TextDecoder().decode(stderr).slice(-2000)}`);
  return performance.now() - started;
}

async function watch(run: Deno.Command, { weighs }: { readonly weighs: boolean }): Promise<Watched> {
  const started = performance.now();
  const child = run.spawn();
  let [resultMs, peakBytes, ended] = [0, undefined as number | undefined, false];
  const weigh = async () => {
    while (weighs && !ended) {
      peakBytes = await peakOf(child.pid) ?? peakBytes;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  // The result is the last thing that a run writes, before telemetry is sent.
  const read = async () => {
    for await (const _ of child.stdout) resultMs = performance.now() - started;
  };
  const [{ code }, err] = await Promise.all([
    child.status.then((status) => {
      ended = true;
      return status;
    }),
    new Response(child.stderr).text(),
    read(),
    weigh(),
  ]);
  return { code, err, resultMs, endMs: performance.now() - started, peakBytes };
}

/** The most memory that a process has held, as Linux says. Deno lets only programs with every right read it. */
async function peakOf(pid: number): Promise<number | undefined> {
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/status`], stderr: "null" })
    .output();
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(new TextDecoder().decode(stdout)) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

interface CollectorProcess extends AsyncDisposable {
  readonly endpoint: string;
}

/** Starts a collector that answers after so many milliseconds. */
async function startCollectorProcess(delayMs: number): Promise<CollectorProcess> {
  const script =
    `const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) },
    async (request) => {
      await request.arrayBuffer();
      if (${delayMs} > 0) await new Promise((resolve) => setTimeout(resolve, ${delayMs}));
      return new Response("{}", { headers: { "content-type": "application/json" } });
    });`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const port = new TextDecoder().decode(value).trim();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    },
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

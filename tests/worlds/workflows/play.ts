/** Plays a workflow: decides what starts, runs the `run:` steps in a shell as a runner does, and notes every `uses:`. */

import { evaluate, holds, interpolate } from "./expressions.ts";
import { startsWorkflow, type Workflow, type WorkflowJob, type WorkflowStep } from "./workflow.ts";

/** What happened on GitHub. */
export interface PlayedEvent {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The machine and the GitHub that a workflow is played on. */
export interface Runner {
  /** `owner/name`. */
  readonly repository: string;
  readonly actor: string;
  readonly apiUrl: string;
  readonly runId: number;
  readonly token: string;
  /** The commit and the ref of the run. */
  readonly sha?: string;
  readonly ref?: string;
  /** Plays an action: `workspace` is the folder of the job, `bin` one that is searched for programs. */
  readonly uses?: (
    step: { readonly uses: string; readonly with: Readonly<Record<string, string>> },
    folders: { readonly workspace: string; readonly bin: string },
  ) => Promise<void>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** A step that was come to. */
export interface PlayedStep {
  readonly name: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  /** Undefined for `uses:`. */
  readonly code?: number;
  readonly output: string;
}

/** A job, once for each value of its matrix. */
export interface PlayedJob {
  readonly id: string;
  /** Its condition did not hold. */
  readonly skipped: boolean;
  readonly failed: boolean;
  readonly group: string | undefined;
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: readonly PlayedStep[];
}

/** Plays a workflow for an event. Empty: the event does not start it. */
export async function playWorkflow(
  workflow: Workflow,
  { event, runner }: { readonly event: PlayedEvent; readonly runner: Runner },
): Promise<readonly PlayedJob[]> {
  const action = event.payload["action"];
  if (
    !startsWorkflow(workflow, { event: event.name, action: typeof action === "string" ? action : undefined })
  ) return [];
  const github = {
    event_name: event.name,
    event: event.payload,
    repository: runner.repository,
    run_id: String(runner.runId),
    run_attempt: "1",
    sha: runner.sha ?? "",
    ref: runner.ref ?? "",
    actor: runner.actor,
    token: runner.token,
  };
  const inputs = event.payload["inputs"] ?? {};
  const played: PlayedJob[] = [];
  for (const [id, job] of Object.entries(workflow.jobs)) {
    const needs = Object.fromEntries(
      [job.needs ?? []].flat().map((name) => [name, needOf(name, played)]),
    );
    const stopped = Object.values(needs).some(({ result }) => result !== "success");
    const contexts = { github, inputs, needs, vars: runner.vars ?? {}, secrets: runner.secrets ?? {} };
    // As GitHub does: whether a job runs is decided before its matrix is looked at.
    if (stopped || !holds(job.if, contexts)) {
      played.push({
        id,
        skipped: true,
        failed: false,
        group: groupOf(job, contexts),
        outputs: {},
        steps: [],
      });
      continue;
    }
    for (const matrix of matrixOf(job, contexts)) {
      const world = { ...contexts, matrix };
      const group = groupOf(job, world);
      played.push({ id, skipped: false, group, ...await playJob(job, { workflow, world, runner, event }) });
    }
  }
  return played;
}

function needOf(name: string, played: readonly PlayedJob[]) {
  const job = played.find(({ id }) => id === name);
  const result = job === undefined || job.skipped ? "skipped" : job.failed ? "failure" : "success";
  return { result, outputs: job?.outputs ?? {} };
}

function groupOf(job: WorkflowJob, contexts: Readonly<Record<string, unknown>>): string | undefined {
  return job.concurrency === undefined
    ? undefined
    : interpolate(job.concurrency.group, { matrix: {}, ...contexts });
}

function matrixOf(job: WorkflowJob, contexts: Readonly<Record<string, unknown>>) {
  const [entry] = Object.entries(job.strategy?.matrix ?? {});
  if (entry === undefined) return [{}];
  const [key, text] = entry;
  const values = evaluate(text.replace(/^\$\{\{|\}\}$/g, "").trim(), contexts);
  if (!Array.isArray(values)) throw new Error(`Playing a matrix: ${key} is no list`);
  return values.map((value: unknown) => ({ [key]: value }));
}

interface Playing {
  readonly workflow: Workflow;
  readonly world: Readonly<Record<string, unknown>>;
  readonly runner: Runner;
  readonly event: PlayedEvent;
}

async function playJob(
  job: WorkflowJob,
  playing: Playing,
): Promise<Pick<PlayedJob, "failed" | "outputs" | "steps">> {
  const { workflow, world } = playing;
  const folder = await Deno.makeTempDir({ prefix: "showtime-runner-" });
  try {
    for (const each of ["workspace", "temp", "home", "bin"]) await Deno.mkdir(`${folder}/${each}`);
    const env = fill({ ...workflow.env, ...job.env }, world);
    const results: Record<string, { outputs: Readonly<Record<string, string>> }> = {};
    const steps: PlayedStep[] = [];
    let failed = false;
    for (const step of job.steps ?? []) {
      const seen = { ...world, env, steps: results };
      if ((failed && !/\balways\(\)/.test(step.if ?? "")) || !holds(step.if, seen)) continue;
      const name = step.name ?? step.uses ?? "run";
      if (step.run === undefined) {
        const used = { uses: step.uses ?? "", with: fill(step.with ?? {}, seen) };
        await playing.runner.uses?.(used, { workspace: `${folder}/workspace`, bin: `${folder}/bin` });
        steps.push({ name, ...used, output: "" });
        continue;
      }
      const run = { ...step, run: step.run };
      const ended = await runStep(run, {
        ...playing,
        world: seen,
        folder,
        env: { ...env, ...fill(step.env ?? {}, seen) },
      });
      if (step.id !== undefined) results[step.id] = { outputs: ended.outputs };
      steps.push({ name, code: ended.code, output: ended.output });
      failed ||= ended.code !== 0;
    }
    return { failed, steps, outputs: fill(job.outputs ?? {}, { ...world, env, steps: results }) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface RunningStep extends Playing {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

async function runStep(
  step: WorkflowStep & { readonly run: string },
  { folder, runner, event, world, env, workflow }: RunningStep,
) {
  const path = (name: string) => `${folder}/temp/${name}`;
  await Deno.writeTextFile(path("event.json"), JSON.stringify(event.payload));
  await Deno.writeTextFile(path("output"), "");
  await Deno.writeTextFile(path("script.sh"), interpolate(step.run, world));
  const added = await Deno.readTextFile(path("path")).catch(() => "");
  const folders = added.split("\n").filter((line) => line !== "").toReversed();
  const shell = step.shell ?? workflow.defaults?.run?.shell;
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    // With a shell that is named the runner minds failures within pipes, else only those of whole commands.
    args: shell === "bash"
      ? ["--noprofile", "--norc", "-eo", "pipefail", path("script.sh")]
      : ["-e", path("script.sh")],
    cwd: `${folder}/workspace`,
    clearEnv: true,
    env: {
      PATH: [...folders, `${folder}/bin`, Deno.env.get("PATH") ?? ""].join(":"),
      HOME: `${folder}/home`,
      ...kept("DENO_DIR", "DENO_TLS_CA_STORE"),
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_ACTOR: runner.actor,
      GITHUB_TRIGGERING_ACTOR: runner.actor,
      GITHUB_API_URL: runner.apiUrl,
      GITHUB_GRAPHQL_URL: `${runner.apiUrl}/graphql`,
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_EVENT_NAME: event.name,
      GITHUB_EVENT_PATH: path("event.json"),
      GITHUB_REPOSITORY: runner.repository,
      GITHUB_RUN_ID: String(runner.runId),
      GITHUB_RUN_ATTEMPT: "1",
      GITHUB_OUTPUT: path("output"),
      GITHUB_PATH: path("path"),
      GITHUB_STEP_SUMMARY: path("summary"),
      RUNNER_TEMP: `${folder}/temp`,
      RUNNER_OS: "Linux",
      RUNNER_ARCH: "X64",
      ...env,
    },
    stdin: "null",
  }).output();
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { code, output, outputs: readOutputs(await Deno.readTextFile(path("output"))) };
}

/** Reads a runner's file of outputs: `name=value`, and `name<<END` for values of several lines. */
function readOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const [, long, end] = /^([\w-]+)<<(.+)$/.exec(line) ?? [];
    if (long !== undefined && end !== undefined) {
      const close = lines.indexOf(end, at + 1);
      outputs[long] = lines.slice(at + 1, close).join("\n");
      at = close;
      continue;
    }
    const [, name, value] = /^([\w-]+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) outputs[name] = value;
  }
  return outputs;
}

function fill(
  values: Readonly<Record<string, string | number | boolean>>,
  contexts: Readonly<Record<string, unknown>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, interpolate(String(value), contexts)]),
  );
}

function kept(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

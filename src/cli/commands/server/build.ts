import { EXIT, type ExitCode, passCode, usageError } from "../../../lib/errors.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { CommandEnv } from "../../command.ts";
import { renderTable } from "../../render/mod.ts";
import type { ServerCalls } from "../../server_types.ts";
import { buildNumber, readCount, serverOf } from "./shared.ts";

/** A build as the server describes it. Fields that a newer server adds stay. */
interface BuildDocument {
  readonly id: string;
  readonly pipeline: string;
  readonly state: string;
  readonly reason: string | null;
  readonly ref: string | null;
  readonly sha: string | null;
  readonly url: string | null;
  readonly exit_code: number | null;
  readonly queued_at: string;
  readonly steps?: readonly StepDocument[];
}

interface StepDocument {
  readonly name: string;
  readonly status: string;
  readonly reason: string | null;
  readonly duration_ms: number | null;
  readonly steps: readonly StepDocument[];
}

/** Queues a build, and waits for it under `--wait`. */
export async function runTrigger(env: CommandEnv): Promise<ExitCode> {
  const { args: [pipeline = ""], values, signal } = env;
  const server = await serverOf(env);
  const variables = values.raws("env").map((text) => {
    const split = text.indexOf("=");
    if (split > 0) return [text.slice(0, split), text.slice(split + 1)] as const;
    throw usageError("env_malformed", `Reading --env: "${text}" is not KEY=value`, "Write it as LEVEL=2");
  });
  const ref = values.text("ref");
  const body = { pipeline, env: Object.fromEntries(variables), ...(ref === undefined ? {} : { ref }) };
  const queued = await server.ask({ method: "POST", path: "/api/v1/builds", body }, signal) as BuildDocument;
  if (!values.flag("wait")) {
    show(env, queued);
    return EXIT.done;
  }
  env.terminal.say(`Build ${queued.id} of ${pipeline} is queued`);
  const ended = await follow(env, { server, id: queued.id, print: !env.flags.json });
  if (env.flags.json) env.json(ended);
  else env.terminal.say(line(ended));
  if (ended.state === "passed") return EXIT.done;
  return passCode(ended.exit_code === null || ended.exit_code === 0 ? EXIT.failed : ended.exit_code);
}

/** Lists builds. */
export async function runList(env: CommandEnv): Promise<ExitCode> {
  const { values, signal, flags } = env;
  const query = new URLSearchParams({ limit: String(values.readDefaulted("limit", readCount)) });
  for (const name of ["pipeline", "state"]) {
    const value = values.text(name);
    if (value !== undefined) query.set(name, value);
  }
  const server = await serverOf(env);
  const answer = await server.ask({ method: "GET", path: `/api/v1/builds?${query}` }, signal);
  if (flags.json) {
    env.json(answer);
    return EXIT.done;
  }
  const { builds } = answer as { readonly builds: readonly BuildDocument[] };
  if (builds.length === 0) {
    env.lines(["No builds"]);
    return EXIT.done;
  }
  const columns = [
    { title: "BUILD" },
    { title: "PIPELINE" },
    { title: "STATE" },
    { title: "REF", shrinks: true },
    { title: "QUEUED" },
    { title: "REASON", shrinks: true },
  ];
  const rows = builds.map((build) =>
    [build.id, build.pipeline, build.state, build.ref ?? "", timeOf(build.queued_at), build.reason ?? ""]
      .map((text) => ({ text }))
  );
  env.lines(renderTable(columns, rows, env));
  return EXIT.done;
}

/** Shows a build and its steps. */
export async function runShow(env: CommandEnv): Promise<ExitCode> {
  show(env, await readBuild(await serverOf(env), buildNumber(env), env.signal));
  return EXIT.done;
}

/** Prints the output of a build. */
export async function runLogs(env: CommandEnv): Promise<ExitCode> {
  const server = await serverOf(env);
  const id = buildNumber(env);
  if (env.values.flag("follow")) {
    await follow(env, { server, id, print: true });
    return EXIT.done;
  }
  for await (const text of linesOf(await server.open(`/api/v1/builds/${id}/log`, env.signal))) {
    env.lines([stripControls(text)]);
  }
  return EXIT.done;
}

/** Cancels a build. */
export async function runCancel(env: CommandEnv): Promise<ExitCode> {
  return await change(env, "cancel");
}

/** Runs a build again. */
export async function runRerun(env: CommandEnv): Promise<ExitCode> {
  return await change(env, "rerun");
}

async function change(env: CommandEnv, what: "cancel" | "rerun"): Promise<ExitCode> {
  const server = await serverOf(env);
  const path = `/api/v1/builds/${buildNumber(env)}/${what}`;
  show(env, await server.ask({ method: "POST", path }, env.signal) as BuildDocument);
  return EXIT.done;
}

async function readBuild(server: ServerCalls, id: string, signal: AbortSignal): Promise<BuildDocument> {
  return await server.ask({ method: "GET", path: `/api/v1/builds/${id}` }, signal) as BuildDocument;
}

function show(env: CommandEnv, build: BuildDocument): void {
  if (env.flags.json) return env.json(build);
  env.lines([line(build), ...(build.steps ?? []).flatMap((step) => stepLines(step, "  "))]);
  if (build.url !== null) env.lines([build.url]);
}

function line({ id, pipeline, state, reason, ref, sha }: BuildDocument): string {
  const commit = [ref, sha?.slice(0, 7)].filter((each) => each !== null && each !== undefined).join(" at ");
  const why = reason === null ? "" : `: ${stripControls(reason)}`;
  return `Build ${id} of ${pipeline} (${stripControls(commit)}): ${state}${why}`;
}

function stepLines(step: StepDocument, indent: string): readonly string[] {
  const time = step.duration_ms === null ? "" : `  ${(step.duration_ms / 1000).toFixed(1)}s`;
  const why = step.reason === null ? "" : `  ${stripControls(step.reason)}`;
  const own = `${indent}${stripControls(step.name)}  ${step.status}${time}${why}`;
  return [own, ...step.steps.flatMap((each) => stepLines(each, `${indent}  `))];
}

/** Follows the events of a build until it ends, and returns it. A broken stream is opened again where it broke. */
async function follow(
  env: CommandEnv,
  { server, id, print }: { readonly server: ServerCalls; readonly id: string; readonly print: boolean },
): Promise<BuildDocument> {
  let last = "0";
  for (;;) {
    const stream = await server.open(`/api/v1/builds/${id}/events?after=${last}`, env.signal);
    try {
      for await (const text of linesOf(stream)) {
        if (text.startsWith("id: ")) last = text.slice(4);
        if (!print || !text.startsWith("data: ")) continue;
        const event = JSON.parse(text.slice(6)) as {
          readonly kind?: string;
          readonly step?: { readonly path: string };
          readonly lines?: readonly string[];
        };
        if (event.kind !== "step_output") continue;
        env.lines((event.lines ?? []).map((each) => stripControls(`${event.step?.path} | ${each}`)));
      }
    } catch (error) {
      env.signal.throwIfAborted();
      env.terminal.detail(`The stream of events broke off: ${error}`);
    }
    const build = await readBuild(server, id, env.signal);
    if (!["queued", "running", "cancelling"].includes(build.state)) return build;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function timeOf(instant: string): string {
  return instant.slice(0, 16).replace("T", " ");
}

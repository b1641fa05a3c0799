/**
 * Records bass's answers to the cases of tests/fixtures/bass, as answers.json:
 * `deno run -A tools/record_bass.ts FOLDER_OF_BASS PYTHON`. The README there says which bass and which Python.
 */

import type { BassAnswer, BassCase } from "../tests/worlds/bass/cases.ts";
import { type Bass, bassCommand, bassEnvironment } from "../tests/worlds/bass/builder.ts";
import { makeProgramsPlace, type ProgramsPlace } from "../tests/worlds/bass/programs.ts";
import { logsBySpan, type OtlpLog, type OtlpSpan, spanTrees } from "../tests/worlds/bass/span_trees.ts";

const FIXTURES = new URL("../tests/fixtures/bass/", import.meta.url);
const ROOT_SPAN = "b".repeat(16);

/** What the collector was sent since the last call. */
interface Collector {
  readonly endpoint: string;
  take(): { readonly spans: readonly OtlpSpan[]; readonly logs: readonly OtlpLog[] };
}

function collect(signal: AbortSignal): Collector {
  let spans: OtlpSpan[] = [];
  let logs: OtlpLog[] = [];
  // deno-lint-ignore no-explicit-any -- bass's own messages, whose shape is known
  const take = (message: any) => {
    for (const { scopeSpans } of message.resourceSpans ?? []) spans.push(...scopeSpans[0].spans);
    for (const { scopeLogs } of message.resourceLogs ?? []) logs.push(...scopeLogs[0].logRecords);
  };
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", signal, onListen: () => {} },
    async (request) => {
      take(await request.json());
      return new Response("{}");
    },
  );
  return {
    endpoint: `http://127.0.0.1:${server.addr.port}`,
    take() {
      const taken = { spans, logs };
      [spans, logs] = [[], []];
      return taken;
    },
  };
}

async function build(
  each: BassCase,
  { bass, place, collector }: {
    readonly bass: Bass;
    readonly place: ProgramsPlace;
    readonly collector: Collector;
  },
): Promise<BassAnswer> {
  const [pipeline, changes] = [place.beside("pipeline.json"), place.beside("changes")];
  await Deno.writeTextFile(pipeline, JSON.stringify(each.pipeline));
  if (each.changeset !== undefined) {
    await Deno.writeTextFile(changes, each.changeset.map((path) => `${path}\n`).join(""));
  }
  const { code, stderr } = await bassCommand(bass, {
    pipeline,
    flags: [
      ...["--root", place.root, "--trace-id", "a".repeat(32), "--root-span-id", ROOT_SPAN],
      ...["--traces-endpoint", `${collector.endpoint}/v1/traces`],
      ...["--logs-endpoint", `${collector.endpoint}/v1/logs`],
      ...each.changeset === undefined ? [] : ["--changeset", changes],
      ...each.generate_root === true ? ["--generate-root-span"] : [],
    ],
    cwd: place.root,
    env: { ...place.env, ...each.env },
  }).output();
  const survivors = await place.endSurvivors();
  const { ran = [], ...naps } = await place.ran();
  const { spans, logs } = collector.take();
  const { spans: trees, orphans } = spanTrees(spans, ROOT_SPAN);
  const text = (value: unknown) => JSON.stringify(value);
  return {
    exit_code: code,
    ran: each.any_order === true ? ran.toSorted((a, b) => text(a) < text(b) ? -1 : 1) : ran,
    ...naps,
    ...survivors === 0 ? {} : { survivors },
    spans: trees,
    ...orphans.length === 0 ? {} : { orphans },
    logs: logsBySpan(logs, spans),
    ...code === 1 ? { error: lastLine(stderr) } : {},
  };
}

/** Starts bass's orchestrator with an environment file, and asks it for a job. */
async function readEnvFile(
  text: string,
  { bass, place, collector }: {
    readonly bass: Bass;
    readonly place: ProgramsPlace;
    readonly collector: Collector;
  },
): Promise<BassAnswer> {
  const files = { "jobs.json": '{"p":{"repository":"r","ref":"main","exec":["ok"]}}', env: text, keys: "" };
  for (const [name, content] of Object.entries(files)) await Deno.writeTextFile(place.beside(name), content);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  // A proxy that answers keeps the orchestrator from a collector that somebody else runs on its fixed address.
  const orchestrator = new Deno.Command(bass.python, {
    args: [
      ...[`${bass.folder}/orchestrator.py`, "--port", String(port), "--env-file", place.beside("env")],
      ...["--pipelines-file", place.beside("jobs.json"), "--worker-keys-file", place.beside("keys")],
    ],
    clearEnv: true,
    env: { ...place.env, ...bassEnvironment(bass), http_proxy: collector.endpoint, no_proxy: "" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(orchestrator.stderr).text();
  let ended = false;
  const end = orchestrator.status.then(({ code }) => {
    ended = true;
    return code;
  });
  const url = `http://127.0.0.1:${port}`;
  while (!ended) {
    try {
      const queued = await fetch(`${url}/webhook?pipeline=p`, { method: "POST" });
      await queued.body?.cancel();
      const answer = await fetch(`${url}/dequeue`, { method: "POST", body: '{"tags":[]}' });
      const { env } = await answer.json();
      orchestrator.kill("SIGKILL");
      await end;
      await stderr;
      collector.take();
      return { exit_code: 0, env };
    } catch {
      // It does not listen yet.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return { exit_code: await end, error: lastLine(new TextEncoder().encode(await stderr)) };
}

function lastLine(stderr: Uint8Array): string {
  return new TextDecoder().decode(stderr).trimEnd().split("\n").at(-1) ?? "";
}

const [folder = "", python = ""] = Deno.args;
const cases: readonly BassCase[] = JSON.parse(await Deno.readTextFile(new URL("cases.json", FIXTURES)));
const stop = new AbortController();
const collector = collect(stop.signal);
const answers: Record<string, BassAnswer> = {};
for (const each of cases) {
  await using place = await makeProgramsPlace();
  const world = { bass: { folder, python }, place, collector };
  answers[each.name] = each.env_file === undefined
    ? await build(each, world)
    : await readEnvFile(each.env_file, world);
}
await Deno.writeTextFile(
  new URL("answers.json", FIXTURES),
  JSON.stringify(answers, null, 1).replaceAll(folder, "BASS") + "\n",
);
stop.abort();

import { type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { readPort } from "../../read_arguments.ts";
import { renderJsonLine } from "../../render/mod.ts";
import { serveToTheEnd } from "../../serve_to_the_end.ts";
import { databaseOf, readCount } from "./shared.ts";

/** Runs the server until a signal ends it. */
export async function runServe(env: CommandEnv): Promise<ExitCode> {
  const { values, signal, terminal } = env;
  const wiring = await env.wiring();
  const read = async (flag: string) => {
    const path = values.text(flag);
    return path === undefined ? undefined : await (await wiring.pipelineFiles()).readText(path, signal);
  };
  const [cert, key] = [await read("tls-cert"), await read("tls-key")];
  if ((cert === undefined) !== (key === undefined)) {
    throw usageError(
      "flags_conflict",
      "Reading the command line: a certificate needs its key",
      "Give --tls-cert and --tls-key",
    );
  }
  const files = await wiring.files();
  /** Takes a file by the name that bass gives it. Its use is said, since keys decide who may do what. */
  const existing = async (path: string) => {
    if (await files.read(path) === undefined) return undefined;
    terminal.notice(`Using ${path}`);
    return path;
  };
  const { address, finished } = await wiring.server({
    pipelinesFile: values.text("pipelines-file") ?? "orchestrator-pipelines.json",
    envFile: values.text("env-file") ?? await existing("orchestrator.env"),
    workerKeysFile: values.text("worker-keys-file") ?? await existing("worker-keys"),
    host: values.text("host") ?? "127.0.0.1",
    port: values.readDefaulted("port", readPort),
    tracesEndpoint: values.text("traces-endpoint"),
    logsEndpoint: values.text("logs-endpoint"),
    stateFolder: values.text("state") ?? ".showtime/server",
    databaseUrl: databaseOf(env),
    publicUrl: values.text("public-url")?.replace(/\/+$/, ""),
    certificate: cert === undefined || key === undefined ? undefined : { cert, key },
    trustedProxies: values.several("trusted-proxy") ?? [],
    maxQueued: values.readDefaulted("max-queued", readCount),
    syncs: values.readDefaulted("syncs", readCount),
    terminal,
  }, signal);
  terminal.out(env.flags.json ? renderJsonLine({ address }) : `Showtime serves builds on ${address}`);
  env.next("start a worker with `showtime worker`");
  return await serveToTheEnd(finished, signal);
}

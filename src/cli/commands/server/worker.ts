import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { readDuration } from "../../read_arguments.ts";
import { readCount } from "./shared.ts";

/** Runs a worker until a signal ends it. Work that ends in time is no failure. */
export async function runWorkerCommand(env: CommandEnv): Promise<ExitCode> {
  const { values, variables, signal, terminal } = env;
  const wiring = await env.wiring();
  const keyFile = values.text("key-file");
  const key = keyFile === undefined
    ? variables["SHOWTIME_API_KEY"] || variables["BASS_API_KEY"]
    : (await (await wiring.pipelineFiles()).readText(keyFile, signal)).trim();
  const url = values.text("dequeue-endpoint") ?? "http://localhost:8080/dequeue";
  await wiring.worker({
    url,
    key: key || undefined,
    workspaceRoot: values.text("workspace-root") ?? ".showtime/worker",
    name: values.text("name"),
    tags: values.several("tags") ?? [],
    slots: values.readDefaulted("slots", readCount),
    drainMs: values.readDefaulted("drain", readDuration),
    passEnv: values.several("pass-env") ?? [],
    terminal,
  }, signal);
  return EXIT.done;
}

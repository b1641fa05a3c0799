import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { TextLineStream } from "../text_lines.ts";
import { type Launch, type RunningTask, TaskStartError } from "./task_runner.ts";

/** Runs the command of a container as a process of this machine, with the container's variables and no others. */
export function runLocally(
  { entryPoint = [], command = [], environment = [] }: ContainerDefinition,
  launch: Launch,
): RunningTask {
  const [program = "", ...args] = [...entryPoint, ...command];
  const child = spawn(program, {
    args,
    env: Object.fromEntries(environment.map(({ name = "", value = "" }) => [name, value])),
  });
  const lines = [child.stdout, child.stderr].map(async (stream) => {
    const texts = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of texts) launch.log(line);
  });
  const ended = Promise.all([child.status, ...lines]).then(([{ code }]) => ({
    exitCode: code,
    reason: undefined,
  }));
  return {
    ended,
    check: () => Promise.resolve(undefined),
    async stop() {
      try {
        child.kill("SIGKILL");
      } catch (error) {
        // It has ended.
        if (!(error instanceof TypeError)) throw error;
      }
      await ended;
    },
  };
}

function spawn(
  program: string,
  { args, env }: { readonly args: string[]; readonly env: Record<string, string> },
): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args,
      env: { PATH: "/usr/bin:/bin", ...env },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    throw new TaskStartError(`CannotStartContainerError: ${program}: ${String(error)}`);
  }
}

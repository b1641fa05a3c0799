import { AppError } from "../../lib/errors.ts";
import type { Shell, ShellResult } from "../../ports/shell.ts";
import { engineError, lastWords } from "./errors.ts";

/** One call of the docker command. */
export interface DockerCall {
  /** The attempted action as messages name it: "Listing containers". */
  readonly action: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Text for standard input. Secrets go here, since arguments can be read by every user of the machine. */
  readonly stdin?: string;
  readonly onLine?: (line: string) => void;
  /** Milliseconds; one minute if the key is absent, no limit if it is `undefined`. */
  readonly timeoutMs?: number | undefined;
  /** The caller classifies failures: not every message or timeout of this command is the engine's. */
  readonly raw?: boolean;
}

/** The docker command. An engine that does not answer is distinguished from every other failure. */
export interface DockerCli {
  /** Address of the configured engine, as in DOCKER_HOST. */
  readonly host: string | undefined;
  /** Runs the command; a non-zero exit is a value. Throws AppError `engine_unavailable` (never retryable). */
  run(args: readonly string[], call: DockerCall, signal: AbortSignal): Promise<ShellResult>;
  /** Runs a command that has to succeed; any other exit throws AppError `engine_failed`. */
  must(args: readonly string[], call: DockerCall, signal: AbortSignal): Promise<ShellResult>;
}

/** Makes the docker command for one engine. `passes` names variables that it gets besides the usual ones. */
export function makeDockerCli(
  shell: Shell,
  options: { readonly host: string | undefined; readonly passes?: readonly string[] | undefined },
): DockerCli {
  const { host, passes = [] } = options;
  async function run(args: readonly string[], call: DockerCall, signal: AbortSignal): Promise<ShellResult> {
    const timeoutMs = "timeoutMs" in call ? call.timeoutMs : 60_000;
    const result = await shell.run({
      program: "docker",
      args,
      env: { ...(host === undefined ? {} : { DOCKER_HOST: host }), ...call.env },
      passes,
      ...(call.stdin === undefined ? {} : { stdin: call.stdin }),
      ...(call.onLine === undefined ? {} : { onLine: call.onLine }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    }, signal);
    if (call.raw === true) return result;
    const failure = engineError(result, { action: call.action, host });
    if (failure !== undefined) throw failure;
    return result;
  }

  async function must(args: readonly string[], call: DockerCall, signal: AbortSignal): Promise<ShellResult> {
    const result = await run(args, call, signal);
    if (result.code === 0) return result;
    throw new AppError("engine_failed", `${call.action}: ${lastWords(result.stderr)}`, {
      hint: "Read the engine's own log; `docker ps -a` lists its containers",
    });
  }

  return { host, run, must };
}

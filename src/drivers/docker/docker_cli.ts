import { AppError } from "../../lib/errors.ts";
import type { Shell, ShellResult } from "../../ports/shell.ts";
import { engineError, lastWords } from "./errors.ts";

/** One call of the docker command. */
export interface DockerCall {
  /** What a person is told was attempted, as "Listing containers". */
  readonly action: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What the command reads: secrets, which never stand among the arguments. */
  readonly stdin?: string;
  readonly onLine?: (line: string) => void;
  /** Milliseconds; one minute unless given, `undefined` for no limit. */
  readonly timeoutMs?: number | undefined;
  /** The output is not the engine's own words, or the time limit not about the engine: the caller classifies failures. */
  readonly raw?: boolean;
}

/** The docker command, with an engine that does not answer told apart from everything else. */
export interface DockerCli {
  /** The engine that was configured, as DOCKER_HOST names it. */
  readonly host: string | undefined;
  /** A non-zero exit is a value; throws AppError `engine_unavailable` (never retryable). */
  run(args: readonly string[], call: DockerCall, signal: AbortSignal): Promise<ShellResult>;
  /** The same for calls that have to succeed; throws AppError `engine_failed` with the engine's last words. */
  must(args: readonly string[], call: DockerCall, signal: AbortSignal): Promise<ShellResult>;
}

/** Makes the docker command for one engine; `passes` variables beside the usual ones. */
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
      hint: "Look at the engine's own log; `docker ps -a` shows what is there",
    });
  }

  return { host, run, must };
}

import {
  type HookCommand,
  type HookEnd,
  hookFailure,
  type HookName,
  hookWords,
} from "../../../environments/core/environment/hooks.ts";
import { AppError } from "../../../lib/errors.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { HookEvents } from "../../../environments/ports/hook_events.ts";
import type { Engine } from "../engine.ts";
import { lastWords } from "../errors.ts";
import { type Container, inspectContainers } from "../run/container.ts";

/** The number of lines of a command's output that its failure carries. */
const TAIL_LINES = 50;

/** A command to run in a container. */
export interface HookRun extends HookEvents {
  readonly name: HookName;
  readonly command: HookCommand;
  readonly timeoutMs: number;
  readonly container: { readonly id: string; readonly name: string };
}

/**
 * Runs a command in a container until it ends. Throws AppError `hook_failed`. After a time limit or an abort the
 * command goes on in the container, since the engine does not end it with its caller: the caller of this
 * function removes the container, which ends the command.
 */
export async function runHook(engine: Engine, run: HookRun, signal: AbortSignal): Promise<void> {
  const { container, name, command, timeoutMs } = run;
  const action = `Running ${name} in "${container.name}"`;
  const output = run.onHook?.(`Running ${name} in ${container.name}`);
  const tail: string[] = [];
  try {
    const result = await engine.docker.run(["exec", container.id, ...hookWords(command)], {
      action,
      timeoutMs,
      raw: true,
      onLine(line) {
        const plain = stripControls(line);
        output?.line(plain);
        tail.push(plain);
        if (tail.length > TAIL_LINES) tail.shift();
      },
    }, signal);
    if (result.code === 0 && !result.timedOut) return;
    const end = result.timedOut
      ? { kind: "timeout", afterMs: timeoutMs } as const
      : await explainExit(engine, { ...run, code: result.code, words: result.stderr }, signal);
    throw hookFailure(name, { place: container.name, end, output: tail });
  } finally {
    output?.end();
  }
}

/** The words with which the engine refuses to run a command, whose exit code is then 1. */
const REFUSED = /^(?:error response from daemon: |error: no such container)/im;

/**
 * Finds out what an exit code means. The docker command ends with 1 if the container does not run or is paused, and a
 * command may end with 1 itself, so that the engine's words decide.
 */
async function explainExit(
  engine: Engine,
  run: HookRun & { readonly code: number; readonly words: string },
  signal: AbortSignal,
): Promise<HookEnd> {
  const { code, words, container } = run;
  // The output of a command may look like a refusal of the engine, so the engine itself is asked.
  const [found] = await inspectContainers(engine.docker, [container.id], signal);
  const restarted = code === 137 && found?.state.everEnded === true;
  if (found === undefined || restarted || !["running", "paused"].includes(found.state.status)) {
    const ended = found === undefined
      ? "was removed"
      : `ended${found.state.oomKilled ? " because it ran out of memory" : ""}`;
    return {
      kind: "broken",
      state: `the container ${ended} while the command ran`,
      hint: "Look at the log of the environment, or use a larger size",
    };
  }
  if (code === 1 && REFUSED.test(words)) {
    return {
      kind: "broken",
      state: `the engine did not run the command (${lastWords(words)})`,
      hint: "Correct what the engine names",
    };
  }
  return { kind: "exit", code };
}

/**
 * Runs `before_stop` in a container that is about to be removed. A failure is reported and keeps nothing alive;
 * only an abort is thrown.
 */
export async function runBeforeStop(
  engine: Engine,
  options: { readonly container: Container; readonly events: HookEvents | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { hooks } = engine.config;
  if (hooks?.beforeStop === undefined) return;
  const { container, events } = options;
  const { beforeStop: command, timeoutMs } = hooks;
  try {
    if (container.state.status !== "running") throw notRunning(container);
    await runHook(engine, { ...events, name: "before_stop", command, timeoutMs, container }, signal);
  } catch (error) {
    signal.throwIfAborted();
    // Without an engine the container cannot be removed either.
    if (!(error instanceof AppError) || error.code === "engine_unavailable") throw error;
    events?.onHookFailed?.(error);
  }
}

function notRunning({ name, state }: Container): AppError {
  const end = {
    kind: "broken",
    state: `the container is ${state.status}, so the command was not run`,
    hint: "Do by hand what the command does, if it is still needed",
  } as const;
  return hookFailure("before_stop", { place: name, end, output: [] });
}

/** The commands that Showtime runs in an environment: after its start, and before its end. */

import { AppError } from "../../../lib/errors.ts";
import { formatSpan } from "../../../lib/duration.ts";

/** A command of a hook: a line for `sh -c`, or a program and its arguments, which needs no shell. */
export type HookCommand = string | readonly string[];

/** The moments at which a command runs, by the names of their settings. */
export type HookName = "after_start" | "before_stop";

/** The configured hooks. */
export interface Hooks {
  /** Runs when the health check answers, before people are sent to the environment. */
  readonly afterStart: HookCommand | undefined;
  /** Runs before the environment is removed. */
  readonly beforeStop: HookCommand | undefined;
  /** `created`: an update in place does not run `afterStart`. */
  readonly when: "created" | "always";
  /** The longest time that a command may take. */
  readonly timeoutMs: number;
}

/** Returns the words of a command: a line becomes the argument of `sh -c`. */
export function hookWords(command: HookCommand): readonly string[] {
  return typeof command === "string" ? ["sh", "-c", command] : command;
}

/** The most characters of a command that a sentence repeats. */
const SHOWN_LIMIT = 100;

/** Describes a command in a sentence, on one line. */
export function describeHookCommand(command: HookCommand): string {
  const words = typeof command === "string"
    ? command.trim().replace(/\s*\n\s*/g, "; ")
    : command.map((word) => /^[\w./:=@%+,-]+$/.test(word) ? word : JSON.stringify(word)).join(" ");
  return words.length <= SHOWN_LIMIT ? words : `${words.slice(0, SHOWN_LIMIT - 1)}…`;
}

/** Returns the command that runs after the start of an environment; undefined if none is due. */
export function dueAfterStart(
  hooks: Hooks | undefined,
  { inPlace }: { readonly inPlace: boolean },
): HookCommand | undefined {
  return inPlace && hooks?.when !== "always" ? undefined : hooks?.afterStart;
}

/** The end of a command that failed. */
export type HookEnd =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "timeout"; readonly afterMs: number }
  /** The command did not start or did not end by itself. `state`: the second half of a sentence. */
  | { readonly kind: "broken"; readonly state: string; readonly hint: string };

/** Makes the error of a hook that failed: code `hook_failed`, with the last lines of its output. */
export function hookFailure(
  name: HookName,
  { place, end, output }: {
    /** The container or service that the command ran for. */
    readonly place: string;
    readonly end: HookEnd;
    readonly output: readonly string[];
  },
): AppError {
  const { state, hint } = explainEnd(name, end);
  return new AppError("hook_failed", `Running ${name} for "${place}": ${state}`, { hint, logTail: output });
}

function explainEnd(name: HookName, end: HookEnd): { readonly state: string; readonly hint: string } {
  const setting = `environment.hooks.${name}`;
  if (end.kind === "broken") return end;
  if (end.kind === "timeout") {
    return {
      state: `the command did not end within ${formatSpan(end.afterMs)} and was stopped`,
      hint: `Let ${setting} do less, or raise environment.hooks.timeout`,
    };
  }
  const { code } = end;
  const state = `the command ended with exit code ${code}`;
  switch (code) {
    case 126:
      return {
        state: `${state}: its program is not there or may not be executed`,
        hint:
          `Correct ${setting}: a line needs the shell sh in the image, and a list of words needs its program`,
      };
    case 127:
      return {
        state: `${state}: the image has no program of that name`,
        hint: `Correct ${setting}, or add the program to the image`,
      };
    case 137:
      return {
        state: `${state}: it was killed, as it is when the memory is used up`,
        hint: "Use a larger size, or let the command need less memory",
      };
    default:
      return { state, hint: `The last lines of its output show the reason; correct ${setting} or the image` };
  }
}

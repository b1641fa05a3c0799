import { fireEvent } from "../../../contexts/app/fire_event.ts";
import type { EventResult, HandlerResult } from "../../../contexts/app/events/event_call.ts";
import { readVariables } from "../../../contexts/app/find_value.ts";
import { readContext } from "../../../contexts/app/read_context.ts";
import { writeCopies } from "../../../contexts/app/write_context.ts";
import type { ContextId } from "../../../contexts/core/context_id.ts";
import { OUR_RULES } from "../../../contexts/core/events/event_rules.ts";
import { formatPath } from "../../../contexts/core/tree/path.ts";
import type { ValueMap } from "../../../contexts/core/tree/value.ts";
import { AppError, EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import type { ContextTools } from "../../wiring_types.ts";
import { printJson, readWait } from "./shared.ts";

/** An event by its name, as `build=success`. */
export interface EventName {
  readonly pipeline: string;
  readonly event: string;
}

/** Reads `pipeline=event`. Throws AppError `event_invalid` (exit code 2). */
export function readEventName(text: string, name: string): EventName {
  const [pipeline = "", event = "", ...rest] = text.split("=");
  if (pipeline !== "" && event !== "" && rest.length === 0) return { pipeline, event };
  throw usageError(
    "event_invalid",
    `Reading ${name}: "${text}" is not pipeline=event`,
    "Write it as build=success",
  );
}

/** Fires an event, prints what its handlers did, and writes the copies. */
export async function fire(
  env: CommandEnv,
  tools: ContextTools,
  { id, pipeline, event, quiet = false }: EventName & { readonly id: ContextId; readonly quiet?: boolean },
): Promise<ExitCode> {
  const { values, signal } = env;
  const { ports, settings, secretsAllowed, comments } = tools;
  const dryRun = values.flag("dry-run");
  const copy = async () => dryRun || signal.aborted ? undefined : await copyStored(ports, id, signal);
  let result: EventResult;
  try {
    result = await fireEvent({ ...ports, settings, comments, http: await tools.http() }, {
      id,
      pipeline,
      event,
      vars: variablesOf(env),
      key: values.text("key"),
      unsure: values.text("unsure") === "skip" ? "skip" : "send",
      waitMs: readWait(env),
      dryRun,
      secretsAllowed,
      rules: OUR_RULES,
    }, signal);
  } catch (error) {
    warnOf(await copy(), env);
    throw error;
  }
  const problem = await copy();
  const exitCode = result.exitCode === EXIT.done ? problem?.exitCode ?? EXIT.done : result.exitCode;
  print(env, { ...result, exitCode }, quiet);
  warnOf(problem, env);
  return exitCode;
}

/** Writes the copies of what is stored: also what handlers stored before one of them failed. Returns what went wrong. */
async function copyStored(
  ports: ContextTools["ports"],
  id: ContextId,
  signal: AbortSignal,
): Promise<AppError | undefined> {
  try {
    await writeCopies(ports, await readContext(ports.store, id, signal), signal);
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function warnOf(problem: AppError | undefined, { terminal }: CommandEnv): void {
  if (problem === undefined) return;
  terminal.warn(problem.hint === undefined ? problem.message : `${problem.message}. ${problem.hint}`);
}

/** Reads the variables of `--var` in a tree. */
export function variablesOf({ values }: CommandEnv): (tree: ValueMap) => ValueMap {
  const pairs = values.raws("var");
  return (tree) => readVariables(tree, pairs);
}

function print(env: CommandEnv, { handlers, warnings, exitCode }: EventResult, quiet: boolean): void {
  if (env.flags.json && !quiet) {
    printJson(env, { handlers: handlers.map(handlerDocument), exit_code: exitCode });
    return;
  }
  for (const warning of warnings) env.terminal.warn(warning);
  if (handlers.length === 0) env.terminal.say("The event has no handlers");
  for (const each of handlers) {
    const words = `${each.handler}: ${each.state}${each.why === undefined ? "" : `: ${each.why}`}`;
    if (each.exitCode === EXIT.done) env.terminal.say(words);
    else env.terminal.warn(each.hint === undefined ? words : `${words}. ${each.hint}`);
  }
  const planned = handlers.flatMap((each) => each.planned === undefined ? [] : [handlerDocument(each)]);
  if (planned.length > 0 && !quiet) printJson(env, planned);
}

/** Keys as they are in docs/json.md. */
function handlerDocument({ handler, kind, state, why, hint, planned }: HandlerResult): unknown {
  return {
    handler,
    kind,
    state,
    reason: why ?? null,
    hint: hint ?? null,
    ...planned === undefined ? {} : {
      request: planned.request ?? null,
      comment: planned.comment ?? null,
      operations:
        planned.operations?.map((each) =>
          each.op === "replace" ? { op: each.op } : { ...each, path: formatPath(each.path) }
        ) ?? [],
    },
  };
}

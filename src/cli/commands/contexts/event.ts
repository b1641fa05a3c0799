import { runGenerator } from "../../../contexts/app/run_generator.ts";
import { writeContext, writeCopies } from "../../../contexts/app/write_context.ts";
import { OUR_RULES } from "../../../contexts/core/events/event_rules.ts";
import { EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { fire, variablesOf } from "./fire.ts";
import {
  byOperations,
  contextId,
  printJson,
  printWritten,
  readPairs,
  readWait,
  withContexts,
} from "./shared.ts";

/** Fires an event, after the pairs of `--set`. */
export async function runEvent(env: CommandEnv): Promise<ExitCode> {
  const id = contextId(env);
  const [pipeline = "", event = ""] = env.args;
  return await withContexts(env, async (tools) => {
    const operations = await readPairs(env.values.raws("set"), tools);
    if (operations.length > 0) {
      if (env.values.flag("dry-run")) {
        throw usageError(
          "flags_conflict",
          "Reading the command line: --set writes, and --dry-run writes nothing",
          "Leave one of them out",
        );
      }
      await writeContext(
        tools.ports,
        { id, change: byOperations(operations), waitMs: readWait(env) },
        env.signal,
      );
    }
    return await fire(env, tools, { id, pipeline, event });
  });
}

/** Runs a generator. */
export async function runGenerate(env: CommandEnv): Promise<ExitCode> {
  const id = contextId(env);
  return await withContexts(env, async ({ ports }) => {
    const { stored, count } = await runGenerator(ports, {
      id,
      path: env.args[0] ?? "",
      vars: variablesOf(env),
      rules: OUR_RULES,
      waitMs: readWait(env),
    }, env.signal);
    await writeCopies(ports, stored, env.signal);
    if (env.flags.json) printJson(env, { id, version: stored.newest.version, values: count });
    else printWritten(env, { id, version: stored.newest.version });
    return EXIT.done;
  });
}

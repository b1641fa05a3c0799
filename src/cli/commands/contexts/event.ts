import { runGenerator } from "../../../contexts/app/run_generator.ts";
import { writeContext, writeCopies } from "../../../contexts/app/write_context.ts";
import { OUR_RULES } from "../../../contexts/core/events/event_rules.ts";
import { type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { endWrite } from "./end_write.ts";
import { fire, variablesOf } from "./fire.ts";
import { byOperations, printJson, readPairs, readWait, withContext } from "./shared.ts";

/** Fires an event, after the pairs of `--set`. */
export async function runEvent(env: CommandEnv): Promise<ExitCode> {
  const [pipeline = "", event = ""] = env.args;
  if (env.values.text("unsure") === "skip" && env.values.text("key") === undefined) {
    throw usageError(
      "flags_conflict",
      "Reading the command line: --unsure is about what an earlier call with a key left, and --key is not given",
      "Name that call's key with --key, or leave --unsure out",
    );
  }
  return await withContext(env, async (tools, id) => {
    const operations = await readPairs(env.values.raws("set"), tools);
    if (operations.length > 0) {
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
  return await withContext(env, async (tools, id) => {
    const { ports } = tools;
    const { stored, count } = await runGenerator(ports, {
      id,
      path: env.args[0] ?? "",
      vars: variablesOf(env),
      rules: OUR_RULES,
      waitMs: readWait(env),
    }, env.signal);
    if (!env.flags.json || env.values.flag("dry-run")) await endWrite(env, tools, { written: stored });
    else {
      await writeCopies(ports, stored, env.signal);
      printJson(env, { id, version: stored.newest.version, values: count });
    }
  });
}

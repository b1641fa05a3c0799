import { writeContext } from "../../../contexts/app/write_context.ts";
import type { Operation } from "../../../contexts/core/tree/operations.ts";
import { parsePath } from "../../../contexts/core/tree/path.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { endWrite } from "./end_write.ts";
import {
  byOperations,
  contextId,
  type OpenContexts,
  readPairs,
  readVersionNumber,
  readWait,
  withContexts,
} from "./shared.ts";

/** Sets values: one version for all pairs. */
export async function runSet(env: CommandEnv): Promise<ExitCode> {
  const texts = env.args.map((text) => text ?? "");
  return await withContexts(env, async (tools) => await write(env, tools, await readPairs(texts, tools)));
}

/** Removes values: one version for all paths. */
export async function runUnset(env: CommandEnv): Promise<ExitCode> {
  const operations = env.args.map((text): Operation => ({ op: "unset", path: parsePath(text ?? "") }));
  return await withContexts(env, async (tools) => await write(env, tools, operations));
}

async function write(
  env: CommandEnv,
  tools: OpenContexts,
  operations: readonly Operation[],
): Promise<ExitCode> {
  const ifVersion = env.values.read("if-version", readVersionNumber);
  const written = await writeContext(tools.ports, {
    id: contextId(env),
    change: byOperations(operations),
    waitMs: readWait(env),
    ...ifVersion === undefined ? {} : { ifVersion },
  }, env.signal);
  await endWrite(env, tools, { written });
  return EXIT.done;
}

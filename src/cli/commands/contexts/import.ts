import { initContext } from "../../../contexts/app/init_context.ts";
import { importFile, importFromStore } from "../../../contexts/app/import_tree.ts";
import type { ContextId } from "../../../contexts/core/context_id.ts";
import type { ValueMap } from "../../../contexts/core/tree/value.ts";
import type { ContextStore } from "../../../contexts/ports/context_store.ts";
import { type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { endWrite } from "./end_write.ts";
import { readWait, withContext } from "./shared.ts";

/** Stores the tree of a file as a context, or that of the original tool's store. */
export async function runImport(env: CommandEnv): Promise<ExitCode> {
  const [file] = env.args;
  if (file === "") {
    throw usageError("file_missing", "Reading <file>: the path is empty", "Name a YAML or JSON file");
  }
  return await withContext(env, async (tools, id) => {
    const { ports, appFiles, original } = tools;
    const tree = file === undefined
      ? await fromOriginal(await original(), id, env.signal)
      : await importFile(appFiles, { path: file, id });
    const { stored } = await initContext(ports, {
      id,
      tree,
      existing: env.values.flag("replace") ? "replace" : "refuse",
      waitMs: readWait(env),
    }, env.signal);
    await endWrite(env, tools, { written: stored });
  }, { ownOnly: true });
}

/** Reads the context in the original tool's store, and closes it. */
async function fromOriginal(store: ContextStore, id: ContextId, signal: AbortSignal): Promise<ValueMap> {
  try {
    return await importFromStore(store, id, signal);
  } finally {
    await store.close();
  }
}

import { AppError, usageError } from "../../lib/errors.ts";
import type { ContextId } from "../core/context_id.ts";
import { parseJson } from "../core/tree/parse_json.ts";
import { kindOf } from "../core/tree/operations.ts";
import { isValueMap, type Value, type ValueMap } from "../core/tree/value.ts";
import { parseYaml } from "../core/yaml/mod.ts";
import type { AppFiles } from "../ports/app_files.ts";
import type { ContextStore } from "../ports/context_store.ts";
import { readContext } from "./read_context.ts";

/** Reads a tree from a YAML or JSON file. Throws AppError `import_invalid` (exit code 2) with the line. */
export async function importFile(
  files: AppFiles,
  { path, id }: { readonly path: string; readonly id: ContextId },
): Promise<ValueMap> {
  const text = await files.read(path);
  if (text === undefined) {
    throw usageError("file_missing", `Importing ${path}: there is no such file`, "Correct the path");
  }
  const json = parseJson(text);
  if ("value" in json) return named(json.value, { path, id });
  const yaml = json.problem.refused ? json : parseYaml(text);
  if ("document" in yaml) return named(yaml.document.value, { path, id });
  const { line, message } = /^\s*[{[]/.test(text) ? json.problem : yaml.problem;
  throw usageError("import_invalid", `Importing ${path}:${line ?? 1}: ${message}`, "Correct the file there");
}

/** Reads the tree of a context from another store. Throws AppError `context_unknown` (exit code 1). */
export async function importFromStore(
  store: ContextStore,
  id: ContextId,
  signal: AbortSignal,
): Promise<ValueMap> {
  try {
    return (await readContext(store, id, signal)).tree;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "context_unknown") throw error;
    throw new AppError(
      "context_unknown",
      `Importing the context ${id}: ${store.name} has none with this ID`,
      {
        hint: "Give the ID that it has there, or name a file",
      },
    );
  }
}

/** Gives a tree the ID of its new context. */
function named(value: Value, { path, id }: { readonly path: string; readonly id: ContextId }): ValueMap {
  if (!isValueMap(value)) {
    throw usageError(
      "import_invalid",
      `Importing ${path}: it holds ${kindOf(value)}, not a map`,
      "Give a tree",
    );
  }
  const before = value.get("state");
  if (before !== undefined && !isValueMap(before)) {
    throw usageError(
      "import_invalid",
      `Importing ${path}: state is ${kindOf(before)}, not a map`,
      "Correct it",
    );
  }
  const name = before?.get("cicdContextName") ?? "stage";
  const state = new Map<string, Value>([["cicdContextDataId", id], ["cicdContextName", name]]);
  for (const [key, each] of before ?? []) if (!state.has(key)) state.set(key, each);
  return new Map([...value, ["state", state]]);
}

import { assignByKeys } from "../../core/events/assign_by_keys.ts";
import { fileNamedBy, type OriginalPair, parseOriginalPairs } from "../../core/original/original_pairs.ts";
import { readAsOriginal } from "../../core/original/original_text.ts";
import { applyOperations, type Operation } from "../../core/tree/operations.ts";
import type { Value, ValueMap } from "../../core/tree/value.ts";
import type { AppFiles } from "../../ports/app_files.ts";
import type { OriginalPorts } from "./original_ports.ts";

/** Makes the operations of pairs for the tree that is stored by then. */
export type PairsPlan = (tree: ValueMap) => readonly Operation[];

/**
 * Reads the texts of `--set` and the files that they name. Each pair sees those before it. The text stays
 * where there is no such file. Throws AppError `file_unreadable`.
 */
export async function readPairsPlan(
  texts: readonly string[],
  { appFiles, warn }: Pick<OriginalPorts, "appFiles" | "warn">,
): Promise<PairsPlan> {
  const { pairs, skipped } = parseOriginalPairs(texts);
  for (const text of skipped) warn(`--set ${JSON.stringify(text)} is left out: it is not path=value`);
  const values: Value[] = [];
  for (const pair of pairs) values.push(await valueOf(pair, appFiles));
  return (tree) => {
    let current = tree;
    return pairs.flatMap(({ to }, index) => {
      const operations = assignByKeys(current, { to, value: values[index] ?? null });
      current = applyOperations(current, operations);
      return operations;
    });
  };
}

async function valueOf({ value }: OriginalPair, files: AppFiles): Promise<Value> {
  const path = fileNamedBy(value);
  const text = path === undefined ? undefined : await files.read(path);
  return text === undefined ? value : readAsOriginal(text);
}

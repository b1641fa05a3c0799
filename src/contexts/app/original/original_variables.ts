import { AppError } from "../../../lib/errors.ts";
import { assignByKeys } from "../../core/events/assign_by_keys.ts";
import { applyOperations, type Operation, valueAt } from "../../core/tree/operations.ts";
import { isFalsy } from "../../core/tree/python_text.ts";
import { isValueMap, type Value, type ValueMap } from "../../core/tree/value.ts";
import { findOrText } from "./find_original.ts";

/** The key under which the names of templates lie while they change: no key below it is protected. */
const NAMES = "names";

/**
 * Makes the variables of `--tmpl-ctx-var NAME=EXPRESSION`. A name is a place among what templates see, so
 * that it can hide a part of the tree. An expression that names nothing is a text; a false or empty value is
 * left out. Returns the names at the top that are new or have changed. Throws AppError `var_invalid` (exit
 * code 1).
 */
export function readOriginalVariables(
  tree: ValueMap,
  pairs: readonly string[],
  { configData }: { readonly configData: ValueMap },
): ValueMap {
  const before = new Map<string, Value>([...tree, ["configData", configData]]);
  let names: ValueMap = before;
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 0) throw invalid(pair);
    const found = findOrText(tree, pair.slice(at + 1));
    if (isFalsy(found)) continue;
    const value = typeof found === "string" ? found.trim() : found;
    names = change(names, assignByKeys(names, { to: pair.slice(0, at), value }));
  }
  return new Map([...names].filter(([name, value]) => before.get(name) !== value));
}

function change(names: ValueMap, operations: readonly Operation[]): ValueMap {
  const below = operations.map((each) =>
    each.op === "replace" ? each : { ...each, path: [NAMES, ...each.path] }
  );
  const changed = valueAt(applyOperations(new Map([[NAMES, names]]), below), [NAMES]);
  return isValueMap(changed) ? changed : names;
}

function invalid(pair: string): AppError {
  return new AppError("var_invalid", `Reading --tmpl-ctx-var ${pair}: it is not name=expression`, {
    hint: "Write it as version=state.version",
  });
}

import { AppError } from "../../../lib/errors.ts";
import { applyOperations, type Operation } from "../tree/operations.ts";
import { formatPath, type Path, readPath } from "../tree/path.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "../tree/value.ts";
import { planAssignment } from "./assignment.ts";
import { blockInvalid, type EventScope, namesOf, renderValue, skippedByIf } from "./event_scope.ts";

/** The part of a scope that stays the same while a generator changes the tree. */
export interface GeneratorScope extends Omit<EventScope, "vars"> {
  /** Returns the variables of the call in a tree. */
  readonly varsIn: (tree: ValueMap) => ValueMap;
}

/**
 * Makes the operations of the generator at a path: a map of items with `set` and `if`. The rules of one item
 * do not see each other; the next item does. Throws AppError `generator_unknown` (exit code 1), which names
 * the path, and `handler_invalid` (exit code 2).
 */
export function planGenerator(scope: GeneratorScope, expression: string): readonly Operation[] {
  const found = scope.find(scope.tree, expression);
  if (!isValueMap(found)) throw generatorUnknown(expression, found);
  const operations: Operation[] = [];
  let tree = scope.tree;
  const { path, rest } = readPath(expression);
  for (const [name, item] of found) {
    const at: Path = [...rest === "" ? path : [expression], name];
    if (!isValueMap(item)) throw blockInvalid(at, "it is not a map with `set`");
    const made = planItem({ ...scope, tree, vars: scope.varsIn(tree) }, item, { at });
    tree = applyOperations(tree, made);
    operations.push(...made);
  }
  return operations;
}

function planItem(scope: EventScope, item: ValueMap, { at }: { readonly at: Path }): readonly Operation[] {
  const open = { scope, name: "generator", block: item, at };
  if (skippedByIf(open, { trimmed: true }) !== undefined) return [];
  const more = namesOf(open);
  const rules = item.get("set");
  if (!isValueList(rules)) throw blockInvalid([...at, "set"], "it is not a list");
  return rules.flatMap((rule, index): readonly Operation[] => {
    const place = [...at, "set", index];
    const [key, value] = isValueMap(rule) ? [rule.get("key"), rule.get("value")] : [];
    if (key === undefined) throw blockInvalid(place, "it needs `key` and `value`");
    const to = renderValue(scope, key, { more, at: [...place, "key"] });
    // A value that is written as empty is skipped. One that renders to nothing is set.
    if (to === "" || value === undefined || value === null || value === "") return [];
    const text = renderValue(scope, value, { more, at: [...place, "value"] });
    return planAssignment(scope.tree, { to, value: text }, { rules: scope.rules });
  });
}

function generatorUnknown(expression: string, found: Value | undefined): AppError {
  return new AppError(
    "generator_unknown",
    `Running the generator at ${expression}: ${
      found === undefined ? "the context has nothing there" : "it is not one map of items"
    }`,
    {
      hint: `"showtime context show" prints the tree; generators usually stand below ${
        formatPath(["pipelines"])
      }`,
    },
  );
}

import { usageError } from "../../../lib/errors.ts";
import { nearest } from "../../../lib/nearest.ts";
import { quote } from "../../../lib/quote.ts";
import type { ContextId } from "../context_id.ts";
import { isValueMap, type Value, type ValueMap } from "../tree/value.ts";
import type { Path } from "../tree/path.ts";
import { appFilesError, type AppProblem } from "./app_problem.ts";
import type { MergedApp, NamedDocument } from "./merge_app.ts";

/** The parts of a new tree. */
export interface TreeParts {
  readonly id: ContextId;
  /** The name under `cicd-contexts`. */
  readonly context: string;
  /** The app file with and without its bases; undefined for a tree with nothing but `state`. */
  readonly app: { readonly merged: MergedApp; readonly raw: NamedDocument } | undefined;
  /** The user's data under `state`. */
  readonly state?: ValueMap;
}

/**
 * Builds the tree of a new context, without its variables, which are rendered once everything else is there. Throws
 * AppError `context_name_unknown` and `app_invalid` (exit code 2).
 */
export function buildTree({ id, context, app, state = new Map() }: TreeParts): ValueMap {
  const tree = new Map<string, Value>();
  if (app !== undefined) {
    chosenContext(app.merged, context).forEach((value, key) => tree.set(key, value));
    tree.set("appPipelinesConfig", app.raw.document.value);
    tree.set("jinja2Macros", macrosOf(app.merged));
  }
  const names: ValueMap = new Map([["cicdContextDataId", id], ["cicdContextName", context]]);
  return tree.set("state", new Map([...names, ...[...state].filter(([key]) => !names.has(key))]));
}

/** Renders one template against a tree; `name` is the variable's. */
export type RenderVariable = (
  template: string,
  at: { readonly tree: ValueMap; readonly name: string },
) => string;

/**
 * Adds the variables of the app file to a tree. They are rendered in their order, and each sees those before it. Throws
 * AppError `app_invalid` (exit code 2) if one is not text.
 */
export function addVariables(
  tree: ValueMap,
  { merged, render }: { readonly merged: MergedApp; readonly render: RenderVariable },
): ValueMap {
  let result = tree;
  for (const [name, template] of textsAt(merged, "variables")) {
    const before = result.get("variables");
    const variables = new Map<string, Value>(isValueMap(before) ? before : []);
    result = new Map(result).set("variables", variables.set(name, render(template, { tree: result, name })));
  }
  return result;
}

function macrosOf(merged: MergedApp): ValueMap {
  const byName = textsAt(merged, "jinja2-macros");
  const all = [...byName.values()].map((macro) => macro.trim()).join("");
  return new Map<string, Value>([["byName", byName], ["all", all]]);
}

/** The texts of a map at the top of the app file. */
function textsAt(merged: MergedApp, key: "jinja2-macros" | "variables"): ReadonlyMap<string, string> {
  const value = merged.value.get(key) ?? null;
  if (value === null) return new Map();
  if (!isValueMap(value)) throw appFilesError([expectedText(merged, [key], "a map of names and texts")]);
  const wrong = [...value].filter(([, text]) => typeof text !== "string");
  if (wrong.length > 0) throw appFilesError(wrong.map(([name]) => expectedText(merged, [key, name])));
  return new Map([...value].map(([name, text]) => [name, String(text)]));
}

function expectedText(merged: MergedApp, path: Path, expected = "text"): AppProblem {
  return { ...merged.placeOf(path), path, message: `expected ${expected}`, remedy: "put it in quotes" };
}

function chosenContext(merged: MergedApp, context: string): ValueMap {
  const contexts = merged.value.get("cicd-contexts");
  const chosen = isValueMap(contexts) ? contexts.get(context) ?? undefined : undefined;
  if (isValueMap(chosen)) return chosen;
  const names = isValueMap(contexts) ? [...contexts.keys()] : [];
  const near = nearest(context, names);
  throw usageError(
    "context_name_unknown",
    `Building the context: cicd-contexts has no map ${quote(context)} in the app file or its bases`,
    near !== undefined
      ? `Did you mean --context ${near}?`
      : names.length > 0
      ? `Choose one with --context: ${names.join(", ")}`
      : "Add cicd-contexts to the app file",
  );
}

import { kindOf } from "../tree/operations.ts";
import type { Path } from "../tree/path.ts";
import { isFalsy, pythonType } from "../tree/python_text.ts";
import { isValueMap, type Value, type ValueMap } from "../tree/value.ts";
import type { YamlDocument } from "../yaml/mod.ts";
import { appFilesError, type AppProblem, formatPlace, type Place } from "./app_problem.ts";

/** A file that was read. */
export interface NamedDocument {
  /** The path as messages show it. */
  readonly name: string;
  readonly document: YamlDocument;
}

/** Decides about a value that a later file has too. */
export type MergeRule = (earlier: Value, later: Value) => "merge" | "replace" | "conflict";

/** The app file with its bases as one map. */
export interface MergedApp {
  readonly value: ValueMap;
  /** Where a path was written last, or the nearest path above it. */
  placeOf(path: Path): Place;
}

/** Maps merge, and everything else is replaced. A map against a list or a scalar is a conflict. */
export function mergeStrictly(earlier: Value, later: Value): ReturnType<MergeRule> {
  // A key without a value holds nothing yet.
  if (earlier === null) return "replace";
  if (isValueMap(earlier) && isValueMap(later)) return "merge";
  return isValueMap(earlier) || isValueMap(later) ? "conflict" : "replace";
}

/** The original tool's rule: a false or empty value is replaced, and another type than before is a conflict. */
export function mergeAsOriginal(earlier: Value, later: Value): ReturnType<MergeRule> {
  if (isFalsy(earlier)) return "replace";
  if (pythonType(earlier) !== pythonType(later)) return "conflict";
  return isValueMap(earlier) ? "merge" : "replace";
}

/**
 * Merges the bases in their order and the app file last. Keys keep the place where they are seen first. Throws AppError
 * `app_invalid` (exit code 2) with every conflict, each with both places and the path.
 */
export function mergeApp(
  { app, bases, rule = mergeStrictly }: {
    readonly app: NamedDocument;
    readonly bases: readonly NamedDocument[];
    readonly rule?: MergeRule;
  },
): MergedApp {
  const documents = [...bases, app];
  const problems: AppProblem[] = [];
  let merged: ValueMap = new Map();
  documents.forEach((current, index) => {
    const value = current.document.value ?? new Map<string, Value>();
    if (!isValueMap(value)) {
      problems.push({
        file: current.name,
        line: current.document.lineOf([]),
        path: [],
        message: `expected a map, found ${kindOf(value)}`,
        remedy: "write key: value on each line",
      });
      return;
    }
    const placeOf = (path: Path) => placeIn(documents.slice(0, index), path);
    merged = mergeMaps(merged, value, { path: [], rule, placeOf, current, problems });
  });
  if (problems.length > 0) throw appFilesError(problems);
  return { value: merged, placeOf: (path) => placeIn(documents, path) };
}

interface Merging {
  readonly path: Path;
  readonly rule: MergeRule;
  readonly placeOf: (path: Path) => Place;
  readonly current: NamedDocument;
  readonly problems: AppProblem[];
}

function mergeMaps(earlier: ValueMap, later: ValueMap, merging: Merging): ValueMap {
  const result = new Map(earlier);
  for (const [key, next] of later) {
    const path = [...merging.path, key];
    const old = result.get(key);
    const outcome = old === undefined ? "replace" : merging.rule(old, next);
    if (outcome === "merge" && isValueMap(old) && isValueMap(next)) {
      result.set(key, mergeMaps(old, next, { ...merging, path }));
    } else if (outcome === "conflict" && old !== undefined) {
      merging.problems.push({
        file: merging.current.name,
        line: merging.current.document.lineOf(path),
        path,
        message: `${kindOf(next)} here, and ${kindOf(old)} in ${formatPlace(merging.placeOf(path))}`,
        remedy: "write the same kind of value in both files, or use another key",
      });
    } else {
      result.set(key, next);
    }
  }
  return result;
}

/** Finds a path in the last document that has it. */
function placeIn(documents: readonly NamedDocument[], path: Path): Place {
  for (let length = path.length; length >= 0; length--) {
    const above = path.slice(0, length);
    for (const { name, document } of documents.toReversed()) {
      const line = document.lineOf(above);
      if (line !== undefined && length > 0) return { file: name, line };
    }
  }
  return { file: documents.at(-1)?.name ?? "", line: undefined };
}

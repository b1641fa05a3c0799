import { formatPath, type Path } from "./tree/path.ts";
import { isFalsy, pythonText } from "./tree/python_text.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "./tree/value.ts";

/** A file for a shell to source, and what could not be written as it is. */
export interface ShellFile {
  readonly text: string;
  readonly warnings: readonly string[];
}

interface Leaf {
  readonly path: Path;
  /** The keys joined by two underscores, with characters in it that a shell does not take. */
  readonly name: string;
  readonly value: Value;
}

/**
 * Formats a tree as lines `CICD_a__b__0__c="value"`, as the original tool names them. Nothing in a value is expanded or
 * run by the shell. Values that Python counts as false are left out, and so is everything under a key of
 * `excludeKeyNames`. The first of several values with one name is kept.
 */
export function formatShellFile(
  tree: ValueMap,
  { excludeKeyNames }: { readonly excludeKeyNames: readonly string[] },
): ShellFile {
  const lines: string[] = [];
  const warnings: string[] = [];
  const taken = new Map<string, Path>();
  for (
    const { path, name, value } of leavesOf({ path: [], name: "", value: tree }, {
      excluded: new Set(excludeKeyNames),
    })
  ) {
    if (isFalsy(value)) continue;
    const variable = `CICD_${name.replace(/[^0-9a-zA-Z_]+/g, "_")}`;
    const text = pythonText(value);
    const first = taken.get(variable);
    if (first !== undefined) {
      warnings.push(
        `${formatPath(path)} is left out of the shell file: ${
          formatPath(first)
        } has the same name, ${variable}`,
      );
    } else if (text.includes("\0")) {
      warnings.push(
        `${formatPath(path)} is left out of the shell file: a shell cannot hold the character NUL`,
      );
    } else {
      taken.set(variable, path);
      lines.push(`${variable}="${escapeShell(text)}"\n`);
    }
  }
  return { text: lines.join(""), warnings };
}

/** Escapes each character that has a meaning between double quotes. */
function escapeShell(text: string): string {
  return text.replace(/[\\"$`]/g, "\\$&");
}

/** The values that get a variable: scalars, and lists inside of lists, which print as in Python. */
function* leavesOf(
  { path, name, value }: Leaf,
  { excluded, inList = false }: { readonly excluded: ReadonlySet<string>; readonly inList?: boolean },
): Generator<Leaf> {
  const inner = (key: string | number, each: Value): Leaf => ({
    path: [...path, key],
    name: name === "" ? String(key) : `${name}__${key}`,
    value: each,
  });
  if (isValueMap(value)) {
    for (const [key, each] of value) if (!excluded.has(key)) yield* leavesOf(inner(key, each), { excluded });
  } else if (isValueList(value) && value.length > 0 && !inList) {
    for (const [index, each] of value.entries()) {
      yield* leavesOf(inner(index, each), { excluded, inList: true });
    }
  } else yield { path, name, value };
}

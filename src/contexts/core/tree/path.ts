import { usageError } from "../../../lib/errors.ts";
import { Scanner } from "./scanner.ts";

/**
 * A place in a tree, from the top: keys of maps, and numbers of elements in lists. Empty for the whole
 * tree.
 */
export type Path = readonly (string | number)[];

/** A key without quotes has no character of a pair or of a JSONPath. */
const KEY = /[^.[\]{}"'\s=:@*,]+/y;
/** A `$` at the beginning is a JSONPath. */
const FIRST_KEY = /(?!\$)[^.[\]{}"'\s=:@*,]+/y;
const INDEX = /\[(\d{1,9})\]/y;
const QUOTED = /\[("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\]/y;

/** Parses `a.b`, `a["b.c"]` and `l[0]`. Throws AppError `path_invalid` (exit code 2). */
export function parsePath(text: string): Path {
  const { path, rest } = readPath(text);
  if (path.length > 0 && rest === "") return path;
  throw usageError(
    "path_invalid",
    text === ""
      ? "Reading a path: it is empty"
      : `Reading the path ${JSON.stringify(text)}: ${JSON.stringify(rest)} is not expected`,
    'Write a path as a.b, a["b.c"] or list[0]',
  );
}

/** Reads the longest path at the beginning of a text, such as the one before the `=` of a pair. */
export function readPath(text: string): { readonly path: Path; readonly rest: string } {
  const path: (string | number)[] = [];
  const scanner = new Scanner(text);
  while (!scanner.isAtEnd) {
    const isFirst = path.length === 0;
    const index = isFirst ? undefined : scanner.match(INDEX)?.[1];
    const quoted = index === undefined ? scanner.match(QUOTED)?.[1] : undefined;
    if (index !== undefined) path.push(Number(index));
    else if (quoted !== undefined) path.push(unquote(quoted));
    else {
      const before = scanner.at;
      const follows = isFirst || scanner.take(".");
      const key = follows ? scanner.match(isFirst ? FIRST_KEY : KEY)?.[0] : undefined;
      if (key === undefined) return { path, rest: text.slice(before) };
      path.push(key);
    }
  }
  return { path, rest: "" };
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/gs, "$1");
}

/** Formats a path so that {@link parsePath} reads it. */
export function formatPath(path: Path): string {
  return path.map((segment, index) => {
    if (typeof segment === "number") return `[${segment}]`;
    const isPlain = /^[^.[\]{}"'\s=:@*,]+$/.test(segment) && (index > 0 || !segment.startsWith("$"));
    if (isPlain) return index === 0 ? segment : `.${segment}`;
    return `["${segment.replace(/["\\]/g, "\\$&")}"]`;
  }).join("");
}

/** The content of an asset as data: what YAML and JSON can say, with numbers kept exactly. */

import { formatNumber, parseNumber, WholeFloat } from "../../lib/scalars/exact_numbers.ts";

/** A value of an asset's file. Integers beyond 2^53 are bigints. */
export type Tree = null | boolean | number | bigint | string | WholeFloat | readonly Tree[] | TreeMap;

/** A map of an asset's file. */
export interface TreeMap {
  readonly [key: string]: Tree;
}

/** Whether a value is a map. */
export function isMap(value: Tree | undefined): value is TreeMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof WholeFloat);
}

/** Returns true for a list. */
export function isList(value: Tree | undefined): value is readonly Tree[] {
  return Array.isArray(value);
}

/** Returns the value of a key, or undefined. Names that every object has are no keys. */
export function valueOf(map: TreeMap, key: string): Tree | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Returns the map of a key; an empty map if the value is something else. */
export function mapOf(map: TreeMap, key: string): TreeMap {
  const value = valueOf(map, key);
  return isMap(value) ? value : {};
}

/** Returns the list of a key; an empty list if the value is something else. */
export function listOf(map: TreeMap, key: string): readonly Tree[] {
  const value = valueOf(map, key);
  return isList(value) ? value : [];
}

/** Returns the text of a key, or undefined. */
export function textOf(map: TreeMap, key: string): string | undefined {
  const value = valueOf(map, key);
  return typeof value === "string" ? value : undefined;
}

/** Returns the map without some keys, in its order. */
export function without(map: TreeMap, keys: readonly string[]): TreeMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

/** The options of {@link formatJson}. */
export interface JsonFormat {
  /** Puts keys in order. */
  readonly sorted?: boolean;
  /** Formats `1.0` as `1`, which equals it as data. */
  readonly wholeFloats?: "as_integers";
}

/**
 * Formats a tree as JSON that YAML 1.1 reads alike: floats with a dot, control characters escaped, all other
 * characters raw (an escaped surrogate pair is two broken characters for PyYAML).
 */
export function formatJson(tree: Tree, format: JsonFormat = {}): string {
  if (tree === null || typeof tree === "boolean") return String(tree);
  if (typeof tree === "string") return formatText(tree);
  if (tree instanceof WholeFloat) {
    return format.wholeFloats === undefined ? formatNumber(tree) : String(BigInt(tree.value));
  }
  if (typeof tree === "number" || typeof tree === "bigint") return formatNumber(tree);
  if (isList(tree)) return `[${tree.map((each) => formatJson(each, format)).join(", ")}]`;
  const map = tree as TreeMap;
  const keys = Object.keys(map);
  if (format.sorted) keys.sort();
  return `{${keys.map((key) => `${formatText(key)}: ${formatJson(map[key] ?? null, format)}`).join(", ")}}`;
}

function formatText(text: string): string {
  // JSON.stringify escapes lone surrogates and controls below U+0020. PyYAML refuses the others of these raw.
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Parses JSON and keeps integers beyond 2^53 and floats without a fraction; undefined if it is not JSON. */
export function parseJson(text: string): Tree | undefined {
  const marked = markShortKeys(text);
  try {
    const tree = JSON.parse(marked, revive) as Tree;
    return marked === text ? tree : mapTree(tree, unmarkKeys);
  } catch {
    return undefined;
  }
}

/** An end that no key has. */
const KEY_MARK = "\ue000showtime\ue000";

/**
 * Makes keys longer that are one escape, such as `"\n"` and the `"\u6e2f"` that Python writes for a letter. V8 15.0
 * now and then reads such a key as a backslash.
 */
function markShortKeys(text: string): string {
  if (!/"\\(?:u[0-9a-fA-F]{4}|[^u])"\s*:/.test(text)) return text;
  return text.replace(
    /"((?:[^"\\]|\\.)*)"(\s*:)?/gs,
    (token, body: string, colon: string | undefined) =>
      colon !== undefined && /^\\(?:u[0-9a-fA-F]{4}|[^u])$/.test(body)
        ? `"${body}${KEY_MARK}"${colon}`
        : token,
  );
}

function unmarkKeys(value: Tree): Tree {
  if (!isMap(value)) return value;
  const keys = Object.keys(value);
  if (!keys.some((key) => key.endsWith(KEY_MARK))) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.endsWith(KEY_MARK) ? key.slice(0, -KEY_MARK.length) : key,
      inner,
    ]),
  );
}

// The third parameter is the source text of a number; the type of JSON.parse does not name it yet.
function revive(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === "number" && context?.source !== undefined
    ? parseNumber(context.source, value)
    : value;
}

/** Whether two values are equal as data: the order of keys has no meaning, and `1` equals `1.0`, as in Python. */
export function equalTrees(a: Tree | undefined, b: Tree | undefined): boolean {
  if (a === b) return true;
  const [x, y] = [plainNumber(a), plainNumber(b)];
  if (x !== undefined && y !== undefined) return sameNumber(x, y);
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((each, index) => equalTrees(each, b[index]));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalTrees(a[key], b[key]));
}

function sameNumber(a: number | bigint, b: number | bigint): boolean {
  if (typeof a === typeof b) return a === b || (Number.isNaN(a) && Number.isNaN(b));
  const [integer, float] = typeof a === "bigint" ? [a, b as number] : [b as bigint, a as number];
  return Number.isInteger(float) && BigInt(float) === integer;
}

function plainNumber(value: Tree | undefined): number | bigint | undefined {
  if (value instanceof WholeFloat) return value.value;
  return typeof value === "number" || typeof value === "bigint" ? value : undefined;
}

/** Applies `change` to each value of a tree, leaves first, with the list of keys and indexes above it. */
export function mapTree(tree: Tree, change: (value: Tree, path: readonly string[]) => Tree): Tree {
  const walk = (value: Tree, path: readonly string[]): Tree => {
    if (isList(value)) return change(value.map((each, index) => walk(each, [...path, String(index)])), path);
    if (!isMap(value)) return change(value, path);
    const entries = Object.entries(value).map(([key, inner]) => [key, walk(inner, [...path, key])]);
    return change(Object.fromEntries(entries), path);
  };
  return walk(tree, []);
}

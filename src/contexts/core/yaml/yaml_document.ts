import type { Path } from "../tree/path.ts";
import { isValueList, isValueMap, type Value } from "../tree/value.ts";

/** A text that PyYAML refuses or that holds no value of a context, with the place. */
export interface YamlProblem {
  readonly message: string;
  /** Counted from 1; undefined if the whole text is the problem. */
  readonly line: number | undefined;
  /** Set if it is YAML, and a value in it cannot be stored: not finite, too deep, or of endless aliases. */
  readonly refused?: true;
}

/** A key that a map has twice. The last one counts, as in PyYAML. */
export interface RepeatedKey {
  readonly key: string;
  /** The line of the later one, counted from 1. */
  readonly line: number;
}

/** A YAML text as data. */
export interface YamlDocument {
  readonly value: Value;
  /** Keys that a map has twice, in the order of their lines. */
  readonly repeatedKeys: readonly RepeatedKey[];
  /** The line of a key or an element, counted from 1; undefined if nothing is at the path. */
  lineOf(path: Path): number | undefined;
}

/** Where keys and elements of one map or list begin in the text. */
export type Offsets = ReadonlyMap<string | number, number>;

/** Finds lines in a text by the offsets that its reader noted. */
export class Lines {
  readonly #text: string;
  #starts: readonly number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The line of an offset, counted from 1. */
  at(offset: number): number {
    this.#starts ??= [0, ...this.#text.matchAll(/\r\n?|\n/g).map((end) => end.index + end[0].length)];
    let [low, high] = [0, this.#starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}

/** The offset of the last segment of a path. */
export function offsetOf(
  value: Value,
  path: Path,
  { places, first }: { readonly places: ReadonlyMap<unknown, Offsets>; readonly first: number },
): number | undefined {
  let at: number | undefined = first;
  let inner: Value | undefined = value;
  for (const segment of path) {
    at = places.get(inner)?.get(segment);
    if (at === undefined) return undefined;
    if (typeof segment === "string") inner = isValueMap(inner) ? inner.get(segment) : undefined;
    else inner = isValueList(inner) ? inner[segment] : undefined;
  }
  return at;
}

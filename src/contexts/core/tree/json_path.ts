/** JSONPath over an ordered tree: several values with one path. */

import { usageError } from "../../../lib/errors.ts";
import { parseJsonPath, type PathNode } from "./json_path_parser.ts";
import { sliceList } from "./slice.ts";
import { isValueList, isValueMap, type Value } from "./value.ts";

/** The most places that one search may look at. */
const MOST_PLACES = 1_000_000;

/**
 * Whether an argument is a JSONPath rather than a path: it begins with `$`, or has `*`, `..`, `:`, `,` or a
 * negative index outside of quotes.
 */
export function isJsonPath(argument: string): boolean {
  const bare = argument.replace(/"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/g, "");
  return argument.startsWith("$") || /[*:,]|\.\.|\[-\d/.test(bare);
}

/**
 * Finds the values that match, in the order of the tree. `original` is the language of the original tool:
 * with
 * parentheses, `|`, `where` and `parent`. Throws AppError `path_invalid` (exit code 2).
 */
export function findAll(
  value: Value,
  expression: string,
  options: { readonly original?: boolean } = {},
): readonly Value[] {
  const node = parseJsonPath(expression, { original: options.original === true });
  return new Search(expression).find(node, [{ value, parent: undefined }]).map((place) => place.value);
}

/** A value with the place that holds it. */
interface Place {
  readonly value: Value;
  readonly parent: Place | undefined;
}

class Search {
  readonly #expression: string;
  #places = 0;

  constructor(expression: string) {
    this.#expression = expression;
  }

  find(node: PathNode, places: readonly Place[]): readonly Place[] {
    switch (node.kind) {
      case "child":
        return this.find(node.right, this.find(node.left, places));
      case "descendants":
        return places.flatMap((place) => this.#descendants(node, place));
      case "union":
        return places.flatMap((
          place,
        ) => [...this.find(node.left, [place]), ...this.find(node.right, [place])]);
      case "where":
      case "wherenot":
        return this.find(node.left, places)
          .filter((place) => (this.find(node.right, [place]).length > 0) === (node.kind === "where"));
      default:
        return places.flatMap((place) => this.#step(node, place));
    }
  }

  #descendants(node: Extract<PathNode, { readonly left: PathNode }>, place: Place): readonly Place[] {
    const found: Place[] = [];
    const stack = this.find(node.left, [place]).toReversed();
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      for (const each of this.find(node.right, [next])) found.push(each);
      const children = this.#children(next);
      for (let index = children.length - 1; index >= 0; index--) {
        const child = children[index];
        if (child !== undefined) stack.push(child);
      }
    }
    return found;
  }

  #step(node: Exclude<PathNode, { readonly left: PathNode }>, place: Place): readonly Place[] {
    const { value, parent } = place;
    this.#count(1);
    switch (node.kind) {
      case "this":
        return [place];
      case "root":
        return [rootOf(place)];
      case "all":
        return this.#children(place);
      case "parent":
        if (parent === undefined) throw this.#fault("the root has no parent");
        return [parent];
      case "fields":
        return isValueMap(value) ? this.#pick(place, node.names.map((name) => value.get(name))) : [];
      case "indexes":
        return isValueList(value) ? this.#pick(place, node.indexes.map((index) => value.at(index))) : [];
      case "slice":
        return isValueList(value) ? this.#pick(place, sliceOf(value, node.bounds)) : [];
    }
  }

  #children(place: Place): readonly Place[] {
    const { value } = place;
    return isValueList(value)
      ? this.#pick(place, value)
      : isValueMap(value)
      ? this.#pick(place, [...value.values()])
      : [];
  }

  #pick(parent: Place, values: readonly (Value | undefined)[]): readonly Place[] {
    this.#count(values.length);
    return values.flatMap((value) => value === undefined ? [] : [{ value, parent }]);
  }

  #count(places: number): void {
    this.#places += places;
    if (this.#places > MOST_PLACES) throw this.#fault(`it looks at more than ${MOST_PLACES} places`);
  }

  #fault(state: string): Error {
    const path = JSON.stringify(this.#expression.slice(0, 200));
    return usageError("path_invalid", `Finding the path ${path}: ${state}`, "Use a narrower path");
  }
}

function rootOf(place: Place): Place {
  let root = place;
  while (root.parent !== undefined) root = root.parent;
  return root;
}

/** The elements of a slice; none for a step of 0. */
function sliceOf(
  list: readonly Value[],
  [start, stop, step = 1]: readonly (number | undefined)[],
): readonly Value[] {
  return step === 0 ? [] : sliceList(list, { start, stop, step });
}

import { type Document, isAlias, isMap, isScalar, isSeq } from "yaml";
import { quote } from "../lib/quote.ts";
import type { ConfigProblem, SourcePosition } from "./problems.ts";
import type { SettingPath } from "./schema_walk.ts";

const MAX_DEPTH = 20;
// The values that aliases expand to are counted as well, so that a few lines cannot become a million values.
const MAX_VALUES = 10_000;
// The lookup of each alias walks the whole document.
const MAX_ALIASES = 100;

/** The reason why a document is not read to its end. */
export class TooMuch extends Error {}

/** Converts a document's nodes to plain values and keeps the position of each. */
export class TreeReader {
  readonly problems: ConfigProblem[] = [];
  readonly #document: Document;
  readonly #place: (offset: number) => SourcePosition;
  readonly #keys = new Map<string, SourcePosition>();
  readonly #values = new Map<string, SourcePosition>();
  #count = 0;
  #aliases = 0;

  constructor(document: Document, place: (offset: number) => SourcePosition) {
    this.#document = document;
    this.#place = place;
  }

  readonly where = (path: SettingPath, at: "key" | "value"): SourcePosition => {
    for (let length = path.length; length > 0; length--) {
      const id = path.slice(0, length).join("\0");
      const found = (at === "value" ? this.#values.get(id) : undefined) ?? this.#keys.get(id) ??
        this.#values.get(id);
      if (found !== undefined) return found;
    }
    return this.#place(0);
  };

  read(node: unknown, path: SettingPath): unknown {
    if (++this.#count > MAX_VALUES) throw new TooMuch(`more than ${MAX_VALUES} values`);
    if (path.length > MAX_DEPTH) throw new TooMuch(`nested more than ${MAX_DEPTH} deep`);
    const range = isAlias(node) || isScalar(node) || isMap(node) || isSeq(node) ? node.range : undefined;
    const id = path.join("\0");
    // An empty value has no extent; the position of its key says more than the end of the line.
    if (range && range[1] > range[0] && !this.#values.has(id)) this.#values.set(id, this.#place(range[0]));
    if (isAlias(node)) return this.read(this.#target(node, path), path);
    if (isSeq(node)) return node.items.map((item, index) => this.read(item, [...path, String(index)]));
    if (isMap(node)) return this.#readMap(node.items, path);
    return isScalar(node) ? node.value : null;
  }

  #readMap(items: readonly { readonly key: unknown; readonly value: unknown }[], path: SettingPath): unknown {
    const entries = new Map<string, unknown>();
    for (const item of items) {
      const key = isAlias(item.key) ? item.key.resolve(this.#document) : item.key;
      const place = this.#place(isScalar(item.key) || isAlias(item.key) ? item.key.range?.[0] ?? 0 : 0);
      if (!isScalar(key)) {
        this.#problem(place, {
          path,
          code: "wrong_type",
          message: "the key is a list or a map",
          remedy: "write a plain word as the key",
        });
        continue;
      }
      const name = typeof key.value === "string" ? key.value : key.source ?? String(key.value);
      const inner = [...path, name];
      const first = this.#keys.get(inner.join("\0"));
      if (entries.has(name)) {
        this.#problem(place, {
          path: inner,
          code: "duplicate_key",
          message: "the key is here for the second time",
          remedy: `keep one of them (the first is on line ${first?.line})`,
        });
        continue;
      }
      if (name === "__proto__") {
        this.#problem(place, {
          path: inner,
          code: "unknown_key",
          message: "this key cannot be used",
          remedy: "choose another name",
        });
        continue;
      }
      if (first === undefined) this.#keys.set(inner.join("\0"), place);
      entries.set(name, this.read(item.value, inner));
    }
    return Object.fromEntries(entries);
  }

  #target(
    node: { readonly source: string; resolve(document: Document): unknown },
    path: SettingPath,
  ): unknown {
    if (++this.#aliases > MAX_ALIASES) throw new TooMuch(`more than ${MAX_ALIASES} aliases`);
    const target = node.resolve(this.#document);
    if (target === undefined) {
      this.#problem(this.where(path, "value"), {
        path,
        code: "syntax",
        message: `the anchor ${quote(node.source)} is not defined before its use`,
        remedy: "define it above, or write the value here",
      });
    }
    return target;
  }

  #problem(
    place: SourcePosition,
    { path, ...what }: Pick<ConfigProblem, "code" | "message" | "remedy"> & { readonly path: SettingPath },
  ): void {
    this.problems.push({ ...place, ...what, path: path.join(".") });
  }
}

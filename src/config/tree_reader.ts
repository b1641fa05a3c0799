import { isAlias, isMap, isNode, isScalar, isSeq } from "yaml";
import { quote } from "../lib/quote.ts";
import type { ConfigProblem, SourcePosition } from "./problems.ts";
import type { SettingPath } from "./schema_walk.ts";

/** How much of a document is read. */
export interface TreeLimits {
  readonly depth: number;
  /** The values that aliases expand to count as well, so that a few lines cannot become a million values. */
  readonly values: number;
  readonly aliases: number;
}

/** The reason why a document is not read to its end. */
export class TooMuch extends Error {}

/** Converts a document's nodes to plain values and keeps the position of each. */
export class TreeReader {
  readonly problems: ConfigProblem[] = [];
  /** The last node before the current place that has an anchor, by the anchor. */
  readonly #anchors = new Map<string, unknown>();
  readonly #place: (offset: number) => SourcePosition;
  readonly #limits: TreeLimits;
  readonly #written = new Map<string, string>();
  readonly #keys = new Map<string, SourcePosition>();
  readonly #values = new Map<string, SourcePosition>();
  #count = 0;
  #aliases = 0;
  /** The number of aliases around the current node. */
  #within = 0;

  constructor(
    place: (offset: number) => SourcePosition,
    { limits }: { readonly limits: TreeLimits },
  ) {
    this.#place = place;
    this.#limits = limits;
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

  /** Returns the characters of the number or the boolean at `path`: its value may not show them, as with `1.10`. */
  readonly written = (path: SettingPath): string | undefined => this.#written.get(path.join("\0"));

  read(node: unknown, path: SettingPath): unknown {
    const { depth, values } = this.#limits;
    if (++this.#count > values) throw new TooMuch(`more than ${values} values`);
    if (path.length > depth) throw new TooMuch(`nested more than ${depth} deep`);
    const range = isNode(node) ? node.range : undefined;
    const id = path.join("\0");
    // An empty value has no extent; the position of its key says more than the end of the line.
    if (range && range[1] > range[0] && !this.#values.has(id)) this.#values.set(id, this.#place(range[0]));
    if (isAlias(node)) return this.#readAlias(node, path);
    this.#keepAnchor(node);
    if (isSeq(node)) return node.items.map((item, index) => this.read(item, [...path, String(index)]));
    if (isMap(node)) return this.#readMap(node.items, path);
    if (!isScalar(node)) return null;
    if (typeof node.value !== "string" && node.source !== undefined) this.#written.set(id, node.source);
    return node.value;
  }

  #readMap(items: readonly { readonly key: unknown; readonly value: unknown }[], path: SettingPath): unknown {
    const entries = new Map<string, unknown>();
    for (const item of items) {
      const key = isAlias(item.key) ? this.#anchors.get(item.key.source) : item.key;
      this.#keepAnchor(item.key);
      const place = this.#place(isNode(item.key) ? item.key.range?.[0] ?? 0 : 0);
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

  #readAlias({ source }: { readonly source: string }, path: SettingPath): unknown {
    const { aliases } = this.#limits;
    if (++this.#aliases > aliases) throw new TooMuch(`more than ${aliases} aliases`);
    const target = this.#anchors.get(source);
    if (target === undefined) {
      this.#problem(this.where(path, "value"), {
        path,
        code: "syntax",
        message: `the anchor ${quote(source)} is not defined before its use`,
        remedy: "define it above, or put quotes around a text that begins with *",
      });
    }
    this.#within++;
    const value = this.read(target, path);
    this.#within--;
    return value;
  }

  /** Keeps a node that has an anchor. An alias does not bring back the anchors in what it repeats. */
  #keepAnchor(node: unknown): void {
    if (this.#within > 0 || !(isScalar(node) || isMap(node) || isSeq(node))) return;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
  }

  #problem(
    place: SourcePosition,
    { path, ...what }: Pick<ConfigProblem, "code" | "message" | "remedy"> & { readonly path: SettingPath },
  ): void {
    this.problems.push({ ...place, ...what, path: path.join(".") });
  }
}

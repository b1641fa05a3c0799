import process from "node:process";
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { type ConfigProblem, type Place, quote } from "./problems.ts";
import type { SettingPath } from "./schema_walk.ts";

/** Files above this size are not read: 256 kB. */
export const MAX_FILE_BYTES = 256 * 1024;
const MAX_DEPTH = 20;
// What aliases expand to is counted as well, so that a few lines cannot become a million values.
const MAX_VALUES = 10_000;
// Each one is looked up in the whole document.
const MAX_ALIASES = 100;

/** A YAML text as plain values, with the place of each of them. */
export interface YamlTree {
  readonly value: unknown;
  /** Where the key or the value at `path` stands; the nearest thing around it where it is not there. */
  readonly where: (path: SettingPath, at: "key" | "value") => Place;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
}

/**
 * Reads YAML 1.2. What is wrong with it is in `problems`; `value` is then undefined, but for duplicate keys,
 * which do not keep the rest from being checked.
 */
export function readYaml(source: string, text: string): YamlTree {
  const tooLarge = new TextEncoder().encode(text).length > MAX_FILE_BYTES;
  if (tooLarge) return unreadable(source, "larger than 256 kB", "keep the configuration below that size");
  const lines = new LineCounter();
  const document = withoutEnvironment(() =>
    parseDocument(text, {
      version: "1.2",
      schema: "core",
      merge: false,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "silent",
      lineCounter: lines,
    })
  );
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { source, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const warnings = document.warnings.map((warning) => `${at(place(warning.pos[0]))}: ${warning.message}`);
  const reader = new TreeReader(document, place);
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      ...place(error.pos[0]),
      code: "syntax" as const,
      path: "",
      message: error.code === "MULTIPLE_DOCS" ? "more than one document" : inline(error.message),
      remedy: error.code === "MULTIPLE_DOCS"
        ? "keep the first and remove the --- line"
        : "correct the YAML there",
    }));
    return { value: undefined, where: reader.where, problems, warnings };
  }
  try {
    const value = reader.read(document.contents, []);
    return { value, where: reader.where, problems: reader.problems, warnings };
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    return unreadable(source, error.message, "write it without nesting or repeating that much", warnings);
  }
}

/** Reads one value, as an environment variable carries it. Undefined where it is no YAML. */
export function readYamlValue(text: string): { readonly value: unknown } | undefined {
  const { value, problems } = readYaml("", text);
  return problems.length === 0 ? { value } : undefined;
}

class TooMuch extends Error {}

/** Walks a document's nodes into plain values and remembers where each one stood. */
class TreeReader {
  readonly problems: ConfigProblem[] = [];
  readonly #document: Document;
  readonly #place: (offset: number) => Place;
  readonly #keys = new Map<string, Place>();
  readonly #values = new Map<string, Place>();
  #count = 0;
  #aliases = 0;

  constructor(document: Document, place: (offset: number) => Place) {
    this.#document = document;
    this.#place = place;
  }

  readonly where = (path: SettingPath, at: "key" | "value"): Place => {
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
    if (isAlias(node)) return this.read(this.#target(node, path), path);
    const range = isScalar(node) || isMap(node) || isSeq(node) ? node.range : undefined;
    const id = path.join("\0");
    // An empty value has no extent of its own; its key's place says more than the end of the line.
    if (range && range[1] > range[0] && !this.#values.has(id)) this.#values.set(id, this.#place(range[0]));
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
        this.#problem(
          place,
          path,
          "a key that is a list or a map",
          "write a plain word as the key",
          "wrong_type",
        );
        continue;
      }
      const name = typeof key.value === "string" ? key.value : key.source ?? String(key.value);
      const inner = [...path, name];
      const first = this.#keys.get(inner.join("\0"));
      if (entries.has(name)) {
        this.#problem(
          place,
          inner,
          `the key stands here for the second time`,
          `keep one of them (the first is on line ${first?.line})`,
        );
        continue;
      }
      if (name === "__proto__") {
        this.#problem(place, inner, "a key that cannot be used", "take another name", "unknown_key");
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
      const message = `the anchor ${quote(node.source)} is not defined before its use`;
      this.#problem(
        this.where(path, "value"),
        path,
        message,
        "define it above, or write the value here",
        "syntax",
      );
    }
    return target;
  }

  #problem(
    place: Place,
    path: SettingPath,
    message: string,
    remedy: string,
    code: ConfigProblem["code"] = "duplicate_key",
  ): void {
    this.problems.push({ ...place, code, path: path.join("."), message, remedy });
  }
}

function unreadable(
  source: string,
  message: string,
  remedy: string,
  warnings: readonly string[] = [],
): YamlTree {
  const place = { source, line: 1, column: 1 };
  const problem: ConfigProblem = { ...place, code: "too_large", path: "", message, remedy };
  return { value: undefined, where: () => place, problems: [problem], warnings };
}

function at({ source, line, column }: Place): string {
  return `${source}:${line}:${column}`;
}

function inline(message: string): string {
  return message.replace(/\s+/g, " ").replace(/[\p{C}]/gu, "");
}

/**
 * Runs `action` while the process shows an empty environment. The YAML parser looks for two debugging variables,
 * which takes a permission that the program does not have, and must not need.
 */
function withoutEnvironment<T>(action: () => T): T {
  const real = Object.getOwnPropertyDescriptor(process, "env");
  if (real === undefined) return action();
  Object.defineProperty(process, "env", { value: {}, configurable: true, enumerable: true, writable: true });
  try {
    return action();
  } finally {
    Object.defineProperty(process, "env", real);
  }
}

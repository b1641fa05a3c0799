import process from "node:process";
import { LineCounter, parseDocument, type YAMLParseError } from "yaml";
import type { ConfigProblem, SourcePosition } from "./problems.ts";
import type { SettingPath } from "./schema_walk.ts";
import { TooMuch, TreeReader } from "./tree_reader.ts";

/** Files above this size are not read: 256 kB. */
export const MAX_FILE_BYTES = 256 * 1024;

/** A YAML text as plain values, with the place of each of them. */
export interface YamlTree {
  readonly value: unknown;
  /** Where the key or the value at `path` stands; the nearest thing around it where it is not there. */
  readonly where: (path: SettingPath, at: "key" | "value") => SourcePosition;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
}

/**
 * Reads YAML 1.2. What is wrong with it is in `problems`; `value` is then undefined, but for duplicate keys,
 * which do not keep the rest from being checked.
 */
export function readYaml(source: string, text: string): YamlTree {
  const tooLarge = new TextEncoder().encode(text).length > MAX_FILE_BYTES;
  if (tooLarge) {
    return unreadable(source, {
      message: "larger than 256 kB",
      remedy: "keep the configuration below that size",
    });
  }
  const lines = new LineCounter();
  const document = withoutEnvironment(() =>
    parseDocument(text, {
      version: "1.2",
      schema: "core",
      merge: false,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "error",
      lineCounter: lines,
    })
  );
  const place = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { source, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const warnings = document.warnings.map((warning) => `${at(place(warning.pos[0]))}: ${warning.message}`);
  const reader = new TreeReader(document, place);
  if (document.errors.some(({ code }) => code === "RESOURCE_EXHAUSTION")) {
    return unreadable(source, {
      message: "nested too deep to be read",
      remedy: "write it without that much nesting",
    });
  }
  if (document.errors.length > 0) {
    const problems = syntaxProblems(document.errors, place);
    return { value: undefined, where: reader.where, problems, warnings };
  }
  try {
    const value = reader.read(document.contents, []);
    return { value, where: reader.where, problems: reader.problems, warnings };
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    return unreadable(source, {
      message: error.message,
      remedy: "write it without nesting or repeating that much",
      warnings,
    });
  }
}

/** Reads one value, as an environment variable carries it. Undefined where it is no YAML. */
export function readYamlValue(text: string): { readonly value: unknown } | undefined {
  const { value, problems } = readYaml("", text);
  return problems.length === 0 ? { value } : undefined;
}

/** One problem for each line: what follows the first mistake of a line is mostly its consequence. */
function syntaxProblems(
  errors: readonly YAMLParseError[],
  place: (offset: number) => SourcePosition,
): readonly ConfigProblem[] {
  const byLine = new Map<number, ConfigProblem>();
  for (const { code, message, pos } of errors) {
    const at = place(pos[0]);
    const line = at.line ?? 0;
    const several = code === "MULTIPLE_DOCS";
    if (byLine.has(line)) continue;
    byLine.set(line, {
      ...at,
      code: "syntax",
      path: "",
      message: several ? "more than one document" : inline(message),
      remedy: several ? "keep the first and remove the --- line" : "correct the YAML there",
    });
  }
  return [...byLine.values()];
}

function unreadable(
  source: string,
  { message, remedy, warnings = [] }: {
    readonly message: string;
    readonly remedy: string;
    readonly warnings?: readonly string[];
  },
): YamlTree {
  const place = { source, line: 1, column: 1 };
  const problem: ConfigProblem = { ...place, code: "too_large", path: "", message, remedy };
  return { value: undefined, where: () => place, problems: [problem], warnings };
}

function at({ source, line, column }: SourcePosition): string {
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

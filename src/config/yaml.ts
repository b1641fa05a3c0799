import process from "node:process";
import { LineCounter, parseDocument, type YAMLParseError } from "yaml";
import type { ConfigProblem, SourcePosition } from "./problems.ts";
import type { SettingPath } from "./schema_walk.ts";
import { findTextProblem } from "./text_problems.ts";
import { explainYamlError } from "./yaml_mistakes.ts";
import { TooMuch, type TreeLimits, TreeReader } from "./tree_reader.ts";

/** The size of the largest configuration that is read: 256 kB. */
export const MAX_FILE_BYTES = 256 * 1024;

/** How much of a file is read. */
export interface YamlLimits extends TreeLimits {
  readonly fileBytes: number;
}

const OF_CONFIGURATION: YamlLimits = { fileBytes: MAX_FILE_BYTES, depth: 20, values: 10_000, aliases: 100 };

/** A YAML text as plain values, with the position of each. */
export interface YamlTree {
  readonly value: unknown;
  /**
   * Finds the position of the key or value at `path`; if it is missing, that of the nearest section around
   * it.
   */
  readonly where: (path: SettingPath, at: "key" | "value") => SourcePosition;
  /** Returns the characters of the number or the boolean at `path`; undefined for any other value. */
  readonly written: (path: SettingPath) => string | undefined;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly YamlWarning[];
}

/** A passage that the parser doubts, with its place. */
export interface YamlWarning extends SourcePosition {
  readonly message: string;
}

/** Renders a warning on one line. */
export function renderYamlWarning({ source, line, column, message }: YamlWarning): string {
  return `${source}:${line}:${column}: ${message}`;
}

/**
 * Reads YAML 1.2. Mistakes are in `problems`; `value` is then undefined, except for mistakes within one key,
 * such as a duplicate, which leave the rest to be checked.
 */
export function readYaml(
  source: string,
  text: string,
  { limits = OF_CONFIGURATION }: { readonly limits?: YamlLimits } = {},
): YamlTree {
  const { fileBytes } = limits;
  const tooLarge = new TextEncoder().encode(text).length > fileBytes;
  if (tooLarge) {
    const size = fileBytes < 1024 * 1024 ? `${fileBytes / 1024} kB` : `${fileBytes / 1024 / 1024} MB`;
    return unreadable(source, { message: `larger than ${size}`, remedy: "keep the file below that size" });
  }
  const wrong = findTextProblem(source, text);
  if (wrong !== undefined) {
    const place = { source, line: 1, column: 1 };
    return { ...withoutValue(() => place), problems: [wrong], warnings: [] };
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
  const warnings = document.warnings.map(({ pos, message }) => ({
    ...place(pos[0]),
    message: inline(message),
  }));
  const reader = new TreeReader(place, { limits });
  if (document.errors.some(({ code }) => code === "RESOURCE_EXHAUSTION")) {
    return unreadable(source, {
      message: "nested too deep",
      remedy: "write it with less nesting",
    });
  }
  if (document.errors.length > 0) {
    const problems = syntaxProblems(document.errors, place);
    return { ...withoutValue(reader.where), problems, warnings };
  }
  try {
    const value = reader.read(document.contents, []);
    return { value, where: reader.where, written: reader.written, problems: reader.problems, warnings };
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    return unreadable(source, {
      message: error.message,
      remedy: "write it with less nesting and fewer repetitions",
      warnings,
    });
  }
}

/** Reads one value, as an environment variable carries it; undefined if it is not YAML. */
export function readYamlValue(text: string): { readonly value: unknown } | undefined {
  const { value, problems } = readYaml("", text);
  return problems.length === 0 ? { value } : undefined;
}

/** Makes one problem for each line: later mistakes on a line mostly follow from its first. */
function syntaxProblems(
  errors: readonly YAMLParseError[],
  place: (offset: number) => SourcePosition,
): readonly ConfigProblem[] {
  const byLine = new Map<number, ConfigProblem>();
  for (const { code, message, pos } of errors) {
    const at = place(pos[0]);
    const line = at.line ?? 0;
    if (byLine.has(line)) continue;
    byLine.set(line, { ...at, code: "syntax", path: "", ...explainYamlError(code, inline(message)) });
  }
  return [...byLine.values()];
}

function unreadable(
  source: string,
  { message, remedy, warnings = [] }: {
    readonly message: string;
    readonly remedy: string;
    readonly warnings?: readonly YamlWarning[];
  },
): YamlTree {
  const place = { source, line: 1, column: 1 };
  const problem: ConfigProblem = { ...place, code: "too_large", path: "", message, remedy };
  return { ...withoutValue(() => place), problems: [problem], warnings };
}

function withoutValue(where: YamlTree["where"]): Pick<YamlTree, "value" | "where" | "written"> {
  return { value: undefined, where, written: () => undefined };
}

function inline(message: string): string {
  return message.replace(/\s+/g, " ").replace(/[\p{C}]/gu, "");
}

/**
 * Runs `action` while `process.env` looks empty. The YAML parser reads two variables for debugging, and the
 * program has no permission to read them.
 */
export function withoutEnvironment<T>(action: () => T): T {
  const real = Object.getOwnPropertyDescriptor(process, "env");
  if (real === undefined) return action();
  Object.defineProperty(process, "env", { value: {}, configurable: true, enumerable: true, writable: true });
  try {
    return action();
  } finally {
    Object.defineProperty(process, "env", real);
  }
}

import process from "node:process";
import { LineCounter, parseDocument, type YAMLParseError } from "yaml";
import type { ConfigProblem, SourcePosition } from "./problems.ts";
import type { SettingPath } from "./schema_walk.ts";
import { TooMuch, TreeReader } from "./tree_reader.ts";

/** The size of the largest file that is read: 256 kB. */
export const MAX_FILE_BYTES = 256 * 1024;

/** A YAML text as plain values, with the position of each. */
export interface YamlTree {
  readonly value: unknown;
  /**
   * Finds the position of the key or value at `path`; if it is missing, that of the nearest section around
   * it.
   */
  readonly where: (path: SettingPath, at: "key" | "value") => SourcePosition;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
}

/**
 * Reads YAML 1.2. Mistakes are in `problems`; `value` is then undefined, except for mistakes within one key,
 * such as a duplicate, which leave the rest to be checked.
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
      message: "nested too deep",
      remedy: "write it with less nesting",
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
 * Runs `action` while `process.env` looks empty. The YAML parser reads two variables for debugging, and the
 * program has no permission to read them.
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

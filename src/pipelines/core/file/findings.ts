import type { PipelineFormat } from "../pipeline.ts";
import type { FilePath, FileProblem, FileTree } from "./file_tree.ts";

/** The words of a finding, and whether it is about a key or its value. */
export interface Finding {
  readonly message: string;
  readonly hint: string;
  readonly at?: "key" | "value";
}

/** Collects the problems and warnings of one file, with their places. */
export class Findings {
  readonly format: PipelineFormat;
  readonly #tree: FileTree;
  readonly #problems = new Map<string, FileProblem>();
  readonly #warnings = new Map<string, FileProblem>();

  constructor(tree: FileTree, format: PipelineFormat) {
    this.#tree = tree;
    this.format = format;
  }

  get problems(): readonly FileProblem[] {
    return [...this.#problems.values()].sort(byPlace);
  }

  get warnings(): readonly FileProblem[] {
    return [...this.#warnings.values()].sort(byPlace);
  }

  /** Adds a problem. */
  problem(path: FilePath, finding: Finding): void {
    this.#keep(this.#problems, path, finding);
  }

  /** Adds a warning. */
  warn(path: FilePath, finding: Finding): void {
    this.#keep(this.#warnings, path, finding);
  }

  /** Adds something that has no effect: a problem, or a warning in a bare file, whose builder does not look at it. */
  useless(path: FilePath, finding: Finding): void {
    this.#keep(this.format === "bare" ? this.#warnings : this.#problems, path, finding);
  }

  /** Returns the characters of the number or the boolean at a path. */
  written(path: FilePath): string | undefined {
    return this.#tree.written(path);
  }

  /** An anchor brings the same mistake to each place that repeats it: it is one finding. */
  #keep(into: Map<string, FileProblem>, path: FilePath, { message, hint, at = "value" }: Finding): void {
    const { line, column } = this.#tree.where(path, at);
    into.set(`${line}:${column}:${message}`, { line, column, message, hint });
  }
}

function byPlace(a: FileProblem, b: FileProblem): number {
  return a.line - b.line || a.column - b.column;
}

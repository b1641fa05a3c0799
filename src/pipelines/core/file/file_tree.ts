/** A pipeline's file as plain values with the position of each, whichever language it is written in. */

import { quote } from "../../../lib/quote.ts";

/** The keys and indexes that lead to a value: `["steps", "0", "name"]`. */
export type FilePath = readonly string[];

/** A place in the file; both count from 1. */
export interface FilePosition {
  readonly line: number;
  readonly column: number;
}

/** The values of a file. */
export interface FileTree {
  readonly value: unknown;
  /** Finds the key or the value at a path; if it is missing, what is nearest around it. */
  readonly where: (path: FilePath, at: "key" | "value") => FilePosition;
  /** Returns the characters of the number or the boolean at a path, as `1.10`; undefined for any other value. */
  readonly written: (path: FilePath) => string | undefined;
}

/** A mistake in the file. */
export interface FileProblem extends FilePosition {
  /** The mistake, without a final period. */
  readonly message: string;
  /** The step that corrects it. */
  readonly hint: string;
}

/** A mapping from keys to values. */
export type FileMap = Readonly<Record<string, unknown>>;

/** Whether a value is a mapping. */
export function isFileMap(value: unknown): value is FileMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Describes a value of another kind than `expected`: `env is a list, and a map is expected`. */
export function describeKind(label: string, { value, expected }: {
  readonly value: unknown;
  readonly expected: string;
}): string {
  if (value === null || value === undefined) return `${label} has no value, and ${expected} is expected`;
  return `${label} is ${kindOf(value)}, and ${expected} is expected`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "boolean") return `${value}`;
  if (typeof value === "string") return quote(value);
  return typeof value === "number" || typeof value === "bigint" ? "a number" : "a map";
}

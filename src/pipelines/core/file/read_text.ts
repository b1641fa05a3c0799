import { describeKind, type FilePath } from "./file_tree.ts";
import type { Findings } from "./findings.ts";

/** A value with its place in the file. */
export interface Placed {
  readonly path: FilePath;
  readonly value: unknown;
}

/** Reads a text. A number or a boolean counts as the characters that the file has. */
export function readText({ path, value }: Placed, findings: Findings): string | undefined {
  const text = asText({ path, value }, findings);
  const key = path.at(-1) ?? "";
  const start = /^\d+$/.test(key) ? "- " : `${key}: `;
  if (text === undefined) {
    findings.problem(path, {
      message: describeKind(labelOf(path), { value, expected: "a text" }),
      hint: value === null
        ? `Write a text after "${start.trimEnd()}", or remove it`
        : `Write one text, as "${start}some text"; one that begins with { or [ needs quotes around it`,
    });
    return undefined;
  }
  if (!text.includes("\0")) return text;
  findings.problem(path, {
    message: `${labelOf(path)} contains a NUL character`,
    hint: "Remove it: no program can be given such a text",
  });
  return undefined;
}

/** Reads a text that is not blank. */
export function readFilledText(placed: Placed, findings: Findings): string | undefined {
  const text = readText(placed, findings);
  if (text === undefined || text.trim() !== "") return text;
  findings.problem(placed.path, {
    message: `${labelOf(placed.path)} is empty`,
    hint: "Write a text, or remove the key",
  });
  return undefined;
}

/** Returns the text that a scalar counts as; undefined for lists, maps and nothing. */
export function asText({ path, value }: Placed, findings: Findings): string | undefined {
  if (typeof value === "string") return value;
  const isScalar = typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
  return isScalar ? findings.written(path) ?? String(value) : undefined;
}

/** Names a value in a message: the key that it is of. */
export function labelOf(path: FilePath): string {
  const key = path.at(-1) ?? "the file";
  return /^\d+$/.test(key) ? `item ${Number(key) + 1} of ${path.at(-2) ?? "the list"}` : key;
}

/** Readers of lists and maps of texts. Each returns the value, or undefined after it has added a problem. */

import { quote } from "../../../lib/quote.ts";
import { describeKind, isFileMap } from "./file_tree.ts";
import type { Findings } from "./findings.ts";
import { asText, labelOf, type Placed, readFilledText, readText } from "./read_text.ts";

/** The names that a shell can use. */
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Reads the program and its arguments: a list, or the name of a program alone. */
export function readArgv({ path, value }: Placed, findings: Findings): readonly string[] | undefined {
  if (!Array.isArray(value)) {
    if (isFileMap(value) || value === null) {
      findings.problem(path, {
        message: describeKind("exec", { value, expected: "a list" }),
        hint: 'Write the program and its arguments as a list: "exec: [npm, test]"',
      });
      return undefined;
    }
    const program = readFilledText({ path, value }, findings);
    if (program !== undefined && /\s/.test(program)) {
      findings.warn(path, {
        message: `exec is the name of one program here, and ${quote(program)} contains a space`,
        hint: `Write a list, as "exec: [${
          program.trim().split(/\s+/).join(", ")
        }]", or write it as "run" for the shell`,
      });
    }
    return program === undefined ? undefined : [program];
  }
  if (value.length === 0) {
    findings.problem(path, {
      message: "exec is an empty list",
      hint: 'Write the program and its arguments: "exec: [npm, test]"',
    });
    return undefined;
  }
  const texts = value.map((each, index) => {
    const placed = { path: [...path, String(index)], value: each };
    return index === 0 ? readFilledText(placed, findings) : readText(placed, findings);
  });
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** Reads a map of variables. */
export function readVariables(
  { path, value }: Placed,
  findings: Findings,
): Readonly<Record<string, string>> | undefined {
  if (!isFileMap(value)) {
    findings.problem(path, {
      message: describeKind(labelOf(path), { value, expected: "a map" }),
      hint: 'Write NAME: value on each line below it, or "env: { NAME: value }"',
    });
    return undefined;
  }
  const entries = Object.entries(value).map(([name, each]) => {
    const inner = [...path, name];
    if (!VARIABLE_NAME.test(name)) {
      findings.problem(inner, { ...describeName(name), at: "key" });
      return undefined;
    }
    const text = asText({ path: inner, value: each }, findings);
    if (text !== undefined && !text.includes("\0")) return [name, text] as const;
    findings.problem(inner, {
      message: text === undefined
        ? describeKind(`the variable ${name}`, { value: each, expected: "a text" })
        : `the variable ${name} contains a NUL character`,
      hint: each === null ? `Write ${name}: "" for an empty text` : `Write ${name}: and one text`,
    });
    return undefined;
  });
  return entries.every((entry) => entry !== undefined) ? Object.fromEntries(entries) : undefined;
}

/** Reads a list of names of variables. */
export function readNames({ path, value }: Placed, findings: Findings): readonly string[] | undefined {
  if (!Array.isArray(value)) {
    findings.problem(path, {
      message: describeKind(labelOf(path), { value, expected: "a list of names" }),
      hint: `Write ${typeof value === "string" && VARIABLE_NAME.test(value) ? `[${value}]` : "[NPM_TOKEN]"}`,
    });
    return undefined;
  }
  const names = value.map((each, index) => {
    if (typeof each === "string" && VARIABLE_NAME.test(each)) return each;
    findings.problem(
      [...path, String(index)],
      typeof each === "string" ? describeName(each) : {
        message: describeKind("a secret", { value: each, expected: "its name" }),
        hint: "Write the name of the secret; its value stands in the secrets file",
      },
    );
    return undefined;
  });
  return names.every((name) => name !== undefined) ? [...new Set(names)] : undefined;
}

function describeName(name: string): { readonly message: string; readonly hint: string } {
  return {
    message: `${quote(name)} is no name of a variable`,
    hint: name.includes("=")
      ? "Write only the name here; a value stands after a colon, or in the secrets file"
      : "Use letters, digits and _, and no digit first",
  };
}

import { usageError } from "../../../lib/errors.ts";
import { Scanner } from "./scanner.ts";
import type { Token } from "./token_cursor.ts";

/** The kinds of the parts of a JSONPath. */
export type PathTokenKind = "name" | "number" | "named" | "sign" | "end";

/** A part of a JSONPath. */
export type PathToken = Token<PathTokenKind>;

/** The names of the original tool's library. */
const ORIGINAL_NAME =
  /[a-zA-Z_@\u4e00-\u9fa5\u{1f600}-\u{1f64f}][a-zA-Z0-9_@\-\u4e00-\u9fa5\u{1f600}-\u{1f64f}]*/uy;
/** Names may have every character that means nothing else. */
const NAME = /[^\s.[\](){}*,:|&~$'"`-][^\s.[\](){}*,:|&~$'"`]*/uy;
const NUMBER = /-?\d+/y;
/** Digits that go on as a name are one. */
const WHOLE_NUMBER = /-?\d+(?![^\s.[\](){}*,:|&~$'"`])/y;
const SPACE = /[ \t\n]*/y;
const QUOTED = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`/y;
const SIGN = /\.\.|[.[\]*,:$]/y;
const ORIGINAL_SIGN = /\.\.|[.[\]*,:$()|&~]/y;

/** Splits a JSONPath into tokens. `original` is the language of the original tool, which has more signs. */
export function tokenizePath(
  text: string,
  { original }: { readonly original: boolean },
): readonly PathToken[] {
  const tokens: PathToken[] = [];
  const scanner = new Scanner(text);
  const patterns = original
    ? ([["name", ORIGINAL_NAME], ["number", NUMBER], ["sign", ORIGINAL_SIGN]] as const)
    : ([["number", WHOLE_NUMBER], ["name", NAME], ["sign", SIGN]] as const);
  while (true) {
    scanner.match(SPACE);
    const { at } = scanner;
    if (scanner.isAtEnd) break;
    const quoted = scanner.match(QUOTED);
    if (quoted !== undefined) {
      const [, single, double, back] = quoted;
      const body = (single ?? double ?? back ?? "").replace(/\\([^])/g, "$1");
      tokens.push({ kind: back === undefined ? "name" : "named", text: body, at });
      continue;
    }
    const kind = patterns.find(([, pattern]) => scanner.match(pattern) !== undefined)?.[0];
    if (kind === undefined) throw pathFault(text, at);
    tokens.push({ kind, text: text.slice(at, scanner.at), at });
  }
  tokens.push({ kind: "end", text: "", at: text.length });
  return tokens;
}

/** The error of a JSONPath that cannot be read at an offset. */
export function pathFault(text: string, at: number): Error {
  const rest = text.slice(at, at + 20);
  return usageError(
    "path_invalid",
    `Reading the path ${JSON.stringify(text.slice(0, 200))}: ${
      rest === "" ? "it ends too early" : `${JSON.stringify(rest)} is not expected`
    }`,
    `Write it as $.a.b, $..name, list[0], list[1:3], map[a,b] or map['a.b']`,
  );
}

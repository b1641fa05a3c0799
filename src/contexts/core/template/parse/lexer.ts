import { PlacedFault } from "../limits.ts";
import { PYTHON_SPACE, trimEndPython } from "../text/characters.ts";
import { Scanner } from "../../tree/scanner.ts";
import { unescapeString } from "./string_literal.ts";
import type { Token, TokenKind } from "./token_stream.ts";

const SPACE = new RegExp(`[${PYTHON_SPACE}]+`, "y");
const RAW_BEGIN = new RegExp(
  `\\{%[-+]?[${PYTHON_SPACE}]*raw[${PYTHON_SPACE}]*(?:-%\\}[${PYTHON_SPACE}]*|%\\})`,
  "y",
);
const RAW_END = new RegExp(
  `\\{%([-+]?)[${PYTHON_SPACE}]*endraw[${PYTHON_SPACE}]*(?:-%\\}[${PYTHON_SPACE}]*|\\+?%\\})`,
  "y",
);
const BLOCK_END = new RegExp(`-%\\}[${PYTHON_SPACE}]*|\\+?%\\}`, "y");
const PRINT_END = new RegExp(`-\\}\\}[${PYTHON_SPACE}]*|\\}\\}`, "y");
const FLOAT = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[-+]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}]*/uy;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;
const OPENING = /\{[{%#]/g;

const CLOSERS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Splits a template into tokens, as Jinja's lexer does. Each character is looked at a few times at most. */
export function tokenize(text: string): readonly Token[] {
  const lexer = new Lexer(text);
  while (!lexer.isAtEnd) lexer.readPiece();
  return [...lexer.tokens, { kind: "end", text: "", at: text.length }];
}

class Lexer extends Scanner {
  readonly tokens: Token[] = [];

  /** Reads text up to the next opening, and what the opening begins. */
  readPiece(): void {
    const { text, at } = this;
    OPENING.lastIndex = at;
    const found = OPENING.exec(text);
    const begin = found?.index ?? text.length;
    const sign = text[begin + 2];
    this.#data({ from: at, to: begin, trims: sign === "-" });
    this.at = begin;
    if (found === null) return;
    if (found[0] === "{#") return this.#comment();
    if (found[0] === "{%" && this.match(RAW_BEGIN) !== undefined) return this.#raw(begin);
    const isPrint = found[0] === "{{";
    this.tokens.push({ kind: isPrint ? "print_begin" : "block_begin", text: found[0], at: begin });
    this.at += sign === "-" || sign === "+" ? 3 : 2;
    this.#code(isPrint);
  }

  #data({ from, to, trims }: { readonly from: number; readonly to: number; readonly trims: boolean }): void {
    const data = this.text.slice(from, to);
    const text = trims ? trimEndPython(data) : data;
    if (text !== "") this.tokens.push({ kind: "data", text, at: from });
  }

  #comment(): void {
    const { text, at } = this;
    const end = text.indexOf("#}", at + 2);
    // An opening at the very end is nothing, as in Jinja.
    const isNothing = /^\{#[-+]?$/.test(text.slice(at, at + 4));
    if (end < 0 && !isNothing) throw new PlacedFault('a comment has no "#}"', at);
    this.at = isNothing ? text.length : end + 2;
    if (text[end - 1] === "-" && end > at + 3) this.match(SPACE);
  }

  #raw(begin: number): void {
    const { text, at: start } = this;
    if (this.isAtEnd) return;
    for (let end = text.indexOf("{%", start); end >= 0; end = text.indexOf("{%", end + 2)) {
      this.at = end;
      const sign = this.match(RAW_END)?.[1];
      if (sign !== undefined) return this.#data({ from: start, to: end, trims: sign === "-" });
    }
    throw new PlacedFault('"raw" has no "endraw"', begin);
  }

  /** Reads the tokens between `{{` and `}}`, or `{%` and `%}`. */
  #code(isPrint: boolean): void {
    const closers: string[] = [];
    while (true) {
      this.match(SPACE);
      if (this.isAtEnd) return;
      if (closers.length === 0) {
        const end = this.#take(isPrint ? "print_end" : "block_end", isPrint ? PRINT_END : BLOCK_END);
        if (end !== undefined) return;
      }
      const isCode = this.#number() ?? this.#take("name", NAME) ?? this.#string();
      if (isCode === undefined) this.#operator(closers);
    }
  }

  #number(): string | undefined {
    const first = this.text.charCodeAt(this.at);
    if (first < 48 || first > 57) return undefined;
    // In `a.0.1` both are indexes.
    const isIndex = this.text[this.at - 1] === ".";
    return (isIndex ? undefined : this.#take("float", FLOAT)) ?? this.#take("integer", INTEGER);
  }

  #string(): string | undefined {
    const { text, at, char: quote } = this;
    if (quote !== "'" && quote !== '"') return undefined;
    let end = at + 1;
    while (end < text.length && text[end] !== quote) end += text[end] === "\\" ? 2 : 1;
    if (end >= text.length) throw new PlacedFault("a text is not closed", at);
    const value = unescapeString(text.slice(at + 1, end), at);
    this.tokens.push({ kind: "string", text: value, at });
    this.at = end + 1;
    return value;
  }

  #operator(closers: string[]): void {
    const { at } = this;
    const text = this.#take("operator", OPERATOR);
    if (text === undefined) {
      const char = String.fromCodePoint(this.text.codePointAt(at) ?? 0);
      throw new PlacedFault(`${JSON.stringify(char)} is not expected`, at);
    }
    const closer = CLOSERS[text];
    if (closer !== undefined) closers.push(closer);
    if (!Object.values(CLOSERS).includes(text)) return;
    const wanted = closers.pop();
    if (wanted === text) return;
    const instead = wanted === undefined ? "" : `, but "${wanted}"`;
    throw new PlacedFault(`"${text}" is not expected${instead}`, at);
  }

  #take(kind: TokenKind, pattern: RegExp): string | undefined {
    const { at } = this;
    const text = this.match(pattern)?.[0];
    if (text !== undefined) this.tokens.push({ kind, text: kind.endsWith("_end") ? "" : text, at });
    return text;
  }
}

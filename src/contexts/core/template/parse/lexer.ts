import { PlacedFault } from "../limits.ts";
import { PYTHON_SPACE, trimEndPython } from "../text/characters.ts";
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
export function tokenize(text: string): Token[] {
  return new Lexer(text).tokens();
}

class Lexer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  tokens(): Token[] {
    while (this.#at < this.#text.length) this.#piece();
    this.#push("end", "");
    return this.#tokens;
  }

  /** Reads text up to the next opening, and what the opening begins. */
  #piece(): void {
    OPENING.lastIndex = this.#at;
    const found = OPENING.exec(this.#text);
    const begin = found?.index ?? this.#text.length;
    const sign = this.#text[begin + 2];
    const data = this.#text.slice(this.#at, begin);
    this.#data(sign === "-" ? trimEndPython(data) : data);
    this.#at = begin;
    if (found === null) return;
    if (found[0] === "{#") return this.#comment();
    if (found[0] === "{%" && this.#match(RAW_BEGIN) !== undefined) return this.#raw(begin);
    const isPrint = found[0] === "{{";
    this.#push(isPrint ? "print_begin" : "block_begin", found[0]);
    this.#at += sign === "-" || sign === "+" ? 3 : 2;
    this.#code(isPrint);
  }

  #data(data: string): void {
    if (data !== "") this.#push("data", data);
  }

  #comment(): void {
    const end = this.#text.indexOf("#}", this.#at + 2);
    // An opening at the very end is nothing, as in Jinja.
    if (/^\{#[-+]?$/.test(this.#text.slice(this.#at, this.#at + 4))) {
      this.#at = this.#text.length;
      return;
    }
    if (end < 0) throw new PlacedFault('a comment has no "#}"', this.#at);
    const trims = this.#text[end - 1] === "-" && end > this.#at + 3;
    this.#at = end + 2;
    if (trims) this.#match(SPACE);
  }

  #raw(begin: number): void {
    const start = this.#at;
    if (start >= this.#text.length) return;
    for (let end = this.#text.indexOf("{%", start); end >= 0; end = this.#text.indexOf("{%", end + 2)) {
      this.#at = end;
      const sign = this.#match(RAW_END)?.[1];
      if (sign === undefined) continue;
      const after = this.#at;
      this.#at = start;
      const data = this.#text.slice(start, end);
      this.#data(sign === "-" ? trimEndPython(data) : data);
      this.#at = after;
      return;
    }
    throw new PlacedFault('"raw" has no "endraw"', begin);
  }

  /** Reads the tokens between `{{` and `}}`, or `{%` and `%}`. */
  #code(isPrint: boolean): void {
    const closers: { readonly closer: string; readonly at: number }[] = [];
    while (true) {
      this.#match(SPACE);
      if (this.#at >= this.#text.length) return;
      if (closers.length === 0) {
        const at = this.#at;
        if (this.#match(isPrint ? PRINT_END : BLOCK_END) !== undefined) {
          this.#tokens.push({ kind: isPrint ? "print_end" : "block_end", text: "", at });
          return;
        }
      }
      if (this.#number() || this.#name() || this.#string()) continue;
      this.#operator(closers);
    }
  }

  #number(): boolean {
    const first = this.#text.charCodeAt(this.#at);
    if (first < 48 || first > 57) return false;
    // In `a.0.1` both are indexes.
    return (this.#text[this.#at - 1] !== "." && this.#take("float", FLOAT)) || this.#take("integer", INTEGER);
  }

  #name(): boolean {
    return this.#take("name", NAME);
  }

  #string(): boolean {
    const quote = this.#text[this.#at];
    if (quote !== "'" && quote !== '"') return false;
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== quote) end += this.#text[end] === "\\" ? 2 : 1;
    if (end >= this.#text.length) throw new PlacedFault("a text is not closed", this.#at);
    this.#push("string", unescapeString(this.#text.slice(this.#at + 1, end), this.#at));
    this.#at = end + 1;
    return true;
  }

  #operator(closers: { readonly closer: string; readonly at: number }[]): void {
    const at = this.#at;
    const text = this.#match(OPERATOR)?.[0];
    if (text === undefined) {
      throw new PlacedFault(
        `${JSON.stringify(String.fromCodePoint(this.#text.codePointAt(at) ?? 0))} is not expected`,
        at,
      );
    }
    const closer = CLOSERS[text];
    if (closer !== undefined) closers.push({ closer, at });
    else if (text === ")" || text === "]" || text === "}") {
      const wanted = closers.pop();
      if (wanted === undefined) throw new PlacedFault(`"${text}" is not expected`, at);
      if (wanted.closer !== text) {
        throw new PlacedFault(`"${text}" is not expected, but "${wanted.closer}"`, at);
      }
    }
    this.#tokens.push({ kind: "operator", text, at });
  }

  #take(kind: TokenKind, pattern: RegExp): boolean {
    const at = this.#at;
    const text = this.#match(pattern)?.[0];
    if (text === undefined) return false;
    this.#tokens.push({ kind, text, at });
    return true;
  }

  #push(kind: TokenKind, text: string): void {
    this.#tokens.push({ kind, text, at: this.#at });
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found;
  }
}

import { parseNumber } from "../../../lib/scalars/exact_numbers.ts";
import type { Value } from "./value.ts";

/** A text that is not JSON, with the place. */
export interface JsonProblem {
  readonly message: string;
  /** Counted from 1. */
  readonly line: number;
  /** Set if it is JSON as far as it was read, and a value in it is too large or too deep. */
  readonly refused?: true;
}

/** Deeper JSON is refused before the stack of the process ends. */
const DEEPEST = 200;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;
/** The end of a run of characters that stand for themselves. */
// deno-lint-ignore no-control-regex -- JSON escapes them
const RUN_END = /["\\\u0000-\u001f]/g;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Parses JSON; keys keep their order and numbers their digits, which `JSON.parse` loses. */
export function parseJson(text: string): { readonly value: Value } | { readonly problem: JsonProblem } {
  const reader = new JsonReader(text);
  try {
    return { value: reader.document() };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const { message, at, refused } = error;
    const line = text.slice(0, at).split("\n").length;
    return { problem: { message, line, ...refused ? { refused: true } : {} } };
  }
}

class JsonFault extends Error {
  readonly at: number;
  readonly refused: boolean;

  constructor(message: string, at: number, { refused = false } = {}) {
    super(message);
    this.at = at;
    this.refused = refused;
  }
}

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Value {
    this.#space();
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  #value(depth: number): Value {
    if (depth > DEEPEST) {
      throw new JsonFault(`it is nested deeper than ${DEEPEST} levels`, this.#at, { refused: true });
    }
    const char = this.#text[this.#at];
    if (char === "{") return this.#map(depth);
    if (char === "[") return this.#list(depth);
    if (char === '"') return this.#string();
    for (const [word, value] of [["true", true], ["false", false], ["null", null]] as const) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  #number(): Value {
    const source = this.#match(NUMBER);
    if (source === undefined) throw this.#unexpected();
    const number = Number(source);
    if (!Number.isFinite(number)) {
      throw new JsonFault(`the number ${source} is too large`, this.#at, { refused: true });
    }
    return parseNumber(source, number);
  }

  #string(): string {
    const start = this.#at;
    this.#at++;
    let isPlain = true;
    // One pattern for the whole text would end the stack of the process for a text of 8 MiB.
    while (this.#text[this.#runEnd()] === "\\") {
      isPlain = false;
      if (this.#match(ESCAPE) === undefined) throw notClosed(start);
    }
    if (!this.#take('"')) throw notClosed(start);
    const source = this.#text.slice(start, this.#at);
    return isPlain ? source.slice(1, -1) : JSON.parse(`[${source}]`)[0];
  }

  /** Goes to the end of a run of plain characters. */
  #runEnd(): number {
    RUN_END.lastIndex = this.#at;
    this.#at = RUN_END.exec(this.#text)?.index ?? this.#text.length;
    return this.#at;
  }

  #list(depth: number): Value {
    const list: Value[] = [];
    this.#at++;
    this.#space();
    if (this.#take("]")) return list;
    while (true) {
      this.#space();
      list.push(this.#value(depth + 1));
      this.#space();
      if (this.#take("]")) return list;
      if (!this.#take(",")) throw this.#unexpected();
    }
  }

  #map(depth: number): Value {
    const map = new Map<string, Value>();
    this.#at++;
    this.#space();
    if (this.#take("}")) return map;
    while (true) {
      this.#space();
      if (this.#text[this.#at] !== '"') throw this.#unexpected();
      const key = this.#string();
      this.#space();
      if (!this.#take(":")) throw this.#unexpected();
      this.#space();
      map.set(key, this.#value(depth + 1));
      this.#space();
      if (this.#take("}")) return map;
      if (!this.#take(",")) throw this.#unexpected();
    }
  }

  #space(): void {
    this.#match(SPACE);
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #unexpected(): JsonFault {
    const rest = this.#text.slice(this.#at, this.#at + 12);
    return new JsonFault(
      rest === "" ? "it ends too early" : `${JSON.stringify(rest)} is not expected`,
      this.#at,
    );
  }
}

function notClosed(start: number): JsonFault {
  return new JsonFault("a text is not closed, or has a wrong escape in it", start);
}

import { parseNumber } from "../../../lib/scalars/exact_numbers.ts";
import { Scanner } from "./scanner.ts";
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

class JsonReader extends Scanner {
  document(): Value {
    this.#space();
    const value = this.#value(0);
    this.#space();
    if (!this.isAtEnd) throw this.#unexpected();
    return value;
  }

  #value(depth: number): Value {
    if (depth > DEEPEST) throw this.#refused(`it is nested deeper than ${DEEPEST} levels`);
    const { char, at, text } = this;
    if (char === "{") return this.#map(depth);
    if (char === "[") return this.#list(depth);
    if (char === '"') return this.#string();
    for (const [word, value] of [["true", true], ["false", false], ["null", null]] as const) {
      if (text.startsWith(word, at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  #number(): Value {
    const source = this.match(NUMBER)?.[0];
    if (source === undefined) throw this.#unexpected();
    const number = Number(source);
    if (!Number.isFinite(number)) throw this.#refused(`the number ${source} is too large`);
    return parseNumber(source, number);
  }

  #string(): string {
    const { at: start, text } = this;
    this.at++;
    let isPlain = true;
    // One pattern for the whole text would end the stack of the process for a text of 8 MiB.
    while (text[this.#runEnd()] === "\\") {
      isPlain = false;
      if (this.match(ESCAPE) === undefined) throw notClosed(start);
    }
    if (!this.take('"')) throw notClosed(start);
    const source = text.slice(start, this.at);
    return isPlain ? source.slice(1, -1) : JSON.parse(`[${source}]`)[0];
  }

  /** Goes to the end of a run of plain characters. */
  #runEnd(): number {
    const { text, at } = this;
    RUN_END.lastIndex = at;
    return this.at = RUN_END.exec(text)?.index ?? text.length;
  }

  #list(depth: number): Value {
    const list: Value[] = [];
    this.#parts("]", () => list.push(this.#value(depth + 1)));
    return list;
  }

  #map(depth: number): Value {
    const map = new Map<string, Value>();
    this.#parts("}", () => {
      if (this.char !== '"') throw this.#unexpected();
      const key = this.#string();
      this.#space();
      if (!this.take(":")) throw this.#unexpected();
      this.#space();
      map.set(key, this.#value(depth + 1));
    });
    return map;
  }

  /** Reads the parts of a list or map, with commas between them. */
  #parts(close: "]" | "}", read: () => void): void {
    this.at++;
    this.#space();
    if (this.take(close)) return;
    while (true) {
      read();
      this.#space();
      if (this.take(close)) return;
      if (!this.take(",")) throw this.#unexpected();
      this.#space();
    }
  }

  #space(): void {
    this.match(SPACE);
  }

  #refused(message: string): JsonFault {
    return new JsonFault(message, this.at, { refused: true });
  }

  #unexpected(): JsonFault {
    const { text, at } = this;
    const rest = text.slice(at, at + 12);
    return new JsonFault(rest === "" ? "it ends too early" : `${JSON.stringify(rest)} is not expected`, at);
  }
}

function notClosed(start: number): JsonFault {
  return new JsonFault("a text is not closed, or has a wrong escape in it", start);
}

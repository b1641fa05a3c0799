import { quote } from "../../lib/quote.ts";

/** A value of JSON with its place. */
export interface JsonNode {
  readonly value: unknown;
  readonly offset: number;
  /** The characters of the value; of a list or map its opening bracket. */
  readonly source: string;
  /** The entries of a list, by index, or of a map. */
  readonly members: ReadonlyMap<string, JsonMember> | undefined;
}

/** An entry of a list or a map. An entry of a list has no key, and its place is that of the value. */
export interface JsonMember {
  readonly keyOffset: number;
  readonly node: JsonNode;
}

/** The first fault of a text that is no JSON. */
export class JsonFault extends Error {
  readonly offset: number;
  readonly hint: string;

  constructor(message: string, { offset, hint }: { readonly offset: number; readonly hint: string }) {
    super(message);
    this.offset = offset;
    this.hint = hint;
  }
}

/** Deeper JSON is refused before the stack of the process ends. */
const DEEPEST = 128;

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])/y;
const WORD = /[^\s,:[\]{}"]+/y;
// deno-lint-ignore no-control-regex -- JSON escapes them
const RUN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Reads JSON and keeps the place of everything, which `JSON.parse` does not. */
export class JsonReader {
  readonly duplicates: { readonly key: string; readonly offset: number; readonly first: number }[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith("\uFEFF")) this.#at = 1;
  }

  /** Reads the whole text. Throws JsonFault. */
  document(): JsonNode {
    this.#space();
    if (this.#at === this.#text.length) {
      throw this.#fault("the file is empty", 'Begin with { "name": "build", "steps": [ … ] }');
    }
    const node = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) {
      throw this.#fault(
        `${this.#next()} is here, where the document has ended`,
        "Remove what follows the last bracket",
      );
    }
    return node;
  }

  #value(depth: number): JsonNode {
    if (depth > DEEPEST) throw this.#fault(`nested more than ${DEEPEST} deep`, "Write it with less nesting");
    const offset = this.#at;
    const char = this.#text[offset];
    if (char === "{") return this.#map(depth);
    if (char === "[") return this.#list(depth);
    if (char === '"') {
      const value = this.#string();
      return { value, offset, source: this.#text.slice(offset, this.#at), members: undefined };
    }
    const number = this.#match(NUMBER);
    if (number) return { value: Number(number), offset, source: number, members: undefined };
    const word = this.#match(WORD);
    if (word === "true" || word === "false" || word === "null") {
      return { value: JSON.parse(word), offset, source: word, members: undefined };
    }
    this.#at = offset;
    throw this.#noValue(word);
  }

  #noValue(word: string): JsonFault {
    const char = this.#text[this.#at];
    if (char === "'" || word.startsWith("'")) {
      return this.#fault("JSON has no single quotes", 'Write double quotes: "text"');
    }
    if (char === "/" || char === "#") {
      return this.#fault(
        "JSON has no comments",
        "Remove the comment, or write the file as YAML, with a name that ends in .yml",
      );
    }
    if (char === undefined) return this.#ended("a value");
    const isComma = char === "," || char === "]" || char === "}";
    if (isComma) {
      return this.#fault(
        `${quote(char)} is here, and a value is expected`,
        "Write a value, or remove the comma before it: JSON has none after the last value",
      );
    }
    return /^[-+.\d]/.test(word)
      ? this.#fault(
        `${quote(word)} is no number of JSON`,
        "Write a number as 10 or 0.5, or a text in double quotes",
      )
      : this.#fault(`${quote(word)} is no value of JSON`, `Write ${quote(word)} with quotes if it is a text`);
  }

  #string(): string {
    const start = this.#at;
    this.#at++;
    let isPlain = true;
    for (;;) {
      this.#match(RUN);
      const char = this.#text[this.#at];
      if (char === '"') break;
      if (char === "\\" && this.#match(ESCAPE) !== "") {
        isPlain = false;
        continue;
      }
      if (char === "\\") {
        throw this.#fault(`${this.#next(2)} is no escape of JSON`, "Write \\\\ for a backslash");
      }
      this.#at = char === "\t" ? this.#at : start;
      throw char === "\t" ? this.#fault("a tab is inside of a text", "Write \\t for it") : this.#fault(
        "a text is not closed on its line",
        'Write " at its end, and \\n for a line break in it',
      );
    }
    this.#at++;
    const source = this.#text.slice(start, this.#at);
    return isPlain ? source.slice(1, -1) : JSON.parse(source);
  }

  #list(depth: number): JsonNode {
    const offset = this.#at++;
    const values: unknown[] = [];
    const members = new Map<string, JsonMember>();
    this.#space();
    while (!this.#take("]")) {
      if (values.length > 0) this.#comma({ opened: "[", close: "]", offset });
      const node = this.#value(depth + 1);
      members.set(String(values.length), { keyOffset: node.offset, node });
      values.push(node.value);
      this.#space();
    }
    return { value: values, offset, source: "[", members };
  }

  #map(depth: number): JsonNode {
    const offset = this.#at++;
    const members = new Map<string, JsonMember>();
    this.#space();
    for (let isFirst = true; !this.#take("}"); isFirst = false) {
      if (!isFirst) this.#comma({ opened: "{", close: "}", offset });
      const keyOffset = this.#at;
      const key = this.#key();
      this.#space();
      if (!this.#take(":")) {
        throw this.#fault(
          `${this.#next()} is here, and a colon is expected`,
          `Write ${quote(key)}: and the value`,
        );
      }
      this.#space();
      const node = this.#value(depth + 1);
      const first = members.get(key)?.keyOffset;
      if (first === undefined) members.set(key, { keyOffset, node });
      else this.duplicates.push({ key, offset: keyOffset, first });
      this.#space();
    }
    const value = Object.fromEntries([...members].map(([key, { node }]) => [key, node.value]));
    return { value, offset, source: "{", members };
  }

  #key(): string {
    const char = this.#text[this.#at];
    if (char === '"') return this.#string();
    if (char === undefined) throw this.#ended("a key");
    if (char === "}") {
      throw this.#fault("a comma is before }", "Remove it: JSON has no comma after the last value");
    }
    const offset = this.#at;
    const word = this.#match(WORD);
    this.#at = offset;
    if (/^(?:\/[/*]|#)/.test(word)) throw this.#noValue(word);
    throw this.#fault(
      `${this.#next()} is here, and a key is expected`,
      'Write keys in double quotes: "name"',
    );
  }

  /** Reads the comma between two entries and the space around it. */
  #comma(
    { opened, close, offset }: { readonly opened: string; readonly close: string; readonly offset: number },
  ): void {
    if (this.#take(",")) return this.#space();
    if (this.#text[this.#at] === undefined) {
      const line = this.#text.slice(0, offset).split("\n").length;
      throw this.#fault(`the file ends inside of the ${opened} of line ${line}`, `Close it with ${close}`);
    }
    if (/^(?:\/[/*]|#)/.test(this.#text.slice(this.#at, this.#at + 2))) throw this.#noValue("");
    throw this.#fault(
      `${this.#next()} is here, and a comma or ${close} is expected`,
      `Write a comma between two values, and ${close} after the last`,
    );
  }

  #ended(what: string): JsonFault {
    return this.#fault(
      `the file ends where ${what} is expected`,
      "Write the rest of it, and close each bracket",
    );
  }

  #space(): void {
    this.#match(SPACE);
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  /** Reads what a pattern finds here; an empty text if it finds nothing. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  /** Quotes the next characters. */
  #next(length = 1): string {
    const rest = this.#text.slice(this.#at);
    return rest === "" ? "the end of the file" : quote(/^\w+/.exec(rest)?.[0] ?? rest.slice(0, length));
  }

  #fault(message: string, hint: string): JsonFault {
    return new JsonFault(message, { offset: this.#at, hint });
  }
}

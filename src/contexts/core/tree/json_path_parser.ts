import { pathFault, type PathToken, tokenizePath } from "./json_path_tokens.ts";

/** A JSONPath as a tree. */
export type PathNode =
  | { readonly kind: "root" | "this" | "parent" | "all" }
  | { readonly kind: "fields"; readonly names: readonly string[] }
  | { readonly kind: "indexes"; readonly indexes: readonly number[] }
  | { readonly kind: "slice"; readonly bounds: readonly (number | undefined)[] }
  | {
    readonly kind: "child" | "descendants" | "where" | "wherenot" | "union";
    readonly left: PathNode;
    readonly right: PathNode;
  };

/** Longer paths are refused, before they end the stack. */
const MOST_TOKENS = 2000;
const DEEPEST = 100;

/** The operators, the loosest first. In the original's language, `|` binds more tightly than a dot. */
const OPERATORS:
  readonly (readonly [sign: string, kind: Extract<PathNode, { readonly left: PathNode }>["kind"]])[] = [
    ["..", "descendants"],
    [".", "child"],
    ["|", "union"],
    ["where", "where"],
    ["wherenot", "wherenot"],
  ];

/** Parses a JSONPath. Throws AppError `path_invalid` (exit code 2). */
export function parseJsonPath(text: string, options: { readonly original: boolean }): PathNode {
  const tokens = tokenizePath(text, options);
  if (tokens.length > MOST_TOKENS) throw pathFault(text, tokens[MOST_TOKENS]?.at ?? 0);
  return new PathParser(text, tokens, options.original).parse();
}

class PathParser {
  readonly #text: string;
  readonly #tokens: readonly PathToken[];
  readonly #original: boolean;
  #index = 0;
  #depth = 0;

  constructor(text: string, tokens: readonly PathToken[], original: boolean) {
    this.#text = text;
    this.#tokens = tokens;
    this.#original = original;
  }

  parse(): PathNode {
    // A path may begin with "..": it starts at the root.
    const node = this.#isSign("..") && !this.#original ? this.#whole({ kind: "root" }) : this.#whole();
    if (this.#current.kind !== "end") throw this.#fault();
    return node;
  }

  /** Brackets apply to everything before them. */
  #whole(start?: PathNode): PathNode {
    let left = start ?? this.#primary();
    while (true) {
      left = this.#binary(left, 0);
      if (!this.#isSign("[")) return left;
      left = { kind: "child", left, right: this.#brackets() };
    }
  }

  #binary(start: PathNode, lowest: number): PathNode {
    let left = start;
    while (true) {
      const level = this.#operatorLevel();
      const kind = OPERATORS[level]?.[1];
      if (kind === undefined || level < lowest) return left;
      this.#index++;
      left = { kind, left, right: this.#binary(this.#primary(), level + 1) };
    }
  }

  #operatorLevel(): number {
    const { kind, text, at } = this.#current;
    // A name in quotes is never an operator.
    const isWord = kind === "name" && this.#original && this.#text.startsWith(text, at);
    return kind === "sign" || isWord ? OPERATORS.findIndex(([sign]) => sign === text) : -1;
  }

  #primary(): PathNode {
    const { kind, text } = this.#current;
    if (this.#isSign("[")) return this.#brackets();
    if (kind === "name" && this.#operatorLevel() < 0) return { kind: "fields", names: this.#names() };
    this.#index++;
    if (kind === "number") return { kind: "fields", names: [String(BigInt(text))] };
    if (kind === "named" && this.#original && (text === "this" || text === "parent")) return { kind: text };
    if (kind === "sign" && text === "$") return { kind: "root" };
    if (kind === "sign" && text === "*") return { kind: "all" };
    if (kind === "sign" && text === "(") return this.#parentheses();
    this.#index--;
    throw this.#fault();
  }

  #parentheses(): PathNode {
    if (++this.#depth > DEEPEST) throw this.#fault();
    const node = this.#whole();
    this.#depth--;
    this.#expect(")");
    return node;
  }

  #names(): readonly string[] {
    const names: string[] = [];
    do {
      if (this.#current.kind !== "name" || this.#operatorLevel() >= 0) throw this.#fault();
      names.push(this.#next().text);
    } while (this.#skip(","));
    return names;
  }

  #brackets(): PathNode {
    this.#expect("[");
    const node = this.#selection();
    this.#expect("]");
    return node;
  }

  #selection(): PathNode {
    if (this.#skip("*")) return { kind: "all" };
    if (this.#current.kind === "name") return { kind: "fields", names: this.#names() };
    const first = this.#number();
    if (first !== undefined && !this.#isSign(":")) {
      const indexes = [first];
      while (this.#skip(",")) indexes.push(this.#number() ?? this.#missing());
      return { kind: "indexes", indexes };
    }
    const bounds = [first];
    while (bounds.length < 3 && this.#skip(":")) bounds.push(this.#number());
    if (bounds.length < 2) throw this.#fault();
    return { kind: "slice", bounds };
  }

  #missing(): never {
    throw this.#fault();
  }

  #number(): number | undefined {
    return this.#current.kind === "number" ? Number(this.#next().text) : undefined;
  }

  get #current(): PathToken {
    return this.#tokens[this.#index] ?? { kind: "end", text: "", at: this.#text.length };
  }

  #next(): PathToken {
    const token = this.#current;
    this.#index++;
    return token;
  }

  #isSign(text: string): boolean {
    return this.#current.kind === "sign" && this.#current.text === text;
  }

  #skip(text: string): boolean {
    if (!this.#isSign(text)) return false;
    this.#index++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#skip(text)) throw this.#fault();
  }

  #fault(): Error {
    return pathFault(this.#text, this.#current.at);
  }
}

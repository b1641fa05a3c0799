import { pathFault, type PathToken, type PathTokenKind, tokenizePath } from "./json_path_tokens.ts";
import { TokenCursor } from "./token_cursor.ts";

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

class PathParser extends TokenCursor<PathTokenKind> {
  readonly #text: string;
  readonly #original: boolean;
  #depth = 0;

  constructor(text: string, tokens: readonly PathToken[], original: boolean) {
    super(tokens, { words: ["sign"] });
    this.#text = text;
    this.#original = original;
  }

  parse(): PathNode {
    // A path may begin with "..": it starts at the root.
    const node = this.is("..") && !this.#original ? this.#whole({ kind: "root" }) : this.#whole();
    if (this.current.kind !== "end") throw this.#fault();
    return node;
  }

  /** Brackets apply to everything before them. */
  #whole(start?: PathNode): PathNode {
    let left = start ?? this.#primary();
    while (true) {
      left = this.#binary(left, 0);
      if (!this.is("[")) return left;
      left = { kind: "child", left, right: this.#brackets() };
    }
  }

  #binary(start: PathNode, lowest: number): PathNode {
    let left = start;
    while (true) {
      const level = this.#operatorLevel();
      const kind = OPERATORS[level]?.[1];
      if (kind === undefined || level < lowest) return left;
      this.next();
      left = { kind, left, right: this.#binary(this.#primary(), level + 1) };
    }
  }

  #operatorLevel(): number {
    const { kind, text, at } = this.current;
    // A name in quotes is never an operator.
    const isWord = kind === "name" && this.#original && this.#text.startsWith(text, at);
    return kind === "sign" || isWord ? OPERATORS.findIndex(([sign]) => sign === text) : -1;
  }

  #primary(): PathNode {
    const { kind, text } = this.current;
    if (this.is("[")) return this.#brackets();
    if (kind === "name" && this.#operatorLevel() < 0) return { kind: "fields", names: this.#names() };
    if (this.skip("$")) return { kind: "root" };
    if (this.skip("*")) return { kind: "all" };
    if (this.skip("(")) return this.#parentheses();
    const isNamed = kind === "named" && this.#original && (text === "this" || text === "parent");
    if (kind !== "number" && !isNamed) throw this.#fault();
    this.next();
    return isNamed ? { kind: text } : { kind: "fields", names: [String(BigInt(text))] };
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
      if (this.current.kind !== "name" || this.#operatorLevel() >= 0) throw this.#fault();
      names.push(this.next().text);
    } while (this.skip(","));
    return names;
  }

  #brackets(): PathNode {
    this.#expect("[");
    const node = this.#selection();
    this.#expect("]");
    return node;
  }

  #selection(): PathNode {
    if (this.skip("*")) return { kind: "all" };
    if (this.current.kind === "name") return { kind: "fields", names: this.#names() };
    const first = this.#number();
    if (first !== undefined && !this.is(":")) {
      const indexes = [first];
      while (this.skip(",")) indexes.push(this.#number() ?? this.#missing());
      return { kind: "indexes", indexes };
    }
    const bounds = [first];
    while (bounds.length < 3 && this.skip(":")) bounds.push(this.#number());
    if (bounds.length < 2) throw this.#fault();
    return { kind: "slice", bounds };
  }

  #missing(): never {
    throw this.#fault();
  }

  #number(): number | undefined {
    return this.current.kind === "number" ? Number(this.next().text) : undefined;
  }

  #expect(text: string): void {
    if (!this.skip(text)) throw this.#fault();
  }

  #fault(): Error {
    return pathFault(this.#text, this.current.at);
  }
}

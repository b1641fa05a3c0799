import { PlacedFault } from "../limits.ts";

/** A part of a template that the parser reads. */
export interface Token {
  readonly kind: TokenKind;
  /** The text of data, name or operator; the value of a string; the digits of a number. */
  readonly text: string;
  /** The offset in the source. */
  readonly at: number;
}

/** The kinds of tokens with their names in messages; undefined where the text names the token. */
const KINDS = {
  data: "text",
  print_begin: '"{{"',
  print_end: '"}}"',
  block_begin: '"{%"',
  block_end: '"%}"',
  name: undefined,
  string: "a text",
  integer: undefined,
  float: undefined,
  operator: undefined,
  end: "the end of the template",
} as const;

/** The kinds of {@link Token}. */
export type TokenKind = keyof typeof KINDS;

/** Reads tokens one after the other. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #index = 0;

  /** Makes a stream of tokens. */
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The token that is read next. */
  get current(): Token {
    return this.#at(this.#index);
  }

  /** The token after {@link current}. */
  get following(): Token {
    return this.#at(this.#index + 1);
  }

  /** Returns the current token and goes on. */
  next(): Token {
    const token = this.current;
    if (token.kind !== "end") this.#index++;
    return token;
  }

  /** Whether the current token is an operator or a name with this text. */
  is(text: string): boolean {
    return isWord(this.current, text);
  }

  /** Whether the token after the current one is an operator or a name with this text. */
  isFollowedBy(text: string): boolean {
    return isWord(this.following, text);
  }

  /** Goes on if the current token is an operator or name with this text; returns whether it is. */
  skip(text: string): boolean {
    if (!this.is(text)) return false;
    this.#index++;
    return true;
  }

  /** Reads an operator or name; throws if the current token is another. */
  expect(text: string): Token {
    if (!this.is(text)) throw this.unexpected(`"${text}"`);
    return this.next();
  }

  /** Reads a token of a kind; `wanted` names it in the error. */
  expectKind(kind: TokenKind, wanted: string = KINDS[kind] ?? `a ${kind}`): Token {
    if (this.current.kind !== kind) throw this.unexpected(wanted);
    return this.next();
  }

  /** The fault of a token that cannot stand here. */
  unexpected(wanted?: string): PlacedFault {
    const { kind, text, at } = this.current;
    const found = KINDS[kind] ?? JSON.stringify(text);
    return new PlacedFault(
      wanted === undefined ? `${found} is not expected` : `${wanted} is expected, not ${found}`,
      at,
    );
  }

  #at(index: number): Token {
    return this.#tokens[index] ?? { kind: "end", text: "", at: 0 };
  }
}

function isWord({ kind, text }: Token, word: string): boolean {
  return text === word && (kind === "operator" || kind === "name");
}

import { type Token as CursorToken, TokenCursor } from "../../tree/token_cursor.ts";
import { PlacedFault } from "../limits.ts";

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

/** A part of a template: the text of data, name or operator, the value of a string, the digits of a number. */
export type Token = CursorToken<TokenKind>;

/** The tokens of a template. */
export class TokenStream extends TokenCursor<TokenKind> {
  /** Begins at the first token. */
  constructor(tokens: readonly Token[]) {
    super(tokens, { words: ["operator", "name"] });
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
}

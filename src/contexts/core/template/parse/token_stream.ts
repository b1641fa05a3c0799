import { PlacedFault } from "./placed_fault.ts";
import { describeToken, type Token, type TokenKind } from "./token.ts";

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

  /** Whether the current token is an operator. */
  isOperator(text: string): boolean {
    return this.current.kind === "operator" && this.current.text === text;
  }

  /** Whether the current token is a name. */
  isName(text: string): boolean {
    return this.current.kind === "name" && this.current.text === text;
  }

  /** Goes on if the current token is an operator; returns whether it is. */
  skipOperator(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.#index++;
    return true;
  }

  /** Goes on if the current token is a name; returns whether it is. */
  skipName(text: string): boolean {
    if (!this.isName(text)) return false;
    this.#index++;
    return true;
  }

  /** Reads an operator; throws if the current token is another. */
  expectOperator(text: string): Token {
    if (!this.isOperator(text)) throw this.unexpected(`"${text}"`);
    return this.next();
  }

  /** Reads any name. */
  expectName(): Token {
    return this.expect("name", "a name");
  }

  /** Reads a certain name. */
  expectWord(text: string): Token {
    if (!this.isName(text)) throw this.unexpected(`"${text}"`);
    return this.next();
  }

  /** Reads a token of a kind; `what` names it in the error. */
  expect(kind: TokenKind, what: string): Token {
    if (this.current.kind !== kind) throw this.unexpected(what);
    return this.next();
  }

  /** The fault of a token that cannot stand here. */
  unexpected(wanted?: string): PlacedFault {
    const found = describeToken(this.current);
    const message = wanted === undefined ? `${found} is not expected` : `${wanted} is expected, not ${found}`;
    return new PlacedFault(message, this.current.at);
  }

  #at(index: number): Token {
    return this.#tokens[index] ?? { kind: "end", text: "", at: 0 };
  }
}

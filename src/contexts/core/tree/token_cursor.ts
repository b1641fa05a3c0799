/** A part of a text that a parser reads. */
export interface Token<Kind extends string> {
  readonly kind: Kind;
  readonly text: string;
  /** The offset in the text. */
  readonly at: number;
}

/** Reads tokens one after the other. The last one is the end, which stays. */
export class TokenCursor<Kind extends string> {
  readonly #tokens: readonly Token<Kind>[];
  readonly #words: readonly Kind[];
  #index = 0;

  /** Begins at the first token. A token is known by its text if its kind is one of `words`. */
  constructor(tokens: readonly Token<Kind>[], { words }: { readonly words: readonly Kind[] }) {
    this.#tokens = tokens;
    this.#words = words;
  }

  /** The token that is read next. */
  get current(): Token<Kind> {
    return this.#at(this.#index);
  }

  /** Returns the current token and goes on. */
  next(): Token<Kind> {
    const token = this.current;
    this.#index++;
    return token;
  }

  /** Whether the current token is a word with this text. */
  is(text: string): boolean {
    return this.#isWord(this.current, text);
  }

  /** Whether the token after the current one is a word with this text. */
  isFollowedBy(text: string): boolean {
    return this.#isWord(this.#at(this.#index + 1), text);
  }

  /** Goes on if the current token is a word with this text; returns whether it is. */
  skip(text: string): boolean {
    if (!this.is(text)) return false;
    this.#index++;
    return true;
  }

  #at(index: number): Token<Kind> {
    const token = this.#tokens[Math.min(index, this.#tokens.length - 1)];
    if (token === undefined) throw new Error("there are no tokens");
    return token;
  }

  #isWord({ kind, text }: Token<Kind>, word: string): boolean {
    return text === word && this.#words.includes(kind);
  }
}

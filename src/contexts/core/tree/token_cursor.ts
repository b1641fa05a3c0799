/** A part of a text that a parser reads. */
export interface Token<Kind extends string> {
  readonly kind: Kind;
  readonly text: string;
  /** The offset in the text. */
  readonly at: number;
}

/** Reads tokens one after the other. The last one is the end, which stays. */
export class TokenCursor<Kind extends string> {
  /** The token that is read next. */
  current: Token<Kind>;
  readonly #tokens: readonly Token<Kind>[];
  readonly #words: readonly Kind[];
  #index = 0;

  /** Begins at the first token. A token is known by its text if its kind is one of `words`. */
  constructor(tokens: readonly Token<Kind>[], { words }: { readonly words: readonly Kind[] }) {
    const [first] = tokens;
    if (first === undefined) throw new Error("there are no tokens");
    this.current = first;
    this.#tokens = tokens;
    this.#words = words;
  }

  /** The token after {@link current}. */
  get following(): Token<Kind> {
    return this.#tokens[this.#index + 1] ?? this.current;
  }

  /** Returns the current token and goes on. */
  next(): Token<Kind> {
    const token = this.current;
    this.current = this.following;
    this.#index++;
    return token;
  }

  /** Whether the current token is a word with this text. */
  is(text: string): boolean {
    return this.current.text === text && this.#words.includes(this.current.kind);
  }

  /** Whether the token after the current one is a word with this text. */
  isFollowedBy(text: string): boolean {
    const { following } = this;
    return following.text === text && this.#words.includes(following.kind);
  }

  /** Goes on if the current token is a word with this text; returns whether it is. */
  skip(text: string): boolean {
    const isThere = this.is(text);
    if (isThere) this.next();
    return isThere;
  }
}

/** Reads a text from its beginning to its end, pattern by pattern. Patterns are sticky. */
export class Scanner {
  readonly text: string;
  /** Where the text is read next. */
  at = 0;

  /** Begins at the beginning of a text. */
  constructor(text: string) {
    this.text = text;
  }

  /** Whether everything was read. */
  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The next character. */
  get char(): string | undefined {
    return this.text[this.at];
  }

  /** Reads what matches a pattern here; undefined if nothing does. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }

  /** Reads one character if it is the next one; returns whether it is. */
  take(char: string): boolean {
    if (this.char !== char) return false;
    this.at++;
    return true;
  }
}

/** A part of a template that the parser reads. */
export interface Token {
  readonly kind: TokenKind;
  /** The text of data, name or operator; the value of a string; the digits of a number. */
  readonly text: string;
  /** The offset in the source. */
  readonly at: number;
}

/** The kinds of {@link Token}. */
export type TokenKind =
  | "data"
  | "print_begin"
  | "print_end"
  | "block_begin"
  | "block_end"
  | "name"
  | "string"
  | "integer"
  | "float"
  | "operator"
  | "end";

/** Names a token in a message. */
export function describeToken(token: Token): string {
  switch (token.kind) {
    case "end":
      return "the end of the template";
    case "data":
      return "text";
    case "print_begin":
      return '"{{"';
    case "print_end":
      return '"}}"';
    case "block_begin":
      return '"{%"';
    case "block_end":
      return '"%}"';
    case "string":
      return "a text";
    default:
      return JSON.stringify(token.text);
  }
}

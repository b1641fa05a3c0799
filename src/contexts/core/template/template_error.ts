/** A template that cannot be parsed or rendered. The caller adds the path in the tree, or the file. */
export class TemplateError extends Error {
  /** The name of the class. */
  override readonly name = "TemplateError";
  /** Counted from 1, in the template, or in the macro if `macro` is set. */
  readonly line: number;
  /** The macro whose text is wrong. */
  readonly macro: string | undefined;

  /** Makes the error; see the class. */
  constructor(message: string, place: { readonly line: number; readonly macro?: string | undefined }) {
    super(message);
    this.line = place.line;
    this.macro = place.macro;
  }
}

/** Replaces `$NAME` and `${NAME}` in a text. Unknown ones stay. */
export function expandVariables(text: string, valueOf: (name: string) => string | undefined): string {
  return text.replace(
    /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g,
    (whole, name?: string, braced?: string) => valueOf(name ?? braced ?? "") ?? whole,
  );
}

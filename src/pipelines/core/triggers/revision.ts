/** The longest revision that is accepted. */
const LONGEST = 250;

/**
 * Whether a text can name a branch, tag or commit for Git: the rules of `git check-ref-format`, without the operators of
 * revisions. A text that begins with a dash is refused, since a program might take it for a flag.
 */
export function isRevision(text: string): boolean {
  if (text === "" || text.length > LONGEST || text === "@") return false;
  // deno-lint-ignore no-control-regex -- Git refuses these characters in names
  if (/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\//.test(text)) return false;
  if (/^[-/.]|[/.]$/.test(text)) return false;
  return !text.split("/").some((part) => part.startsWith(".") || part.endsWith(".lock"));
}

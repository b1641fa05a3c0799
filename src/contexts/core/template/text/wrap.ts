import { type Budget, Fault } from "../limits.ts";
import { charactersOf, isPythonSpace, lengthOf, trimStartPython } from "./characters.ts";

/** The options of {@link wrapText}. */
export interface WrapOptions {
  /** Characters of a line. */
  readonly width: number;
  readonly breakLongWords: boolean;
  readonly breakOnHyphens: boolean;
  readonly budget: Budget;
}

const SPACES = /([\t\n\v\f\r ]+)/;

/**
 * Space, dashes between words, and words, which may end at a hyphen: the expression of Python's `textwrap`.
 */
const CHUNKS = new RegExp(
  String.raw`([\t\n\v\f\r ]+|(?<=[\p{L}\p{N}_!"'&.,?])-{2,}(?=[\p{L}\p{N}_])|[^\t\n\v\f\r ]+?(?:` +
    String.raw`-(?:(?<=[\p{L}_]{2}-)|(?<=[\p{L}_]-[\p{L}_]-))(?=[\p{L}_]-?[\p{L}_])|(?=[\t\n\v\f\r ]|$)|` +
    String.raw`(?<=[\p{L}\p{N}_!"'&.,?])(?=-{2,}[\p{L}\p{N}_])))`,
  "u",
);

/** Breaks a line into lines of a width, as Python's `textwrap.wrap` does. */
export function wrapText(text: string, options: WrapOptions): readonly string[] {
  if (options.width <= 0) throw new Fault("the width has to be above 0");
  const chunks = text.split(options.breakOnHyphens ? CHUNKS : SPACES).filter((chunk) => chunk !== "")
    .reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    options.budget.step();
    if (lines.length > 0 && isSpace(chunks.at(-1))) chunks.pop();
    const line = takeLine(chunks, options);
    if (isSpace(line.at(-1))) line.pop();
    if (line.length > 0) lines.push(line.join(""));
  }
  return lines;
}

function takeLine(chunks: string[], options: WrapOptions): string[] {
  const line: string[] = [];
  let used = 0;
  for (let next = chunks.at(-1); next !== undefined; next = chunks.at(-1)) {
    if (isLonger(next, options.width - used)) break;
    const length = lengthOf(next);
    line.push(next);
    chunks.pop();
    used += length;
  }
  const long = chunks.at(-1);
  if (long !== undefined && isLonger(long, options.width)) {
    breakLong(chunks, { line, long, room: options.width - used }, options);
  }
  return line;
}

function breakLong(
  chunks: string[],
  { line, long, room }: { readonly line: string[]; readonly long: string; readonly room: number },
  { breakLongWords, breakOnHyphens }: WrapOptions,
): void {
  if (!breakLongWords) {
    if (line.length === 0) line.push(...chunks.splice(-1));
    return;
  }
  const characters = charactersOf(long.slice(0, room * 2)).slice(0, room);
  const hyphen = breakOnHyphens ? characters.lastIndexOf("-") : -1;
  const end = hyphen > 0 && characters.slice(0, hyphen).some((char) => char !== "-") ? hyphen + 1 : room;
  const head = characters.slice(0, end).join("");
  line.push(head);
  chunks[chunks.length - 1] = long.slice(head.length);
}

/** Whether a chunk has more characters; a long one is not counted to its end. */
function isLonger(chunk: string, width: number): boolean {
  return chunk.length > width * 2 || lengthOf(chunk) > width;
}

function isSpace(chunk: string | undefined): boolean {
  return chunk !== undefined && isPythonSpace(chunk.charAt(0)) && trimStartPython(chunk) === "";
}

import { Fault } from "../limits.ts";
import { lengthOf, sliceCharacters, trimEndPython, trimStartPython } from "../text/characters.ts";
import { capitalize, CLASSES, isInCase, isTitle, swapCase, titleWords } from "../text/letters.ts";
import { splitAtSpace, splitLines } from "../text/split.ts";
import { formatText } from "../text/text_format.ts";
import { type Item, Tuple } from "../values/item.ts";
import { iterate } from "../values/iterate.ts";
import { Output } from "../output.ts";
import { requireText } from "./coerce.ts";
import { any, type Entry, int, type Library, onText, str, type TemplateTools } from "./entry.ts";

/** The parameters of a search in a part of a text. */
const RANGE = [int("/start?", 0), int("/end?", Infinity)] as const;

/** Methods of texts. */
export const TEXT_METHODS: Library = {
  capitalize: onText([], capitalize),
  casefold: onText([], (text) => text.replaceAll("ß", "ss").toLowerCase()),
  center: padded(centered),
  count: ranged((text, part) => part === "" ? lengthOf(text) + 1 : text.split(part).length - 1, {
    missing: 0,
  }),
  endswith: affix((text, part) => text.endsWith(part)),
  expandtabs: onText([int("tabsize", 8)], expandTabs),
  find: ranged(firstIn, { missing: -1 }),
  format: (subject, args, tools: TemplateTools) => formatText(requireText(subject), args, tools),
  index: ranged(firstIn, { missing: undefined }),
  islower: onText([], (text) => isInCase(text, { upper: false })),
  istitle: onText([], isTitle),
  isupper: onText([], (text) => isInCase(text, { upper: true })),
  join: onText(
    [any("/iterable")],
    (separator, [items], tools) => joinTexts(separator, { items, read: requireText }, tools),
  ),
  ljust: padded(() => 0),
  lower: onText([], (text) => text.toLowerCase()),
  lstrip: stripped({ start: true, end: false }),
  partition: parted(firstIn, (text) => [text, "", ""]),
  removeprefix: onText(
    [str("/prefix")],
    (text, [prefix]) => text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  removesuffix: onText(
    [str("/suffix")],
    (text, [suffix]) => text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  replace: onText([str("/old"), str("/new"), int("/count", -1)], replaceText),
  rfind: ranged(lastIn, { missing: -1 }),
  rindex: ranged(lastIn, { missing: undefined }),
  rjust: padded((space) => space),
  rpartition: parted(lastIn, (text) => ["", "", text]),
  rsplit: splitting({ fromEnd: true }),
  rstrip: stripped({ start: false, end: true }),
  split: splitting({ fromEnd: false }),
  splitlines: onText([int("keepends", 0)], (text, [keep]) => splitLines(text, { keepEnds: keep !== 0 })),
  startswith: affix((text, part) => text.startsWith(part)),
  strip: stripped({ start: true, end: true }),
  swapcase: onText([], swapCase),
  title: onText([], titleWords),
  upper: onText([], (text) => text.toUpperCase()),
  zfill: onText([int("/width")], (text, [width], tools) => {
    const sign = /^[-+]/.exec(text)?.[0] ?? "";
    const space = { width: width - sign.length, fill: "0", leftOf: (space: number) => space };
    return sign + padText(text.slice(sign.length), space, tools);
  }),
  ...Object.fromEntries(
    Object.entries(CLASSES).map(([name, pattern]) => [name, onText([], (text) => pattern.test(text))]),
  ),
};

type LeftOf = (space: number, width: number) => number;

function padded(leftOf: LeftOf): Entry {
  return onText([int("/width"), str("/fillchar", " ")], (text, [width, fill], tools) => {
    if (lengthOf(fill) !== 1) throw new Fault("the fill has to be one character");
    return padText(text, { width, fill, leftOf }, tools);
  });
}

/** Fills a text up to a width. `leftOf` says how much of the space comes before it. */
export function padText(
  text: string,
  { width, fill, leftOf }: { readonly width: number; readonly fill: string; readonly leftOf: LeftOf },
  tools: TemplateTools,
): string {
  const space = width - lengthOf(text);
  if (space <= 0) return text;
  tools.budget.text(text.length + space * fill.length);
  const left = leftOf(space, width);
  return fill.repeat(left) + text + fill.repeat(space - left);
}

/** The space before a centered text: of an odd space, the right side gets more if the width is even. */
export function centered(space: number, width: number): number {
  return Math.floor(space / 2) + (space & width & 1);
}

interface Sides {
  readonly start: boolean;
  readonly end: boolean;
}

function stripped(sides: Sides): Entry {
  return onText([str("/chars?", undefined)], (text, [chars]) => stripText(text, { ...sides, chars }));
}

/** Strips characters, or space without them. */
export function stripText(
  text: string,
  { start, end, chars }: Sides & { readonly chars: string | undefined },
): string {
  if (chars === undefined) {
    const head = start ? trimStartPython(text) : text;
    return end ? trimEndPython(head) : head;
  }
  const set = new Set(chars);
  const all = Array.from(text);
  let [first, last] = [0, all.length];
  while (start && first < last && set.has(all[first] ?? "")) first++;
  while (end && last > first && set.has(all[last - 1] ?? "")) last--;
  return all.slice(first, last).join("");
}

/** Replaces the first `count` occurrences, or all if it is negative. */
export function replaceText(
  text: string,
  [old, next, count]: readonly [old: string, next: string, count: number],
  { budget }: TemplateTools,
): string {
  const pieces = old === "" ? ["", ...Array.from(text), ""] : text.split(old);
  const times = count < 0 ? pieces.length - 1 : Math.min(count, pieces.length - 1);
  budget.text(text.length + times * next.length);
  return pieces.slice(0, times + 1).join(next) + pieces.slice(times + 1).map((piece) => old + piece).join("");
}

/** Joins the texts of elements. */
export function joinTexts(
  separator: string,
  { items, read }: { readonly items: Item; readonly read: (each: Item) => string },
  { budget }: TemplateTools,
): string {
  const output = new Output(budget);
  let between = "";
  for (const each of iterate(items, budget)) {
    output.write(between + read(each));
    between = separator;
  }
  return output.text();
}

function expandTabs(text: string, [size]: readonly [size: number], { budget }: TemplateTools): string {
  budget.text(text.length + (text.split("\t").length - 1) * Math.max(0, size));
  let column = 0;
  return text.replace(/\t|[^\t]/gu, (char) => {
    if (char !== "\t") {
      column = char === "\n" || char === "\r" ? 0 : column + 1;
      return char;
    }
    const space = size > 0 ? size - column % size : 0;
    column += space;
    return " ".repeat(space);
  });
}

type Search = (text: string, part: string) => number;

function firstIn(text: string, part: string): number {
  return text.indexOf(part);
}

function lastIn(text: string, part: string): number {
  return text.lastIndexOf(part);
}

function parted(search: Search, without: (text: string) => readonly string[]): Entry {
  return onText([str("/sep")], (text, [separator]) => {
    const at = search(text, assertSeparator(separator));
    return new Tuple(
      at < 0 ? without(text) : [text.slice(0, at), separator, text.slice(at + separator.length)],
    );
  });
}

function assertSeparator(separator: string): string {
  if (separator === "") throw new Fault("the separator is empty");
  return separator;
}

/** The part of a text between two positions; undefined if it begins after its end. */
function pieceOf(text: string, start: number, end: number) {
  const length = lengthOf(text);
  const [from, to] = [start, end].map((index) => index < 0 ? Math.max(0, index + length) : index);
  if (from === undefined || to === undefined || from > Math.min(length, to)) return undefined;
  return { from, piece: sliceCharacters(text, { start: from, end: Math.min(length, to) }) };
}

/** A search in a part of the text: a count, or a position. A text that is not found is an error without `missing`. */
function ranged(search: Search, { missing }: { readonly missing: 0 | -1 | undefined }): Entry {
  return onText([str("/sub"), ...RANGE], (text, [part, start, end]) => {
    const found = pieceOf(text, start, end);
    const result = found === undefined ? -1 : search(found.piece, part);
    if (found !== undefined && result >= 0) {
      return missing === 0 ? result : found.from + lengthOf(found.piece.slice(0, result));
    }
    if (missing === undefined) throw new Fault("the part is not found");
    return missing;
  });
}

function affix(holds: (text: string, part: string) => boolean): Entry {
  return onText([any("/affix"), ...RANGE], (text, [part, start, end]) => {
    const found = pieceOf(text, start, end);
    const parts = part instanceof Tuple ? part.items.map(requireText) : [requireText(part)];
    return found !== undefined && parts.some((each) => holds(found.piece, each));
  });
}

/** Splits at a separator, or at space without one. */
function splitting({ fromEnd }: { readonly fromEnd: boolean }): Entry {
  return onText([str("sep?", undefined), int("maxsplit", -1)], (text, [separator, limit]) => {
    if (separator === undefined) return splitAtSpace(text, { limit, fromEnd });
    const pieces = text.split(assertSeparator(separator));
    if (limit < 0 || pieces.length <= limit + 1) return pieces;
    const at = fromEnd ? pieces.length - limit : limit;
    const [head, tail] = [pieces.slice(0, at), pieces.slice(at)];
    return fromEnd ? [head.join(separator), ...tail] : [...head, tail.join(separator)];
  });
}

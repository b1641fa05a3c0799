import { Fault } from "../limits.ts";
import { lengthOf, sliceCharacters } from "../text/characters.ts";
import { capitalize } from "../text/letters.ts";
import { formatPercent } from "../text/percent_format.ts";
import { splitLines } from "../text/split.ts";
import { wrapText } from "../text/wrap.ts";
import { isMap, type Item, Tuple, View } from "../values/item.ts";
import { elementsOf, iterate, pairOf, sizeOf } from "../values/iterate.ts";
import { textOf } from "../values/print.ts";
import { requireInteger, requireText } from "./coerce.ts";
import {
  any,
  flag,
  int,
  type Library,
  onAny,
  onPrinted,
  onText,
  printed,
  str,
  type TemplateTools,
} from "./entry.ts";
import { centered, padText, replaceText, stripText } from "./text_methods.ts";

/** Filters that change texts. Most take anything as its text. */
export const TEXT_FILTERS: Library = {
  capitalize: onPrinted([], capitalize),
  center: onPrinted(
    [int("width", 80)],
    (text, [width], tools) => padText(text, { width, fill: " ", leftOf: centered }, tools),
  ),
  format: (subject, { positional, named }, tools: TemplateTools) => {
    if (positional.length > 0 && named.size > 0) {
      throw new Fault("it takes arguments with names or without, not both");
    }
    const values = named.size > 0 ? new Map<Item, Item>(named) : new Tuple(positional);
    return formatPercent(textOf(subject, tools.budget), values, tools);
  },
  indent: onText([any("width", 4), flag("first", false), flag("blank", false)], indent),
  lower: onPrinted([], (text) => text.toLowerCase()),
  replace: onPrinted([printed("old"), printed("new"), int("count?", -1)], replaceText),
  string: onPrinted([], (text) => text),
  title: onPrinted([], titleByBreaks),
  trim: onPrinted(
    [str("chars?", undefined)],
    (text, [chars]) => stripText(text, { start: true, end: true, chars }),
  ),
  truncate: onAny(
    [int("length", 255), flag("killwords", false), str("end", "..."), int("leeway?", 5)],
    (subject, [length, killWords, end, leeway]) => {
      if (length < lengthOf(end)) throw new Fault(`the length ${length} is below that of the end`);
      if (leeway < 0) throw new Fault("the leeway is negative");
      const size = sizeOf(subject);
      if (size !== undefined && size <= length + leeway) return subject;
      const head = sliceCharacters(requireText(subject), { start: 0, end: length - lengthOf(end) });
      const space = killWords ? -1 : head.lastIndexOf(" ");
      return (space < 0 ? head : head.slice(0, space)) + end;
    },
  ),
  upper: onPrinted([], (text) => text.toUpperCase()),
  urlencode: onAny([], urlEncode),
  wordcount: onPrinted([], (text) => (text.match(/[\p{L}\p{N}_]+/gu) ?? []).length),
  wordwrap: onText(
    [
      int("width", 79),
      flag("break_long_words", true),
      str("wrapstring?", "\n"),
      flag("break_on_hyphens", true),
    ],
    (text, [width, breakLongWords, between, breakOnHyphens], { budget }) => {
      const lines = splitLines(text).flatMap((line) => {
        const wrapped = wrapText(line, { width, breakLongWords, breakOnHyphens, budget });
        return wrapped.length === 0 ? [""] : wrapped;
      });
      budget.text(text.length + lines.length * between.length);
      return lines.join(between);
    },
  ),
};

/** Jinja begins a word after space, `-` and opening brackets. */
function titleByBreaks(text: string): string {
  return text.replace(/[^-\s({[<]+/g, (word) => {
    const [first = ""] = word;
    return first.toUpperCase() + word.slice(first.length).toLowerCase();
  });
}

function indent(
  text: string,
  [width, first, blank]: readonly [width: Item, first: boolean, blank: boolean],
  { budget }: TemplateTools,
): string {
  const count = typeof width === "string" ? 0 : Math.max(0, requireInteger(width));
  budget.text(count);
  const margin = typeof width === "string" ? width : " ".repeat(count);
  const lines = splitLines(`${text}\n`);
  budget.text(text.length + lines.length * margin.length);
  const isIndented = (line: string, index: number) => index === 0 ? first : blank || line !== "";
  return lines.map((line, index) => isIndented(line, index) ? margin + line : line).join("\n");
}

function urlEncode(subject: Item, _: readonly [], { budget }: TemplateTools): string {
  if (typeof subject === "string" || elementsOf(subject) === undefined) {
    return quoteUrl(textOf(subject, budget)).replaceAll("%2F", "/");
  }
  const pairs = iterate(isMap(subject) ? new View("items", subject) : subject, budget);
  const quote = (each: Item) => quoteUrl(textOf(each, budget)).replaceAll("%20", "+");
  return Array.from(pairs, (each) => pairOf(each, budget).map(quote).join("=")).join("&");
}

function quoteUrl(text: string): string {
  if (!text.isWellFormed()) throw new Fault("a text has half a character");
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

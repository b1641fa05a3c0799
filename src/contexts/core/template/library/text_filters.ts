import { Fault } from "../limits.ts";
import { lengthOf, sliceCharacters } from "../text/characters.ts";
import { capitalize } from "../text/letters.ts";
import { formatPercent } from "../text/percent_format.ts";
import { wrapText } from "../text/wrap.ts";
import { isMap, isTrue, type Item, Tuple } from "../values/item.ts";
import { elementsOf, iterate, listOf, sizeOf } from "../values/iterate.ts";
import { textOf } from "../values/print.ts";
import { requireInteger, requireText } from "./coerce.ts";
import type { Entry, Library, TemplateTools } from "./entry.ts";
import { centerText, replaceText, stripText } from "./text_methods.ts";
import { splitLines } from "./text_search_methods.ts";

/** Filters that change texts. Most take anything as its text. */
export const TEXT_FILTERS: Library = {
  capitalize: changing(capitalize),
  center: {
    parameters: ["width?"],
    run: ({ subject, args: [width = 80], tools }) =>
      centerText(textOf(subject, tools.budget), requireInteger(width), tools),
  },
  format: {
    raw: ({ subject, args: { positional, named }, tools }) => {
      if (positional.length > 0 && named.size > 0) {
        throw new Fault("it takes arguments with names or without, not both");
      }
      const values = named.size > 0 ? new Map<Item, Item>(named) : new Tuple(positional);
      return formatPercent(textOf(subject, tools.budget), values, tools);
    },
  },
  indent: {
    parameters: ["width?", "first?", "blank?"],
    run: ({ subject, args: [width = 4, first = false, blank = false], tools }) =>
      indent(requireText(subject), { width, first: isTrue(first), blank: isTrue(blank) }, tools),
  },
  lower: changing((text) => text.toLowerCase()),
  replace: {
    parameters: ["old", "new", "count?"],
    run: ({ subject, args: [old = null, next = null, count = null], tools }) =>
      replaceText(textOf(subject, tools.budget), {
        old: textOf(old, tools.budget),
        next: textOf(next, tools.budget),
        count: count === null ? -1 : requireInteger(count),
      }, tools),
  },
  string: changing((text) => text),
  title: changing(titleByBreaks),
  trim: {
    parameters: ["chars?"],
    run: ({ subject, args: [chars = null], tools }) => stripText(textOf(subject, tools.budget), chars),
  },
  truncate: {
    parameters: ["length?", "killwords?", "end?", "leeway?"],
    run: ({ subject, args: [length = 255, killWords = false, end = "...", leeway = null] }) =>
      truncate(subject, {
        length: requireInteger(length),
        killWords: isTrue(killWords),
        end: requireText(end),
        leeway: leeway === null ? 5 : requireInteger(leeway),
      }),
  },
  upper: changing((text) => text.toUpperCase()),
  urlencode: { parameters: [], run: ({ subject, tools }) => urlEncode(subject, tools) },
  wordcount: {
    parameters: [],
    run: ({ subject, tools }) => (textOf(subject, tools.budget).match(/[\p{L}\p{N}_]+/gu) ?? []).length,
  },
  wordwrap: {
    parameters: ["width?", "break_long_words?", "wrapstring?", "break_on_hyphens?"],
    run: (
      { subject, args: [width = 79, breakLong = true, wrapString = null, breakHyphens = true], tools },
    ) => {
      const between = wrapString === null ? "\n" : requireText(wrapString);
      const options = {
        width: requireInteger(width),
        breakLongWords: isTrue(breakLong),
        breakOnHyphens: isTrue(breakHyphens),
        budget: tools.budget,
      };
      const lines = splitLines(requireText(subject)).flatMap((line) => {
        const wrapped = wrapText(line, options);
        return wrapped.length === 0 ? [""] : wrapped;
      });
      tools.budget.text(requireText(subject).length + lines.length * between.length);
      return lines.join(between);
    },
  },
};

function changing(change: (text: string) => string): Entry {
  return { parameters: [], run: ({ subject, tools }) => change(textOf(subject, tools.budget)) };
}

/** Jinja begins a word after space, `-` and opening brackets. */
function titleByBreaks(text: string): string {
  return text.split(/([-\s({[<]+)/).filter((part) => part !== "").map((part) => {
    const [first = ""] = part;
    return first.toUpperCase() + part.slice(first.length).toLowerCase();
  }).join("");
}

function indent(
  text: string,
  { width, first, blank }: { readonly width: Item; readonly first: boolean; readonly blank: boolean },
  tools: TemplateTools,
): string {
  const count = typeof width === "string" ? 0 : Math.max(0, requireInteger(width));
  tools.budget.text(count);
  const margin = typeof width === "string" ? width : " ".repeat(count);
  const lines = splitLines(`${text}\n`);
  tools.budget.text(text.length + lines.length * margin.length);
  const result = lines.map((line, index) => index > 0 && (blank || line !== "") ? margin + line : line).join(
    "\n",
  );
  return first ? margin + result : result;
}

function truncate(
  subject: Item,
  { length, killWords, end, leeway }: {
    readonly length: number;
    readonly killWords: boolean;
    readonly end: string;
    readonly leeway: number;
  },
): Item {
  const endLength = lengthOf(end);
  if (length < endLength) throw new Fault(`the length ${length} is below that of the end`);
  if (leeway < 0) throw new Fault("the leeway is negative");
  const size = sizeOf(subject);
  if (size !== undefined && size <= length + leeway) return subject;
  const head = sliceCharacters(requireText(subject), { start: 0, end: length - endLength });
  if (killWords) return head + end;
  const space = head.lastIndexOf(" ");
  return (space < 0 ? head : head.slice(0, space)) + end;
}

function urlEncode(subject: Item, tools: TemplateTools): string {
  const { budget } = tools;
  if (typeof subject === "string" || elementsOf(subject) === undefined) {
    return quoteUrl(textOf(subject, budget), false);
  }
  const entries = isMap(subject)
    ? Array.from(subject, ([key, value]) => [key, value] as const)
    : Array.from(iterate(subject, budget), (each) => {
      const [key, value, ...more] = listOf(each, budget);
      if (key === undefined || value === undefined || more.length > 0) throw new Fault("pairs are needed");
      return [key, value] as const;
    });
  return entries.map((pair) => pair.map((each) => quoteUrl(textOf(each, budget), true)).join("=")).join("&");
}

/** Quotes a text for a URL; in a query, `/` too, and a space becomes `+`. */
function quoteUrl(text: string, isQuery: boolean): string {
  if (!text.isWellFormed()) throw new Fault("a text has half a character");
  const quoted = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return isQuery ? quoted.replaceAll("%20", "+") : quoted.replaceAll("%2F", "/");
}

import { Fault } from "../limits.ts";
import { lengthOf, trimEndPython, trimStartPython } from "../text/characters.ts";
import { capitalize, CLASSES, isInCase, isTitle, swapCase, titleWords } from "../text/letters.ts";
import { formatText } from "../text/text_format.ts";
import type { Item } from "../values/item.ts";
import { requireInteger, requireText } from "./coerce.ts";
import type { Entry, Library, TemplateTools } from "./entry.ts";

/** Methods of texts that return a changed text, or say what it is made of. */
export const TEXT_METHODS: Library = {
  capitalize: changed(capitalize),
  casefold: changed((text) => text.replaceAll("ß", "ss").toLowerCase()),
  center: padded(centered),
  expandtabs: {
    parameters: ["tabsize?"],
    run: ({ subject, args: [size = 8], tools }) =>
      expandTabs(requireText(subject), requireInteger(size), tools),
  },
  format: { raw: ({ subject, args, tools }) => formatText(requireText(subject), args, tools) },
  islower: asked((text) => isInCase(text, { upper: false })),
  istitle: asked(isTitle),
  isupper: asked((text) => isInCase(text, { upper: true })),
  ljust: padded(() => 0),
  lower: changed((text) => text.toLowerCase()),
  lstrip: stripped({ start: true, end: false }),
  removeprefix: {
    parameters: ["/prefix"],
    run: ({ subject, args: [prefix = null] }) => {
      const [text, part] = [requireText(subject), requireText(prefix)];
      return text.startsWith(part) ? text.slice(part.length) : text;
    },
  },
  removesuffix: {
    parameters: ["/suffix"],
    run: ({ subject, args: [suffix = null] }) => {
      const [text, part] = [requireText(subject), requireText(suffix)];
      return part !== "" && text.endsWith(part) ? text.slice(0, -part.length) : text;
    },
  },
  replace: {
    parameters: ["/old", "/new", "/count?"],
    run: ({ subject, args: [old = null, next = null, count = -1], tools }) =>
      replaceText(requireText(subject), {
        old: requireText(old),
        next: requireText(next),
        count: requireInteger(count),
      }, tools),
  },
  rjust: padded((space) => space),
  rstrip: stripped({ start: false, end: true }),
  strip: stripped({ start: true, end: true }),
  swapcase: changed(swapCase),
  title: changed(titleWords),
  upper: changed((text) => text.toUpperCase()),
  zfill: {
    parameters: ["/width"],
    run: ({ subject, args: [width = 0], tools }) => {
      const text = requireText(subject);
      const space = requireInteger(width) - lengthOf(text);
      if (space <= 0) return text;
      tools.budget.text(text.length + space);
      const sign = /^[-+]/.exec(text)?.[0] ?? "";
      return sign + "0".repeat(space) + text.slice(sign.length);
    },
  },
  ...Object.fromEntries(
    Object.entries(CLASSES).map(([name, pattern]) => [name, asked((text) => pattern.test(text))]),
  ),
};

function changed(change: (text: string) => string): Entry {
  return { parameters: [], run: ({ subject }) => change(requireText(subject)) };
}

function asked(holds: (text: string) => boolean): Entry {
  return { parameters: [], run: ({ subject }) => holds(requireText(subject)) };
}

function padded(leftOf: (space: number, width: number) => number): Entry {
  return {
    parameters: ["/width", "/fillchar?"],
    run: ({ subject, args: [width = 0, fill = " "], tools }) => {
      const char = requireText(fill);
      if (lengthOf(char) !== 1) throw new Fault("the fill has to be one character");
      return padText(requireText(subject), { width: requireInteger(width), fill: char, leftOf }, tools);
    },
  };
}

function padText(
  text: string,
  { width, fill, leftOf }: {
    readonly width: number;
    readonly fill: string;
    readonly leftOf: (space: number, width: number) => number;
  },
  tools: TemplateTools,
): string {
  const space = width - lengthOf(text);
  if (space <= 0) return text;
  tools.budget.text(text.length + space * fill.length);
  const left = leftOf(space, width);
  return fill.repeat(left) + text + fill.repeat(space - left);
}

/** Centers a text, as Python does: of an odd space, the right side gets more if the width is even. */
export function centerText(text: string, width: number, tools: TemplateTools): string {
  return padText(text, { width, fill: " ", leftOf: centered }, tools);
}

function stripped(sides: { readonly start: boolean; readonly end: boolean }): Entry {
  return {
    parameters: ["/chars?"],
    run: ({ subject, args: [chars = null] }) => stripText(requireText(subject), chars, sides),
  };
}

/** Strips characters, or space for None. */
export function stripText(
  text: string,
  chars: Item,
  { start, end }: { readonly start: boolean; readonly end: boolean } = { start: true, end: true },
): string {
  if (chars === null) {
    const head = start ? trimStartPython(text) : text;
    return end ? trimEndPython(head) : head;
  }
  const set = new Set(requireText(chars));
  const all = Array.from(text);
  let [first, last] = [0, all.length];
  while (start && first < last && set.has(all[first] ?? "")) first++;
  while (end && last > first && set.has(all[last - 1] ?? "")) last--;
  return all.slice(first, last).join("");
}

/** Replaces the first `count` occurrences, or all if it is negative. */
export function replaceText(
  text: string,
  { old, next, count }: { readonly old: string; readonly next: string; readonly count: number },
  tools: TemplateTools,
): string {
  const pieces = old === "" ? ["", ...Array.from(text), ""] : text.split(old);
  const times = count < 0 ? pieces.length - 1 : Math.min(count, pieces.length - 1);
  tools.budget.text(text.length + times * next.length);
  return pieces.slice(0, times + 1).join(next) + pieces.slice(times + 1).map((piece) => old + piece).join("");
}

function expandTabs(text: string, size: number, tools: TemplateTools): string {
  tools.budget.text(text.length + (text.split("\t").length - 1) * Math.max(0, size));
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

function centered(space: number, width: number): number {
  return Math.floor(space / 2) + (space & width & 1);
}

import { Fault } from "../limits.ts";
import { isPythonSpace, lengthOf, sliceCharacters } from "../text/characters.ts";
import { type Item, Tuple } from "../values/item.ts";
import { iterate } from "../values/iterate.ts";
import { requireInteger, requireText } from "./coerce.ts";
import type { Bound, Entry, Library, TemplateTools } from "./entry.ts";

/** Methods of texts that find, split and join. */
export const TEXT_SEARCH_METHODS: Library = {
  count: ranged((text, part) => part === "" ? lengthOf(text) + 1 : text.split(part).length - 1, 0),
  endswith: affix((text, part) => text.endsWith(part)),
  find: ranged((text, part) => text.indexOf(part), -1),
  index: found(ranged((text, part) => text.indexOf(part), -1)),
  join: {
    parameters: ["/iterable"],
    run: ({ subject, args: [items = null], tools }) => join(requireText(subject), items, tools),
  },
  partition: {
    parameters: ["/sep"],
    run: ({ subject, args: [separator = null] }) =>
      partition(requireText(subject), requireText(separator), (text, at) => text.indexOf(at)),
  },
  rfind: ranged((text, part) => text.lastIndexOf(part), -1),
  rindex: found(ranged((text, part) => text.lastIndexOf(part), -1)),
  rpartition: {
    parameters: ["/sep"],
    run: ({ subject, args: [separator = null] }) => {
      const text = requireText(subject);
      const part = requireText(separator);
      if (part !== "" && !text.includes(part)) return new Tuple(["", "", text]);
      return partition(text, part, (whole, at) => whole.lastIndexOf(at));
    },
  },
  rsplit: {
    parameters: ["sep?", "maxsplit?"],
    run: ({ subject, args }) => split(requireText(subject), args, { fromEnd: true }),
  },
  split: {
    parameters: ["sep?", "maxsplit?"],
    run: ({ subject, args }) => split(requireText(subject), args, { fromEnd: false }),
  },
  splitlines: {
    parameters: ["keepends?"],
    run: ({ subject, args: [keep = false] }) =>
      splitLines(requireText(subject), { keepEnds: requireInteger(keep) !== 0 }),
  },
  startswith: affix((text, part) => text.startsWith(part)),
};

/** Joins texts; anything else is an error, as in Python. */
function join(separator: string, items: Item, tools: TemplateTools): string {
  const parts: string[] = [];
  let length = 0;
  for (const each of iterate(items, tools.budget)) {
    const text = requireText(each);
    length += text.length + separator.length;
    if (length > tools.budget.limits.text) tools.budget.text(length);
    parts.push(text);
  }
  return parts.join(separator);
}

function partition(text: string, separator: string, find: (text: string, part: string) => number): Tuple {
  if (separator === "") throw new Fault("the separator is empty");
  const at = find(text, separator);
  return at < 0
    ? new Tuple([text, "", ""])
    : new Tuple([text.slice(0, at), separator, text.slice(at + separator.length)]);
}

/** A search in a part of the text. `missing` is its result where the part begins after the end. */
function ranged(search: (text: string, part: string) => number, missing: number): Entry {
  return {
    parameters: ["/sub", "/start?", "/end?"],
    run: ({ subject, args: [sub = null, startArg, endArg] }) => {
      const text = requireText(subject);
      const { start, end, isInside } = rangeIn(text, startArg, endArg);
      if (!isInside) return missing;
      const piece = sliceCharacters(text, { start, end });
      const result = search(piece, requireText(sub));
      return missing === 0 || result < 0 ? result : start + lengthOf(piece.slice(0, result));
    },
  };
}

function rangeIn(text: string, startArg: Item | undefined, endArg: Item | undefined) {
  const length = lengthOf(text);
  const bound = (arg: Item | undefined, absent: number) => {
    if (arg === undefined || arg === null) return absent;
    const index = requireInteger(arg);
    return index < 0 ? Math.max(0, index + length) : index;
  };
  const start = bound(startArg, 0);
  const end = Math.min(length, bound(endArg, length));
  return { start, end: Math.max(start, end), isInside: start <= end };
}

function found(entry: Entry): Entry {
  if (entry.parameters === undefined) return entry;
  return {
    parameters: entry.parameters,
    run: (call) => {
      const result = entry.run(call);
      if (result === -1) throw new Fault("the part is not found");
      return result;
    },
  };
}

function affix(holds: (text: string, part: string) => boolean): Entry {
  return {
    parameters: ["/affix", "/start?", "/end?"],
    run: ({ subject, args: [part = null, startArg, endArg] }) => {
      const text = requireText(subject);
      const { start, end, isInside } = rangeIn(text, startArg, endArg);
      const piece = sliceCharacters(text, { start, end });
      const parts = part instanceof Tuple ? part.items.map(requireText) : [requireText(part)];
      return isInside && parts.some((each) => holds(piece, each));
    },
  };
}

/** Splits at a separator, or at space without one. */
function split(text: string, [separator, most]: Bound, { fromEnd }: { readonly fromEnd: boolean }): Item {
  const limit = most === undefined ? -1 : requireInteger(most);
  if (separator === undefined || separator === null) return splitAtSpace(text, limit, fromEnd);
  const part = requireText(separator);
  if (part === "") throw new Fault("the separator is empty");
  const pieces = text.split(part);
  if (limit < 0 || pieces.length <= limit + 1) return pieces;
  return fromEnd
    ? [pieces.slice(0, pieces.length - limit).join(part), ...pieces.slice(pieces.length - limit)]
    : [...pieces.slice(0, limit), pieces.slice(limit).join(part)];
}

function splitAtSpace(text: string, limit: number, fromEnd: boolean): readonly string[] {
  const pieces: string[] = [];
  const isSpaceAt = (index: number) => isPythonSpace(text.charAt(index));
  const move = fromEnd ? -1 : 1;
  const isInside = (index: number) => index >= 0 && index < text.length;
  let index = fromEnd ? text.length - 1 : 0;
  while (true) {
    while (isInside(index) && isSpaceAt(index)) index += move;
    if (!isInside(index)) break;
    const start = index;
    if (limit >= 0 && pieces.length === limit) {
      pieces.push(fromEnd ? text.slice(0, start + 1) : text.slice(start));
      break;
    }
    while (isInside(index) && !isSpaceAt(index)) index += move;
    pieces.push(fromEnd ? text.slice(index + 1, start + 1) : text.slice(start, index));
  }
  return fromEnd ? pieces.reverse() : pieces;
}

/** Splits at every line break that Python knows. */
export function splitLines(
  text: string,
  { keepEnds = false }: { readonly keepEnds?: boolean } = {},
): readonly string[] {
  // deno-lint-ignore no-control-regex -- Python ends lines at some of them
  const parts = text.split(/(\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])/);
  const lines: string[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const [line = "", end] = [parts[index], parts[index + 1]];
    if (end === undefined && line === "") break;
    lines.push(keepEnds ? line + (end ?? "") : line);
  }
  return lines;
}

/** The kinds of fields in seeds and control requests, with a message for each value that does not fit. */

import * as z from "zod";
import { nearest } from "../../../lib/nearest.ts";
import { formatPath } from "./read_json.ts";

/** The part of zod's issue that messages are made from. */
interface Issue {
  readonly code?: string;
  readonly input?: unknown;
  /** The path from the document's root. */
  readonly path?: PropertyKey[] | undefined;
}

/** Makes the message for a value that is not `what`, which is a noun phrase. */
export function must(what: string): (issue: Issue) => string {
  return ({ input }) =>
    input === undefined ? `is missing: must be ${what}` : `must be ${what}, is ${show(input)}`;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : JSON.stringify(value);
}

/** An object that has these keys and no others. Each unknown key is a problem of its own. */
export function object<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape);
  const unknown = z.custom<never>(() => false, {
    // With `abort`, which is the default, an unknown key would keep checks of the whole document from running.
    abort: false,
    error: ({ path }) => {
      const near = nearest(String(path?.at(-1)), known);
      return `unknown key; ${
        near === undefined ? `known are ${known.join(", ")}` : `did you mean "${near}"?`
      }`;
    },
  });
  return z.object(shape, { error: must("an object") }).catchall(unknown);
}

export function text() {
  return z.string({ error: must("a text") });
}

/** A text that fits a pattern; `what` is a noun phrase for it. */
export function matching(pattern: RegExp, what: string) {
  return z.string({ error: must(what) }).regex(pattern);
}

/** A time as RFC 3339, read as milliseconds since 1970. */
export function instant() {
  const expected = must("a time such as 2026-01-31T12:00:00Z");
  return z.string({ error: expected })
    .refine((value) => /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)), {
      error: expected,
    })
    .transform((value) => Date.parse(value));
}

/** A whole number that is at least `least`. */
export function wholeNumber(least: number) {
  return z.number({ error: must(`a whole number of at least ${least}`) })
    .refine((value) => Number.isSafeInteger(value) && value >= least);
}

export function flag() {
  return z.boolean({ error: must("true or false") });
}

export function oneOf<const Values extends readonly string[]>(values: Values) {
  return z.enum(values, { error: must(`one of ${values.join(", ")}`) });
}

export function list<Item extends z.ZodType>(item: Item) {
  return z.array(item, { error: must("a list") });
}

/**
 * A list in which no two items have the same key. `key` reads the key of an item. An item whose key it cannot
 * read is not compared, because the item's own schema reports it.
 */
export function uniqueList<Item extends z.ZodType>(item: Item, key: z.ZodType<string | number>) {
  return z.array(item, {
    error: (issue: Issue & { readonly params?: { readonly first?: number } }) =>
      issue.params?.first === undefined
        ? must("a list")(issue)
        : `is there already as ${formatPath([...(issue.path ?? []).slice(0, -1), issue.params.first])}`,
  }).superRefine((items, context) => {
    const seen = new Map<string | number, number>();
    for (const [index, value] of items.entries()) {
      const read = key.safeParse(value);
      if (!read.success) continue;
      const first = seen.get(read.data);
      if (first === undefined) seen.set(read.data, index);
      else context.addIssue({ code: "custom", path: [index], params: { first } });
    }
    // Without `when`, zod would skip the check if an item is wrong.
  }, { when: ({ value }) => Array.isArray(value) });
}

import { ApiError } from "../api_error.ts";
import type { Args } from "./args.ts";
import { GqlObject } from "./gql_object.ts";

/** The position of an item in its list. Two keys are compared part by part. */
export type SortKey = readonly number[];

function compare(a: SortKey, b: SortKey): number {
  for (const [index, part] of a.entries()) {
    const difference = part - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function cursorOf(key: SortKey): string {
  return btoa(`cursor:v2:${key.join(",")}`);
}

function keyOf(cursor: string, name: string): SortKey {
  let text = "";
  try {
    text = atob(cursor);
  } catch {
    text = "";
  }
  const key = text.startsWith("cursor:v2:") ? text.slice(10).split(",").map(Number) : [];
  if (key.length === 0 || key.some(Number.isNaN)) {
    throw new ApiError("bad_request", `\`${cursor}\` does not appear to be a valid cursor for \`${name}\`.`);
  }
  return key;
}

/**
 * Cuts out the page that first, after, last and before ask for. GitHub requires first or last, and allows at
 * most 100.
 */
function window<T>(
  sorted: readonly T[],
  args: Args,
  options: { readonly key: (item: T) => SortKey; readonly sign: number },
) {
  const first = args.optionalInteger("first");
  const last = args.optionalInteger("last");
  if (first === undefined && last === undefined) {
    throw new ApiError(
      "bad_request",
      "You must provide a `first` or `last` value to properly paginate the connection.",
    );
  }
  for (const [name, size] of [["first", first], ["last", last]] as const) {
    if (size !== undefined && (size < 0 || size > 100)) {
      throw new ApiError(
        "bad_request",
        `Requesting ${size} records on the connection exceeds the \`${name}\` limit of 100 records.`,
      );
    }
  }
  const after = args.optionalText("after");
  const before = args.optionalText("before");
  const from = after === undefined ? undefined : keyOf(after, "after");
  const to = before === undefined ? undefined : keyOf(before, "before");
  const inside = sorted.filter((item) =>
    (from === undefined || options.sign * compare(options.key(item), from) > 0) &&
    (to === undefined || options.sign * compare(options.key(item), to) < 0)
  );
  const cut = first === undefined ? inside : inside.slice(0, first);
  const items = last === undefined ? cut : cut.slice(Math.max(0, cut.length - last));
  const start = items[0];
  const end = items.at(-1);
  return {
    items,
    more: end !== undefined ? sorted.at(-1) !== end : inside.length > 0,
    less: start !== undefined ? sorted[0] !== start : false,
  };
}

/** Makes a paged list. Only the items of the page are made into objects. */
export function connection<T>(
  typename: string,
  items: readonly T[],
  options: {
    readonly args: Args;
    readonly key: (item: T) => SortKey;
    readonly make: (item: T) => GqlObject;
    readonly descending?: boolean;
    readonly edge?: (item: T) => Readonly<Record<string, unknown>>;
  },
): GqlObject {
  const sign = options.descending === true ? -1 : 1;
  const sorted = items.toSorted((a, b) => sign * compare(options.key(a), options.key(b)));
  const page = window(sorted, options.args, { key: options.key, sign });
  const edgeType = typename.replace(/Connection$/, "Edge");
  return new GqlObject(typename, {
    totalCount: () => items.length,
    nodes: () => page.items.map(options.make),
    edges: () =>
      page.items.map((item) =>
        new GqlObject(edgeType, {
          node: () => options.make(item),
          cursor: () => cursorOf(options.key(item)),
          ...Object.fromEntries(
            Object.entries(options.edge?.(item) ?? {}).map(([name, value]) => [name, () => value]),
          ),
        })
      ),
    pageInfo: () => {
      const [first] = page.items;
      const last = page.items.at(-1);
      return new GqlObject("PageInfo", {
        hasNextPage: () => page.more,
        hasPreviousPage: () => page.less,
        startCursor: () => first === undefined ? null : cursorOf(options.key(first)),
        endCursor: () => last === undefined ? null : cursorOf(options.key(last)),
      });
    },
  });
}

/** Calls of one kind in flight: below the rate at which AWS begins to throttle. */
const AT_ONCE = 5;

/** One page of a listing. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string | undefined;
}

/** Reads a listing to its end, or for `limit` pages. */
export async function readPages<Item>(
  read: (nextToken: string | undefined) => Promise<Page<Item>>,
  limit = Infinity,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let nextToken: string | undefined;
  for (let pages = 0; pages < limit; pages++) {
    const page = await read(nextToken);
    items.push(...page.items);
    nextToken = page.nextToken;
    if (nextToken === undefined || nextToken === "") break;
  }
  return items;
}

/** Does something for many items, `size` in each call and a few calls at once; the results keep the order. */
export async function inChunks<Item, Result>(
  items: readonly Item[],
  { size, act }: { readonly size: number; readonly act: (chunk: Item[]) => Promise<readonly Result[]> },
): Promise<readonly Result[]> {
  const chunks: Item[][] = [];
  for (let i = 0; i < items.length; i += size) chunks.push(items.slice(i, i + size));
  const results: Result[] = [];
  for (let i = 0; i < chunks.length; i += AT_ONCE) {
    const some = await Promise.all(chunks.slice(i, i + AT_ONCE).map(act));
    results.push(...some.flat());
  }
  return results;
}

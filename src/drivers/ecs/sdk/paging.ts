/** The number of concurrent calls of one kind: below the rate at which AWS begins to throttle. */
const AT_ONCE = 5;

/** One page of a listing. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string | undefined;
}

/** Reads a listing to its end, or at most `limit` pages of it. */
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

/**
 * Calls `act` for chunks of `size` items, with up to five calls at a time. The results keep the items' order.
 */
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

/** Hashes of content: equal content in the stored form has an equal hash, on every instance. */

import type { Asset } from "./asset.ts";
import { formatJson, mapTree, WholeFloat } from "./tree.ts";

/** The hash of an asset, as the ledger and the export's record hold it: 64 hex digits of SHA-256. */
export type Hash = string;

/** Hashes a text. */
export async function hashText(text: string): Promise<Hash> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Hashes an asset's content as data: the order of keys does not count, and `1.0` equals `1`. */
export async function hashAsset({ kind, tree }: Asset): Promise<Hash> {
  const plain = mapTree(
    tree,
    (value) =>
      value instanceof WholeFloat
        ? Number.isSafeInteger(value.value) ? value.value : BigInt(value.value)
        : value,
  );
  return await hashText(`${kind}\n${formatJson(plain, true)}`);
}

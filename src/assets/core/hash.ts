/** Hashes of content: equal content in the stored form has an equal hash, on every instance. */

import { sha256 } from "../../lib/sha256.ts";
import type { Asset } from "./asset.ts";
import { formatJson } from "./tree.ts";

/** The hash of an asset, as the ledger and the export's record hold it: 64 hex digits of SHA-256. */
export type Hash = string;

/** Hashes an asset's content as data: the order of keys does not count, and `1.0` equals `1`. */
export async function hashAsset({ kind, tree }: Asset): Promise<Hash> {
  return await sha256(`${kind}\n${formatJson(tree, { sorted: true, wholeFloats: "as_integers" })}`);
}

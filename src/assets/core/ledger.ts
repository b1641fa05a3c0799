/** The ledger: the content that was last pushed to an instance. */

import { usageError } from "../../lib/errors.ts";
import type { AssetKind, Uuid } from "./asset.ts";
import type { Hash } from "./hash.ts";

/** The content that was last pushed, by UUID. */
export interface Ledger {
  readonly version: 1;
  readonly assets: Readonly<Record<Uuid, LedgerEntry>>;
}

/** An asset in the ledger. */
export interface LedgerEntry {
  readonly kind: AssetKind;
  readonly hash: Hash;
  /** The run that pushed it. */
  readonly run: string;
}

/** A ledger without an asset. */
export const EMPTY_LEDGER: Ledger = { version: 1, assets: {} };

/** Parses a ledger. Throws AppError `ledger_invalid` (exit code 2). */
export function parseLedger(text: string, source: string): Ledger {
  try {
    const ledger = JSON.parse(text) as Partial<Ledger>;
    if (ledger.version === 1 && typeof ledger.assets === "object" && ledger.assets !== null) {
      return ledger as Ledger;
    }
  } catch {
    // The error below says it.
  }
  throw usageError(
    "ledger_invalid",
    `Reading ${source}: it is no ledger of version 1`,
    "Restore it, or move it away: a push then needs --adopt",
  );
}

/** Formats a ledger: a line for each asset, by UUID, so that equal ledgers have equal bytes. */
export function formatLedger({ version, assets }: Ledger): string {
  const lines = Object.entries(assets).sort(([a], [b]) => a < b ? -1 : 1).map(([uuid, { kind, hash, run }]) =>
    `    ${JSON.stringify(uuid)}: ${JSON.stringify({ kind, hash, run })}`
  );
  return `{\n  "version": ${version},\n  "assets": {${
    lines.length === 0 ? "" : `\n${lines.join(",\n")}\n  `
  }}\n}\n`;
}

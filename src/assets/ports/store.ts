/** The records about an instance, on this machine or on a branch: the ledger, the runs with their snapshots, a lock. */

import type { AssetKind, Uuid } from "../core/asset.ts";
import type { Hash } from "../core/hash.ts";
import type { Ledger } from "../core/ledger.ts";

/** An asset of a run. */
export interface RunAsset {
  readonly uuid: Uuid;
  readonly kind: AssetKind;
  readonly name: string;
  readonly action: "create" | "update" | "delete";
  /** The content before the run; undefined if there was none. */
  readonly before: Hash | undefined;
  /** The content that the run writes; undefined for a deletion. */
  readonly after: Hash | undefined;
  /** The numeric ids of the owners before the run. */
  readonly owners: readonly number[];
}

/** A push, rollback or prune, recorded before its first write. */
export interface RunRecord {
  readonly run: string;
  readonly command: "push" | "rollback" | "prune";
  readonly instance: string;
  readonly url: string;
  /** RFC 3339. */
  readonly started_at: string;
  /** `running` is what a run that was killed leaves behind. */
  readonly state: "running" | "done" | "failed" | "rolled_back";
  /** The run that a rollback undoes. */
  readonly undoes?: string | undefined;
  readonly assets: readonly RunAsset[];
}

/** A file of a snapshot: the content as the instance exported it, as JSON text. */
export interface SnapshotFile {
  readonly path: string;
  readonly text: string;
}

/** The records about one instance. */
export interface AssetStore {
  readLedger(signal: AbortSignal): Promise<Ledger>;
  /** Changes the ledger by compare-and-set; `change` may be called again with a newer one. */
  changeLedger(change: (ledger: Ledger) => Ledger, signal: AbortSignal): Promise<void>;
  /** Lists the runs, newest first. */
  runs(): Promise<readonly RunRecord[]>;
  /** Writes a run with its snapshot, readable for this account only. */
  begin(record: RunRecord, snapshot: readonly SnapshotFile[]): Promise<void>;
  /** Writes the record of a run anew. */
  update(record: RunRecord): Promise<void>;
  /** Reads the snapshot of a run. */
  snapshot(run: string): Promise<readonly SnapshotFile[]>;
  /** Reads a run with its snapshot from a folder, such as an artifact of CI. Throws AppError `run_unknown` (exit code 2). */
  readRun(folder: string): Promise<{ readonly run: RunRecord; readonly snapshot: readonly SnapshotFile[] }>;
  /** Takes the lock of the instance on this machine. Throws AppError `assets_locked` (exit code 4). */
  lock(): Promise<AsyncDisposable>;
}

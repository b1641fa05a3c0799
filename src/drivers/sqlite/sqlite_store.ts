import type { DatabaseSync } from "node:sqlite";
import { decodeClaim, encodeClaim } from "../../contexts/core/events/claim.ts";
import type { ContextId } from "../../contexts/core/context_id.ts";
import {
  decodeEventKeys,
  decodeTree,
  decodeVersion,
  encodeVersion,
} from "../../contexts/core/stored_version.ts";
import { encodeTree } from "../../contexts/core/tree/limits.ts";
import type { ContextVersion } from "../../contexts/core/version.ts";
import type { ContextStore, NextVersion } from "../../contexts/ports/context_store.ts";
import { AppError } from "../../lib/errors.ts";
import { Database, type DatabaseOptions } from "./database.ts";
import { inTransaction } from "./schema.ts";

/** Where the store is, and how many versions it keeps. */
export interface SqliteStoreOptions extends Pick<DatabaseOptions, "path" | "busyMs" | "clock" | "prepare"> {
  /** How many versions of each context are kept. */
  readonly keep: number;
}

/** Makes the store in one file of this machine. Nothing is opened before the first call. */
export function makeSqliteStore(options: SqliteStoreOptions): ContextStore {
  const name = `sqlite ${options.path}`;
  const database = new Database({ ...options, name });
  const damaged = (id: string) =>
    new AppError("store_damaged", `Reading ${name}: the rows of ${id} are not what showtime writes`, {
      hint: `Restore ${options.path}, or delete the context`,
    });
  /** Reads a column; `decode` gives undefined if it cannot be read. */
  const column = <T>(row: Row, at: RowPlace<T>): T => {
    const text = row[at.name];
    const value = typeof text === "string" ? at.decode(text) : undefined;
    if (value === undefined) throw damaged(at.id);
    return value;
  };
  const versionOf = (row: Row, id: string) => column(row, { id, name: "info", decode: decodeVersion });

  return {
    name,
    keepsHistory: true,
    async read(id, signal) {
      const row = await database.read((db) => db.prepare(READ).get(id), signal);
      if (row === undefined) return undefined;
      return {
        id,
        newest: versionOf(row, id),
        tree: column(row, { id, name: "tree", decode: decodeTree }),
        keys: column(row, { id, name: "keys", decode: decodeEventKeys }),
      };
    },
    async newestVersion(id, signal) {
      const row = await database.read((db) => db.prepare(NEWEST).get(id), signal);
      return row === undefined ? undefined : { version: Number(row["version"]), time: String(row["time"]) };
    },
    async commit(next, signal) {
      // The tree is checked before anything is locked.
      const row = { tree: encodeTree(next.tree), info: encodeVersion(next.newest), keep: options.keep };
      return await database.write((db) => inTransaction(db, () => writeVersion(db, next, row)), signal);
    },
    async list(signal) {
      const rows = await database.read((db) => db.prepare(LIST).all(), signal) ?? [];
      return rows.map((row) => ({
        id: String(row["id"]) as ContextId,
        version: Number(row["version"]),
        time: String(row["time"]),
      }));
    },
    async history(id, { after }, signal) {
      const rows = await database.read((db) => db.prepare(HISTORY).all(id, after), signal) ?? [];
      return rows.map((row): ContextVersion => versionOf(row, id));
    },
    async treeOf(id, version, signal) {
      const row = await database.read((db) => db.prepare(TREE_OF).get(id, version), signal);
      return row === undefined ? undefined : column(row, { id, name: "tree", decode: decodeTree });
    },
    async remove(id, signal) {
      return await database.read((db) =>
        inTransaction(db, () => {
          for (const table of ["versions", "claims"]) {
            db.prepare(`DELETE FROM ${table} WHERE id = ?`).run(id);
          }
          return db.prepare("DELETE FROM contexts WHERE id = ?").run(id).changes > 0;
        }), signal) ?? false;
    },
    async claim(id, key, signal) {
      const row = await database.read((db) => db.prepare(CLAIM).get(id, key), signal);
      return row === undefined ? undefined : column(row, { id, name: "claim", decode: decodeClaim });
    },
    async swapClaim(id, { key, from, to }, signal) {
      return await database.write((db) =>
        inTransaction(db, () => {
          if (db.prepare(NEWEST).get(id) === undefined) return false;
          const now = db.prepare(CLAIM).get(id, key)?.["claim"];
          if (now !== (from === undefined ? undefined : encodeClaim(from))) return false;
          if (to === undefined) db.prepare("DELETE FROM claims WHERE id = ? AND key = ?").run(id, key);
          else db.prepare(PUT_CLAIM).run(id, key, encodeClaim(to));
          return true;
        }), signal);
    },
    close() {
      database.close();
      return Promise.resolve();
    },
  };
}

type Row = Readonly<Record<string, unknown>>;

interface RowPlace<T> {
  readonly id: string;
  readonly name: string;
  readonly decode: (text: string) => T | undefined;
}

const READ = `SELECT keys, info, tree FROM contexts
  JOIN versions ON versions.id = contexts.id AND versions.version = contexts.version WHERE contexts.id = ?`;
const NEWEST = "SELECT version, time FROM contexts WHERE id = ?";
const LIST = "SELECT id, version, time FROM contexts ORDER BY id";
const HISTORY = "SELECT info FROM versions WHERE id = ? AND version > ? ORDER BY version";
const TREE_OF = "SELECT tree FROM versions WHERE id = ? AND version = ?";
const PUT_CLAIM = "INSERT OR REPLACE INTO claims (id, key, claim) VALUES (?, ?, ?)";
const CLAIM = "SELECT claim FROM claims WHERE id = ? AND key = ?";

function writeVersion(
  db: DatabaseSync,
  { id, newest, keys, expected, expectedTime }: NextVersion,
  { tree, info, keep }: { readonly tree: string; readonly info: string; readonly keep: number },
): boolean {
  const now = db.prepare(NEWEST).get(id);
  if ((now?.["version"] ?? 0) !== expected) return false;
  if (expectedTime !== undefined && now?.["time"] !== expectedTime) return false;
  db.prepare("INSERT INTO versions (id, version, info, tree) VALUES (?, ?, ?, ?)")
    .run(id, newest.version, info, tree);
  db.prepare("INSERT OR REPLACE INTO contexts (id, version, time, keys) VALUES (?, ?, ?, ?)")
    .run(id, newest.version, newest.time, JSON.stringify(keys));
  db.prepare("DELETE FROM versions WHERE id = ? AND version <= ?").run(id, newest.version - keep);
  return true;
}

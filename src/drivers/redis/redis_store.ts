import type { ContextId } from "../../contexts/core/context_id.ts";
import { decodeClaim, encodeClaim } from "../../contexts/core/events/claim.ts";
import {
  decodeEventKeys,
  decodeTree,
  decodeVersion,
  encodeVersion,
} from "../../contexts/core/stored_version.ts";
import { encodeTree } from "../../contexts/core/tree/limits.ts";
import { isValueMap, type ValueMap } from "../../contexts/core/tree/value.ts";
import type { ContextVersion, VersionMark } from "../../contexts/core/version.ts";
import { formatYaml } from "../../contexts/core/yaml/format_yaml.ts";
import { readYaml } from "../../contexts/core/yaml/read_yaml.ts";
import type {
  ContextRow,
  ContextStore,
  NextVersion,
  StoredContext,
} from "../../contexts/ports/context_store.ts";
import { AppError, EXIT } from "../../lib/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { RedisClient } from "./redis_client.ts";
import { Connection } from "./connection.ts";
import { parseRedisUrl } from "./redis_address.ts";
import {
  CLAIM,
  COMMIT,
  HISTORY,
  idOfKey,
  keysOf,
  LIST_PATTERN,
  NEWEST,
  READ,
  REMOVE,
  SWAP_CLAIM,
  TREE_OF,
} from "./scripts.ts";

/** The server, and how many versions are kept. */
export interface RedisStoreOptions {
  /** `redis://` or `rediss://`, with login and database. */
  readonly url: string;
  /** How many versions of each context are kept. */
  readonly keep: number;
  readonly clock: Clock;
  /** Milliseconds for a connection. Default 5,000. */
  readonly connectMs?: number;
  /** Milliseconds for one command. Default 15,000. */
  readonly commandMs?: number;
}

/** Makes the store on a Redis server. Nothing is connected before the first call. */
export function makeRedisStore(
  { url, keep, clock, connectMs = 5_000, commandMs = 15_000 }: RedisStoreOptions,
): ContextStore {
  const connection = new Connection({ address: parseRedisUrl(url), clock, connectMs, commandMs });
  const store = new RedisStore({ connection, keep, clock });
  return {
    name: connection.name,
    keepsHistory: true,
    read: (id, signal) => store.read(id, signal),
    newestVersion: (id, signal) => store.newestVersion(id, signal),
    commit: (next, signal) => store.commit(next, signal),
    list: (signal) => store.list(signal),
    history: (id, { after }, signal) => store.history(id, after, signal),
    treeOf: (id, version, signal) => store.treeOf(id, version, signal),
    remove: (id, signal) => store.remove(id, signal),
    claim: (id, key, signal) => store.claim(id, key, signal),
    swapClaim: (id, change, signal) => store.swapClaim(id, change, signal),
    close: () => connection.close(),
  };
}

interface Tools extends Pick<RedisStoreOptions, "keep" | "clock"> {
  readonly connection: Connection;
}

/** A text that another program wrote, with the version that was there before. */
interface ForeignText {
  readonly hash: string;
  readonly text: string;
  readonly version: string;
  readonly keys: string;
}

/** How often a text that changes all the time is read again. */
const MOST_READS = 20;

class RedisStore {
  readonly #tools: Tools;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  async read(id: ContextId, signal: AbortSignal): Promise<StoredContext | undefined> {
    for (let reads = 0; reads < MOST_READS; reads++) {
      const answer = await this.#run({ script: READ, id, args: [] }, signal);
      if (answer === null) return undefined;
      const [kind, first = "", second = "", third = "", fourth = ""] = answer as string[];
      if (kind === "ours") {
        return {
          id,
          newest: this.#decoded(id, decodeVersion(withoutToken(first))),
          tree: this.#decoded(id, decodeTree(second)),
          keys: this.#decoded(id, decodeEventKeys(third)),
        };
      }
      await this.#adopt(id, { hash: first, text: second, version: third, keys: fourth }, signal);
    }
    throw new AppError(
      "store_busy",
      `Reading ${id} in ${this.#name}: another program changes it all the time`,
      {
        exitCode: EXIT.busy,
        retryable: true,
        hint: "Run it again when that program is done",
      },
    );
  }

  async newestVersion(id: ContextId, signal: AbortSignal): Promise<VersionMark | undefined> {
    const answer = await this.#run({ script: NEWEST, id, args: [] }, signal);
    if (answer === -1) return (await this.read(id, signal))?.newest;
    if (!Array.isArray(answer)) return undefined;
    const [version, time] = answer.map(String);
    return { version: Number(version), time: time ?? "" };
  }

  async commit(
    { id, newest, tree, keys, expected, expectedTime = "" }: NextVersion,
    signal: AbortSignal,
  ): Promise<boolean> {
    const text = formatYaml(tree);
    const args = this.#commitArgs({ expected, newest, keys: JSON.stringify(keys), tree: encodeTree(tree) });
    const answer = await this.#run({ script: COMMIT, id, args: [...args, text, "", expectedTime] }, signal);
    // The text of another program is a version, so the caller reads again.
    if (answer === -1) await this.read(id, signal);
    return answer === 1;
  }

  async list(signal: AbortSignal): Promise<readonly ContextRow[]> {
    const rows = await this.#tools.connection.use(async (client) => {
      const found = new Map<string, ContextRow>();
      for (let cursor = "0", begun = false; !begun || cursor !== "0"; begun = true) {
        const [next, keys] = await client.scan(cursor, LIST_PATTERN);
        cursor = next;
        const rows = await Promise.all(keys.map((key) => readRow(client, idOfKey(key), key)));
        for (const row of rows) if (row !== undefined) found.set(row.id, row);
      }
      return [...found.values()];
    }, signal);
    return rows.sort((a, b) => a.id < b.id ? -1 : 1);
  }

  async history(id: ContextId, after: number, signal: AbortSignal): Promise<readonly ContextVersion[]> {
    for (let reads = 0; reads < MOST_READS; reads++) {
      const answer = await this.#run({ script: HISTORY, id, args: [after] }, signal);
      if (Array.isArray(answer)) {
        return answer.map((text) => this.#decoded(id, decodeVersion(withoutToken(String(text))))).reverse();
      }
      await this.read(id, signal);
    }
    return [];
  }

  async treeOf(id: ContextId, version: number, signal: AbortSignal): Promise<ValueMap | undefined> {
    const text = await this.#run({ script: TREE_OF, id, args: [version] }, signal);
    return typeof text === "string" ? this.#decoded(id, decodeTree(text)) : undefined;
  }

  async remove(id: ContextId, signal: AbortSignal): Promise<boolean> {
    return await this.#tools.connection.use(async (client, attempt) => {
      const keys = keysOf(id);
      const found = await client.eval({ script: REMOVE, keys });
      // After a lost connection, an absent context is one that the first attempt removed.
      return found === 1 || attempt > 0;
    }, signal);
  }

  async claim(id: ContextId, key: string, signal: AbortSignal) {
    const text = await this.#run({ script: CLAIM, id, args: [key] }, signal);
    return typeof text === "string" ? this.#decoded(id, decodeClaim(text)) : undefined;
  }

  async swapClaim(
    id: ContextId,
    { key, from, to }: Parameters<ContextStore["swapClaim"]>[1],
    signal: AbortSignal,
  ): Promise<boolean> {
    const [old, next] = [from, to].map((each) => each === undefined ? "" : encodeClaim(each));
    const answer = await this.#tools.connection.use((client, attempt) => {
      const keys = keysOf(id);
      const args = [key, old ?? "", next ?? "", attempt > 0 ? "again" : ""];
      return client.eval({ script: SWAP_CLAIM, keys, args });
    }, signal);
    return answer === 1;
  }

  get #name(): string {
    return this.#tools.connection.name;
  }

  async #run(
    { script, id, args }: {
      readonly script: string;
      readonly id: ContextId;
      readonly args: readonly (string | number)[];
    },
    signal: AbortSignal,
  ): Promise<unknown> {
    return await this.#tools.connection.run({ script, keys: keysOf(id), args }, signal);
  }

  /** Makes a version of a text that another program wrote, unless it has changed again. */
  async #adopt(
    id: ContextId,
    { hash, text, version, keys }: ForeignText,
    signal: AbortSignal,
  ): Promise<void> {
    const expected = Number(version);
    const newest: ContextVersion = {
      version: expected + 1,
      time: new Date(this.#tools.clock.now()).toISOString(),
      actor: "unknown",
      operations: [{ op: "replace" }],
    };
    const tree = encodeTree(await this.#parse(id, text));
    const args = this.#commitArgs({ expected, newest, keys, tree });
    await this.#run({ script: COMMIT, id, args: [...args, "", hash, ""] }, signal);
  }

  #commitArgs(
    { expected, newest, keys, tree }: {
      readonly expected: number;
      readonly newest: ContextVersion;
      readonly keys: string;
      readonly tree: string;
    },
  ): readonly (string | number)[] {
    // The token says whether a version is this call's, if the connection is lost before the answer.
    const token = `${crypto.randomUUID()}\n`;
    const { version, time } = newest;
    return [expected, version, time, keys, token + encodeVersion(newest), tree, this.#tools.keep, token];
  }

  async #parse(id: ContextId, text: string): Promise<ValueMap> {
    const parsed = await readYaml(text);
    if ("problem" in parsed) {
      throw this.#damaged(id, `line ${parsed.problem.line}: ${parsed.problem.message}`);
    }
    const { value } = parsed;
    const state = isValueMap(value) ? value.get("state") : undefined;
    const named = isValueMap(state) ? state.get("cicdContextDataId") : undefined;
    if (!isValueMap(value) || named === undefined) {
      throw this.#damaged(id, "it is no context: state.cicdContextDataId is missing");
    }
    if (named !== id) throw this.#damaged(id, "it holds a context with another ID");
    return value;
  }

  #decoded<T>(id: ContextId, value: T | undefined): T {
    if (value !== undefined) return value;
    throw this.#damaged(id, `the keys under showtime:context:${id} are not what showtime writes`);
  }

  #damaged(id: ContextId, problem: string): AppError {
    return new AppError("store_damaged", `Reading ${id} in ${this.#name}: ${problem}`, {
      hint: "Correct or delete that key, or choose another ID",
    });
  }
}

/** Reads a row of a list from a context's key; undefined if an older client deleted the text. */
async function readRow(client: RedisClient, id: string, key: string): Promise<ContextRow | undefined> {
  const [[version, time], exists] = await Promise.all([
    client.hmget(key, "version", "time"),
    client.exists(id),
  ]);
  if (!exists || !version || !time) return undefined;
  return { id: id as ContextId, version: Number(version), time };
}

function withoutToken(text: string): string {
  return text.slice(text.indexOf("\n") + 1);
}

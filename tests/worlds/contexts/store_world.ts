/** The stores under test, each in a place of its own that several processes can open. */

import type { ContextId } from "../../../src/contexts/core/context_id.ts";
import type { StoreSettings } from "../../../src/contexts/core/settings.ts";
import { parseJson } from "../../../src/contexts/core/tree/parse_json.ts";
import { isValueMap, type ValueMap } from "../../../src/contexts/core/tree/value.ts";
import type { ContextStore, NextVersion } from "../../../src/contexts/ports/context_store.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { makeContextStore } from "../../../src/wiring/contexts/context_stores.ts";
import { startRedis } from "./redis_server.ts";

/** The kinds of stores that processes share. */
export const SHARED_KINDS = ["sqlite", "redis", "yamlfile", "jsonfile"] as const;

/** One place for contexts. */
export interface StoreWorld extends AsyncDisposable {
  readonly settings: StoreSettings;
  /** Opens the store; the world closes it. */
  open(options?: { readonly keep?: number; readonly busyMs?: number }): Promise<ContextStore>;
}

/** Makes a place for contexts. */
export async function makeStoreWorld(kind: typeof SHARED_KINDS[number]): Promise<StoreWorld> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-contexts-" });
  const server = kind === "redis" ? await startRedis() : undefined;
  const settings: StoreSettings = kind === "redis"
    ? { kind, url: `${server?.url}/0` }
    : { kind, path: `${folder}/work/${kind === "sqlite" ? "contexts.db" : `context.${kind.slice(0, 4)}`}` };
  const opened: ContextStore[] = [];
  return {
    settings,
    async open({ keep = 50, busyMs = 30_000 } = {}) {
      const store = await makeContextStore(settings, { clock: makeClock(), keep, busyMs });
      opened.push(store);
      return store;
    },
    async [Symbol.asyncDispose]() {
      for (const store of opened) await store.close();
      await server?.[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The ID of contexts in tests. */
export const ID = "ctx-1" as ContextId;

/** A signal that never aborts. */
export const NEVER: AbortSignal = new AbortController().signal;

/** Parses the part `data` of `state` into a whole tree of a context. */
export function treeWith(json: string, id: string = ID): ValueMap {
  const parsed = parseJson(
    `{"state": {"cicdContextDataId": ${JSON.stringify(id)}, "cicdContextName": "stage", "data": ${json}}}`,
  );
  if ("problem" in parsed || !isValueMap(parsed.value)) throw new Error(`Reading a test's tree: ${json}`);
  return parsed.value;
}

/** Makes a version of a context. */
export function versionOf(
  version: number,
  { id = ID, tree = treeWith(String(version), id), ...rest }: Partial<NextVersion> & {
    readonly actor?: string;
  } = {},
): NextVersion {
  const time = new Date(Date.UTC(2026, 0, 15) + version * 1_000).toISOString();
  return {
    id,
    tree,
    keys: {},
    expected: version - 1,
    newest: { version, time, actor: rest.actor ?? "ana", operations: [{ op: "replace" }] },
    ...rest,
  };
}

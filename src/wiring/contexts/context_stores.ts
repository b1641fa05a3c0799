/** Builds the stores of contexts and their copies. A driver is loaded when its store is configured. */

import type { CopySettings, StoreSettings } from "../../contexts/core/settings.ts";
import type { ContextCopy, ContextStore } from "../../contexts/ports/context_store.ts";
import type { Clock } from "../../ports/clock.ts";

/** The longest wait for other processes, in milliseconds, unless `--wait` gives another one. */
const BUSY_MS = 30_000;

/** The parts of a store that its settings do not say. */
export interface ContextStoreOptions {
  readonly clock: Clock;
  /** How many versions of each context are kept. */
  readonly keep: number;
  /** Milliseconds to wait while other processes keep the store locked. Default 30,000. */
  readonly busyMs?: number;
}

/**
 * Makes the store. Nothing is read or connected before its first call. Throws AppError `store_outside` (exit code 2) if
 * its file is outside of the folders that the program may write to, and `redis_url_invalid` (exit code 2).
 */
export async function makeContextStore(
  settings: StoreSettings,
  { clock, keep, busyMs = BUSY_MS }: ContextStoreOptions,
): Promise<ContextStore> {
  if (settings.kind === "redis") {
    const { makeRedisStore } = await import("../../drivers/redis/mod.ts");
    return makeRedisStore({ url: settings.url, keep, clock });
  }
  await assertInside(settings);
  if (settings.kind === "sqlite") {
    const [{ makeSqliteStore }, { prepareSecret }] = await Promise.all([
      import("../../drivers/sqlite/mod.ts"),
      import("../../drivers/system/mod.ts"),
    ]);
    return makeSqliteStore({ path: settings.path, keep, busyMs, clock, prepare: prepareSecret });
  }
  const { makeFileStore } = await import("../../drivers/context_files/mod.ts");
  return makeFileStore({ format: settings.kind, path: settings.path, clock, busyMs });
}

/** Makes the copies, in their order. Throws as {@link makeContextStore} does. */
export async function makeContextCopies(
  settings: readonly CopySettings[],
  options: ContextStoreOptions & { readonly actor: string },
): Promise<readonly ContextCopy[]> {
  const copies: ContextCopy[] = [];
  for (const each of settings) {
    copies.push(await makeCopy(each, options));
  }
  return copies;
}

async function makeCopy(
  settings: CopySettings,
  options: ContextStoreOptions & { readonly actor: string },
): Promise<ContextCopy> {
  if (settings.kind === "redis" || settings.kind === "sqlite") {
    const { copyToStore } = await import("../../contexts/app/copy_to_store.ts");
    const { kind } = settings;
    return copyToStore(
      await makeContextStore(kind === "redis" ? settings : { ...settings, kind }, options),
      options,
    );
  }
  await assertInside(settings);
  const { makeFileCopy } = await import("../../drivers/context_files/mod.ts");
  return makeFileCopy(settings.kind === "shellfile" ? settings : { ...settings, kind: settings.kind });
}

async function assertInside({ kind, path }: { readonly kind: string; readonly path: string }): Promise<void> {
  const { mayWrite } = await import("../../drivers/system/mod.ts");
  if (await mayWrite(path)) return;
  const { outsideError } = await import("../../drivers/context_files/mod.ts");
  throw outsideError(`${kind} ${path}`);
}

import { AppError, EXIT } from "../../lib/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ContextCopy, ContextStore } from "../ports/context_store.ts";

/** How often the copy is tried while others write it too. */
const MOST_ATTEMPTS = 10;

/** Makes a copy that is another store, which is open only while it is written. It counts its versions by itself. */
export function copyToStore(
  store: ContextStore,
  { clock, actor }: { readonly clock: Clock; readonly actor: string },
): ContextCopy {
  return {
    name: store.name,
    async write({ id, tree }, signal) {
      try {
        for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
          const current = await store.read(id, signal);
          const expected = current?.newest.version ?? 0;
          const time = new Date(clock.now()).toISOString();
          const newest = {
            version: expected + 1,
            time,
            actor,
            operations: [{ op: "replace" as const }],
          };
          if (await store.commit({ id, tree, keys: {}, newest, expected }, signal)) return [];
        }
      } catch (error) {
        if (error instanceof AppError) throw unwritable(store, error);
        throw error;
      } finally {
        await store.close();
      }
      throw unwritable(store, undefined);
    },
  };
}

function unwritable(store: ContextStore, cause: AppError | undefined): AppError {
  return new AppError(
    "copy_unwritable",
    `Writing the copy in ${store.name}: ${cause?.message ?? "others write it all the time"}`,
    {
      cause,
      exitCode: EXIT.incomplete,
      hint: cause?.hint ?? 'Run "showtime context export" when they are done',
    },
  );
}

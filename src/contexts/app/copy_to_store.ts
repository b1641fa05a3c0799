import { AppError, EXIT } from "../../lib/errors.ts";
import type { ContextCopy, ContextStore } from "../ports/context_store.ts";
import type { ContextPorts } from "./context_ports.ts";
import { versionAfter } from "./write_context.ts";

/** How often the copy is tried while others write it too. */
const MOST_ATTEMPTS = 10;

/** Makes a copy that is another store, which is open only while it is written. It counts its versions by itself. */
export function copyToStore(
  store: ContextStore,
  ports: Pick<ContextPorts, "clock" | "actor">,
): ContextCopy {
  return {
    name: store.name,
    async write({ id, tree }, signal) {
      try {
        for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
          const current = await store.read(id, signal);
          const next = { ...versionAfter(ports, current, { id, tree }), keys: {} };
          if (await store.commit({ ...next, expected: next.newest.version - 1 }, signal)) return [];
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

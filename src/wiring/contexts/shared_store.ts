import { type ContextSection, primaryKind } from "../../config/mod.ts";
import { usageError } from "../../lib/errors.ts";

/**
 * Checks that the next run in Actions, which is another machine, finds the contexts of this one. Throws AppError
 * `store_not_shared` (exit code 2).
 */
export function assertSharedStore(
  section: ContextSection,
  { isActions }: { readonly isActions: boolean },
): void {
  const kind = primaryKind(section);
  if (!isActions || kind === "redis") return;
  throw usageError(
    "store_not_shared",
    `Following environments in contexts: ${kind} keeps them on this machine, which ends with the workflow's job`,
    "Make context.datasources.redis the primary, or remove context.environments",
  );
}

import { formatLabel, parseLabel } from "../../core/labels/mod.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { ForgeReader } from "../../ports/forge.ts";

/**
 * Finds the pull requests that a sync may have work for, whatever happened before: those that have environments and the open
 * ones with a trigger. Throws AppError `forge_…`.
 */
export async function pullsToSync(
  forge: Pick<ForgeReader, "listPulls" | "listDefinitions">,
  signal: AbortSignal,
): Promise<readonly PrNumber[]> {
  const marked = await forge.listPulls({ label: formatLabel({ kind: "marker" }), states: "all" }, signal);
  // Every spelling of a trigger has this word.
  const definitions = await forge.listDefinitions("trigger", signal);
  const triggers = definitions.filter(({ name, openPulls }) =>
    openPulls.length > 0 && parseLabel(name).kind === "trigger"
  );
  const asked = await Promise.all(
    triggers.map(({ name }) => forge.listPulls({ label: name, states: "open" }, signal)),
  );
  return [...new Set([...marked, ...asked.flat()].map(({ number }) => number))];
}

/** Findings about the lock of the limits and the prices in force. There are none where both are in order. */

import { type Finding, foundWrong } from "../../../lib/finding.ts";
import { formatLabel, sameLabelName } from "../../core/labels/mod.ts";
import { judgeLock } from "../../core/lock.ts";
import type { LabelDefinition } from "../../ports/forge.ts";

/** Finds a lock of the limits that every start would wait for: no run wrote it, so it never expires. */
export function limitsLockFinding(
  definitions: readonly Pick<LabelDefinition, "name" | "nodeId" | "description">[],
  { now }: { readonly now: number },
): readonly Finding[] {
  const name = formatLabel({ kind: "limits_lock" });
  const record = definitions.find((each) => sameLabelName(each.name, name));
  if (record === undefined || judgeLock(record, { now, run: undefined }) !== "unreadable") return [];
  return [
    foundWrong(
      "lock of the limits",
      `no run wrote the label "${name}": starts that are counted wait for it`,
      {
        status: "warning",
        fix: `Delete the label "${name}" of the repository`,
      },
    ),
  ];
}

/** Finds sizes whose price is not known, so that they count as free in the budget. */
export function pricesFinding(unpriced: string | undefined): readonly Finding[] {
  if (unpriced === undefined) return [];
  return [
    foundWrong("prices", `cost is configured, and ${unpriced}`, {
      status: "warning",
      fix: "Set cost.prices.vcpu and cost.prices.gb, or cost.per_hour",
    }),
  ];
}

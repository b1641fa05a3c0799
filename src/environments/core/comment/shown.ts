/** What a comment shows of the environments, in a form that can be compared. */

import type { LabelState } from "../labels/mod.ts";

/**
 * Environments with status, address and pointer. The comment remembers it; where the labels say something else by now,
 * the comment was written by a run that did not know what had happened meanwhile.
 */
export function describeShown({ environments, active }: LabelState): string {
  return [...environments.values()].filter(({ status }) => status !== undefined).map(
    ({ sha, status, address }) => `${active.includes(sha) ? "*" : ""}${sha} ${status} ${address ?? "-"}`,
  ).sort().join(", ");
}

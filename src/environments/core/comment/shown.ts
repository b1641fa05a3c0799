import type { LabelState } from "../labels/mod.ts";

/**
 * Describes the environments that a comment shows, with status, address and which is active, in a form that
 * can be compared. The comment keeps it. If the labels say something else by now, the comment is out of date:
 * the run that wrote it did not know what had happened meanwhile.
 */
export function describeShown({ environments, active }: LabelState): string {
  return [...environments.values()].filter(({ status }) => status !== undefined).map(
    ({ sha, status, address }) => `${active.includes(sha) ? "*" : ""}${sha} ${status} ${address ?? "-"}`,
  ).sort().join(", ");
}

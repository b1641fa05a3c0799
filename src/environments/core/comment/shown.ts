import type { LabelState } from "../labels/mod.ts";

/**
 * Describes what a comment shows in a form that can be compared: the environments, with status, address and which is
 * active, and the labels that it asks about. The comment keeps it. If the labels say something else by now, the
 * comment is out of date: the run that wrote it did not know what had happened meanwhile.
 */
export function describeShown(
  { environments, active }: LabelState,
  nearMisses: readonly string[] = [],
): string {
  const shown = [...environments.values()].filter(({ status }) => status !== undefined).map(
    ({ sha, status, address, serves }) =>
      [`${active.includes(sha) ? "*" : ""}${sha} ${status} ${address ?? "-"}`, ...serves ?? []].join(" "),
  ).sort();
  return [...shown, ...nearMisses.map((name) => `? ${name}`)].join(", ");
}

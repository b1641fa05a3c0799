import type { ShortSha } from "../../../../lib/ids.ts";
import { activeSha } from "../../labels/mod.ts";
import type { Observation } from "../observation.ts";
import type { ShaView } from "../state.ts";

/**
 * Chooses the SHA to send people to: the running target, else the one that the label names, else the newest that
 * runs, else the newest that sleeps, else the newest that ran. Undefined if no environment is left.
 */
export function decideActive(
  observation: Observation,
  { views, target, lost }: {
    readonly views: ReadonlyMap<ShortSha, ShaView>;
    readonly target: ShortSha;
    /** An environment that cannot serve any more: any other is preferred. */
    readonly lost?: ShortSha | undefined;
  },
): ShortSha | undefined {
  if (views.get(target)?.state === "running") return target;
  const pointed = activeSha(observation.labels, target);
  const view = pointed === undefined ? undefined : views.get(pointed);
  const named = view !== undefined && view.state !== "absent" && view.state !== "stopping";
  // The pointer stays while something may serve there: after a failed update in place the old instance still
  // serves.
  const mayServe = pointed !== lost && (view?.state !== "failed" || view.deployed !== undefined ||
    observation.platform === "as_labels");
  if (named && mayServe) return pointed;
  for (const state of ["running", "asleep", "drifted"] as const) {
    const newest = [...views.values()].filter((each) => each.state === state && each.short !== lost)
      .sort((a, b) => (b.labeled?.createdAt ?? 0) - (a.labeled?.createdAt ?? 0))[0]?.short;
    if (newest !== undefined) return newest;
  }
  // The pointer to an environment that is lost stays, so that the next run knows what it was.
  return named && pointed !== target ? pointed : undefined;
}

/** Whether what is on record under the 7 digits of the target is the target itself, or a commit that begins like it. */

import { type FullSha, shortSha } from "../../../lib/ids.ts";
import type { Observation } from "./observation.ts";
import type { ShaView } from "./state.ts";

/**
 * `same`: something tells the whole hash, or labels that were all set on the target. `other`: it is known to be another
 * commit. `unknown`: nothing tells; labels and names carry 7 digits only, and who pushes can choose them.
 */
export type Likeness =
  | { readonly kind: "same" | "unknown" }
  /** `commit`: the other one. */
  | { readonly kind: "other"; readonly commit: FullSha };

/** Compares the target with what labels and platform have under its short form. */
export function likenessOf(observation: Observation, view: ShaView | undefined): Likeness {
  const { target, record, commits } = observation;
  const short = shortSha(target);
  const told = view?.deployed?.sha ?? record.shas?.get(short);
  if (told !== undefined) return told === target ? { kind: "same" } : { kind: "other", commit: told };
  const twin = commits.find((sha) => sha !== target && shortSha(sha) === short);
  if (twin !== undefined) return { kind: "other", commit: twin };
  // A commit that was pushed between two labels is the one that the later was set on: all of them have to agree.
  const origins = (view?.labeled?.labels ?? []).flatMap(({ name }) => observation.origins.get(name) ?? []);
  const agree = origins.length > 0 && origins.every(({ approves }) => approves === target);
  return { kind: agree ? "same" : "unknown" };
}

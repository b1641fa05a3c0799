/**
 * The check whether the record under the target's 7 digits is about the target, or about a commit that begins
 * alike.
 */

import { type FullSha, shortSha } from "../../../lib/ids.ts";
import type { Observation } from "./observation.ts";
import type { ShaView } from "./state.ts";

/**
 * The result of the comparison. `same`: the full hash is on record, or all labels were set on the target.
 * `other`: it is known to be another commit. `unknown`: nothing settles it, because labels and names carry
 * only 7 digits, which the person who pushes can choose.
 */
export type Likeness =
  | { readonly kind: "same" | "unknown" }
  /** `commit`: the other commit. */
  | { readonly kind: "other"; readonly commit: FullSha };

/** Compares the target with the labels and the platform's environment under its short form. */
export function likenessOf(observation: Observation, view: ShaView | undefined): Likeness {
  const { target, record, commits } = observation;
  const short = shortSha(target);
  const told = view?.deployed?.sha ?? record.shas?.get(short);
  if (told !== undefined) return told === target ? { kind: "same" } : { kind: "other", commit: told };
  const twin = commits.find((sha) => sha !== target && shortSha(sha) === short);
  if (twin !== undefined) return { kind: "other", commit: twin };
  // If a commit was pushed between two labels, the later one was set on that commit, so all labels have to
  // agree.
  const origins = (view?.labeled?.labels ?? []).flatMap(({ name }) => observation.origins.get(name) ?? []);
  const agree = origins.length > 0 && origins.every(({ approves }) => approves === target);
  return { kind: agree ? "same" : "unknown" };
}

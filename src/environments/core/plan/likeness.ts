/**
 * The check whether the record under the target's 7 digits is about the target, or about a commit that begins
 * alike.
 */

import { type FullSha, shortSha } from "../../../lib/ids.ts";
import type { Observation } from "./observation.ts";
import type { ShaView } from "./state.ts";

/**
 * The result of the comparison. `same`: the platform's tags or the comment's record hold the target's full hash.
 * `other`: they hold another commit. `unknown`: they hold neither. Labels settle nothing: they carry only 7
 * digits, which the person who pushes can choose, and a workflow may set them for anybody.
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
  return twin === undefined ? { kind: "unknown" } : { kind: "other", commit: twin };
}

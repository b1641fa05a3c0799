import { type Layer, placeOf } from "../layer.ts";
import type { ConfigProblem } from "../problems.ts";
import type { Settings } from "./schema.ts";

/** Finds settings of an environment's life that cannot work: a warning where no comment may be written. */
export function lifetimeProblems(
  { environment, comment }: Pick<Settings, "environment" | "comment">,
  layers: readonly Layer[],
): readonly ConfigProblem[] {
  if (environment.warn === null || comment.enabled) return [];
  const path = ["environment", "warn"];
  return [{
    ...placeOf(path, layers),
    code: "wrong_value",
    path: path.join("."),
    message: "a warning is a comment, and comment.enabled is false",
    remedy: "set comment.enabled to true, or leave environment.warn out",
  }];
}

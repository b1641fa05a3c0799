import { type Layer, placeOf } from "../layer.ts";
import type { ConfigProblem } from "../problems.ts";
import type { Settings } from "./schema.ts";

/**
 * Finds settings of an environment's life that cannot work: a time-to-live that counts from what the platform does not
 * report, and a warning where no comment may be written.
 */
export function lifetimeProblems(
  settings: Pick<Settings, "platform" | "environment" | "comment">,
  layers: readonly Layer[],
): readonly ConfigProblem[] {
  return [...ttlFromProblems(settings, layers), ...warnProblems(settings, layers)];
}

function warnProblems(
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

const PATH = ["environment", "ttl_from"];

function ttlFromProblems(
  { platform, environment }: Pick<Settings, "platform" | "environment">,
  layers: readonly Layer[],
): readonly ConfigProblem[] {
  if (environment.ttl_from !== "traffic") return [];
  const why = platform === "docker"
    ? "Docker counts no requests, so nothing says when the newest one came"
    : "label, comment and status show when an environment ends, and a visit changes none of them";
  return [{
    ...placeOf(PATH, layers),
    code: "wrong_value",
    path: PATH.join("."),
    message: `traffic cannot work here: ${why}`,
    remedy: "use created or deployed",
  }];
}

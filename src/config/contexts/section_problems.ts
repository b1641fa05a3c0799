import { type Layer, placeOf } from "../layer.ts";
import type { ConfigProblem } from "../problems.ts";
import { contextProblems } from "./context_settings.ts";
import type { ContextSection } from "./schema.ts";

/** Lists what shows only when all sources are merged. */
export function contextSectionProblems(
  section: ContextSection,
  layers: readonly Layer[],
): readonly ConfigProblem[] {
  return contextProblems(section).map(({ path, message, remedy }) => ({
    ...placeOf(["context", ...path], layers),
    code: "missing",
    path: ["context", ...path].join("."),
    message,
    remedy,
  }));
}

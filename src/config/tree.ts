/** Plain data as YAML gives it, whose keys are not checked. This file loads no package. */

/** A mapping from keys to unknown values. */
export type Tree = { readonly [key: string]: unknown };

/** Whether a value is a mapping. */
export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import type { SourcePosition } from "./problems.ts";
import { leavesOf, type SettingPath } from "./schema_walk.ts";
import type { Tree } from "./tree.ts";

/** The kind of source of a setting; an earlier kind beats a later one. */
export type SourceKind = "flag" | "environment" | "file" | "preset";

/** The source of a setting. */
export interface Source {
  readonly kind: SourceKind;
  /** `--platform`, `ECS_CLUSTER`, `showtime.yml:12`, `preset superset`. */
  readonly name: string;
  /** The setting as the source writes it: durations are text, and a setting without a value is null. */
  readonly value: unknown;
}

/** The settings of one source: the file, one variable, one flag or a preset. */
export interface Layer {
  readonly kind: SourceKind;
  readonly tree: unknown;
  /** Finds the position of the key or value at `path`. */
  readonly where: (path: SettingPath, at: "key" | "value") => SourcePosition;
}

/** Makes the layer of one setting, from the variable or flag called `name`. */
export function singleLayer(
  kind: SourceKind,
  name: string,
  { path, value }: { readonly path: SettingPath; readonly value: unknown },
): Layer {
  const tree = path.reduceRight<unknown>((inner, key): Tree => ({ [key]: inner }), value);
  return { kind, tree, where: () => ({ source: name }) };
}

/** Finds where a setting is written, or the nearest section above it. */
export function placeOf(path: SettingPath, layers: readonly Layer[]): SourcePosition {
  for (let length = path.length; length > 0; length--) {
    const above = path.slice(0, length);
    const layer = layers.find(({ tree }) =>
      leavesOf(tree).some(([leaf]) => above.every((part, i) => leaf[i] === part))
    );
    if (layer !== undefined) return layer.where(above, "key");
  }
  return { source: path.join(".") };
}

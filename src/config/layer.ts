import type { SourcePosition } from "./problems.ts";
import type { SettingPath, Tree } from "./schema_walk.ts";

/** What kind of source a setting comes from; a former one wins over a later one. */
export type SourceKind = "flag" | "environment" | "file" | "preset";

/** Where a setting comes from. */
export interface Source {
  readonly kind: SourceKind;
  /** `--platform`, `ECS_CLUSTER`, `showtime.yml:12`, `preset superset`. */
  readonly name: string;
  /** The setting as that source writes it: durations are text, what is not set is null. */
  readonly value: unknown;
}

/** Settings that come from one place: the file, one variable, one flag, a preset. */
export interface Layer {
  readonly kind: SourceKind;
  readonly tree: unknown;
  /** Where the key or value at `path` is written. */
  readonly where: (path: SettingPath, at: "key" | "value") => SourcePosition;
}

/** A layer that sets the one setting at `path`, from a variable or flag called `name`. */
export function singleLayer(
  kind: SourceKind,
  name: string,
  { path, value }: { readonly path: SettingPath; readonly value: unknown },
): Layer {
  const tree = path.reduceRight<unknown>((inner, key): Tree => ({ [key]: inner }), value);
  return { kind, tree, where: () => ({ source: name }) };
}

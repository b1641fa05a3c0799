/** Which assets a command is about: `--kind`, `--name` and so on, with what the chosen ones refer to. */

import type { Asset, AssetKind, Assets, Uuid } from "./asset.ts";
import { referencesOf } from "./stored_form/normalize.ts";

/** The flags that select assets. A repeated flag means "or", different flags mean "and". */
export interface Selection {
  readonly kinds: readonly AssetKind[];
  readonly ids: readonly number[];
  readonly uuids: readonly string[];
  /** Globs over names. */
  readonly names: readonly string[];
  /** Owners, by their number on the instance; in a folder by the text that a person gave. */
  readonly owners: readonly string[];
  readonly tags: readonly string[];
  readonly published: boolean;
  /** Whether the assets that the chosen ones refer to come along. */
  readonly dependencies: boolean;
}

/** Selects everything. */
export const EVERYTHING: Selection = {
  kinds: [],
  ids: [],
  uuids: [],
  names: [],
  owners: [],
  tags: [],
  published: false,
  dependencies: true,
};

/** Whether a selection leaves nothing out. */
export function selectsAll(selection: Selection): boolean {
  const { kinds, ids, uuids, names, owners, tags, published } = selection;
  return [kinds, ids, uuids, names, owners, tags].every(({ length }) => length === 0) && !published;
}

/** The warning where a person chose assets and none fits: a misspelt name must not look like success. */
export const NONE_SELECTED = "no asset fits the flags that choose assets";

/** The facts that a selection looks at. Facts that only an instance knows are undefined in a folder. */
export interface Selectable {
  readonly kind: AssetKind;
  readonly uuid: Uuid | undefined;
  readonly name: string;
  readonly id?: number | undefined;
  readonly owners?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly published?: boolean | undefined;
}

/** Whether the flags name an asset. */
export function isSelected(asset: Selectable, selection: Selection): boolean {
  const any = <T>(wanted: readonly T[], fits: (each: T) => boolean) =>
    wanted.length === 0 || wanted.some(fits);
  return any(selection.kinds, (kind) => kind === asset.kind) &&
    any(selection.ids, (id) => id === asset.id) &&
    any(selection.uuids, (uuid) => asset.uuid !== undefined && asset.uuid.startsWith(uuid.toLowerCase())) &&
    any(selection.names, (name) => fitsGlob(name, asset.name)) &&
    any(
      selection.owners,
      (owner) => asset.owners?.some((each) => each.toLowerCase() === owner.toLowerCase()) ?? false,
    ) &&
    any(selection.tags, (tag) => asset.tags?.includes(tag) ?? false) &&
    (!selection.published || asset.published === true);
}

/** Whether a text fits a glob: `*` stands for anything, `?` for one character. Letter case does not count. */
export function fitsGlob(glob: string, text: string): boolean {
  const pattern = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${pattern}$`, "isu").test(text);
}

/** Adds what the chosen assets refer to, as far as `all` has it. */
export function withDependencies(chosen: Iterable<Asset>, all: Assets): Assets {
  const found = new Map<Uuid, Asset>();
  const add = (asset: Asset) => {
    if (found.has(asset.uuid)) return;
    found.set(asset.uuid, asset);
    for (const { uuid } of referencesOf(asset)) {
      const next = all.get(uuid);
      if (next !== undefined) add(next);
    }
  };
  for (const asset of chosen) add(asset);
  return found;
}

/** A rule of `assets.ignore`: `name:`, `kind:` or `uuid:` with a glob. */
export function isIgnored(asset: Pick<Asset, "kind" | "uuid" | "name">, rules: readonly string[]): boolean {
  return rules.some((rule) => {
    const [, field = "", glob = ""] = /^(name|kind|uuid):(.*)$/s.exec(rule) ?? [];
    if (field === "name") return fitsGlob(glob, asset.name);
    if (field === "kind") return fitsGlob(glob, asset.kind);
    return field === "uuid" && fitsGlob(glob, asset.uuid);
  });
}

/** The files of one export or import of Superset, read into trees. */

import { ASSET_KINDS, type AssetKind, FOLDERS } from "./asset.ts";
import { isMap, type TreeMap } from "./tree.ts";
import { readYaml, type YamlProblem } from "./pyyaml.ts";

/** A file of a bundle as Superset wrote it. */
export interface BundleFile {
  readonly kind: AssetKind;
  /** The path below the bundle's root folder. */
  readonly path: string;
  readonly tree: TreeMap;
}

/** A file of a bundle that cannot be read. */
export interface BundleProblem extends YamlProblem {
  readonly path: string;
}

/** Returns the kind that the first folder of a path stands for; undefined for everything else. */
export function kindOfPath(path: string): AssetKind | undefined {
  const folder = path.split("/")[0];
  return ASSET_KINDS.find((kind) => FOLDERS[kind] === folder);
}

/**
 * Reads the files of a bundle or a folder. Paths are relative to the folder that holds `databases/`, `charts/` and so on;
 * files elsewhere, hidden files and files that are no YAML are not assets.
 */
export function readBundle(files: Iterable<readonly [path: string, text: string]>): {
  readonly files: readonly BundleFile[];
  readonly problems: readonly BundleProblem[];
} {
  const read: BundleFile[] = [];
  const problems: BundleProblem[] = [];
  for (const [path, text] of files) {
    const kind = kindOfPath(path);
    if (kind === undefined || !/\.ya?ml$/.test(path) || path.split("/").some((part) => /^[._]/.test(part))) {
      continue;
    }
    const outcome = readYaml(text);
    if ("problem" in outcome) problems.push({ path, ...outcome.problem });
    else if (isMap(outcome.tree)) read.push({ kind, path, tree: outcome.tree });
    else problems.push({ path, message: "the file holds no map of fields", line: 1 });
  }
  return { files: read, problems };
}

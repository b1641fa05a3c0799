import { fileAt, pathsAt } from "../state/commits.ts";
import { nodeId } from "../state/node_id.ts";
import type { World } from "../state/world.ts";
import { blobNode } from "./commit_node.ts";
import { GqlObject } from "./gql_object.ts";

/** Git's modes of files and folders. */
const MODES = { blob: 0o100644, tree: 0o040000 } as const;

/** Makes the node of a folder at a commit, or returns null if the commit has no such folder. */
export function treeNode(
  world: World,
  { folder, sha }: { readonly folder: string; readonly sha: string },
): GqlObject | null {
  const prefix = folder === "" ? "" : `${folder.replace(/\/+$/, "")}/`;
  const names = new Set(
    pathsAt(world, sha).filter((path) => path.startsWith(prefix)).map((path) =>
      path.slice(prefix.length).split("/")[0] ?? ""
    ),
  );
  if (names.size === 0) return null;
  return new GqlObject("Tree", {
    id: () => nodeId("T", `${sha}:${folder}`),
    entries: () =>
      [...names].map((name) => {
        const path = `${prefix}${name}`;
        const text = fileAt(world, { path, sha });
        const type = text === undefined ? "tree" : "blob";
        return new GqlObject("TreeEntry", {
          name: () => name,
          path: () => path,
          type: () => type,
          mode: () => MODES[type],
          object: () => text === undefined ? treeNode(world, { folder: path, sha }) : blobNode(path, text),
        });
      }),
  });
}

/** The shape of the source tree: sizes of folders, and circles of imports. Pure functions over paths and texts. */

import { resolveImport } from "./rooms.ts";

/** The most files that a folder may hold. */
export const MOST_FILES = 20;

/** Returns a sentence for each folder that holds too many files, or one file and nothing else. */
export function objectionsToFolders(paths: readonly string[]): readonly string[] {
  const files = new Map<string, number>();
  const folders = new Map<string, Set<string>>();
  for (const path of paths) {
    const parts = path.split("/");
    const folder = parts.slice(0, -1).join("/");
    files.set(folder, (files.get(folder) ?? 0) + 1);
    for (let depth = 1; depth < parts.length - 1; depth++) {
      const parent = parts.slice(0, depth).join("/");
      folders.set(parent, (folders.get(parent) ?? new Set()).add(parts[depth] ?? ""));
    }
  }
  return [...files].flatMap(([folder, count]) => {
    if (count > MOST_FILES) return [`${folder} has ${count} files: at most ${MOST_FILES}`];
    if (count === 1 && !folders.has(folder)) return [`${folder} has one file: move it up`];
    return [];
  });
}

/** The paths that a file imports, static and dynamic, types too. */
export function importsOf(path: string, text: string): readonly string[] {
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)]
    .map(([, specifier = ""]) => resolveImport(path, specifier));
}

/** Returns the groups of files that import each other, directly or through others. Each group is sorted. */
export function findCircles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const reach = new Map([...graph.keys()].map((path) => [path, reachable(graph, path)]));
  const circles = new Map<string, readonly string[]>();
  for (const [path, from] of reach) {
    if (!from.has(path)) continue;
    const group = [...from].filter((other) => reach.get(other)?.has(path)).sort();
    circles.set(group.join(" "), group);
  }
  return [...circles.values()];
}

function reachable(graph: ReadonlyMap<string, readonly string[]>, start: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...graph.get(start) ?? []];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...graph.get(next) ?? []);
  }
  return found;
}

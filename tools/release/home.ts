/**
 * Sees that a release is made where its users are sent for it. Fails with the places that name another repository.
 *
 *     deno run --allow-read tools/release/home.ts owner/name
 */

import { HOME_REPOSITORY } from "../../src/environments/core/setup/mod.ts";

const ROOT = new URL("../../", import.meta.url);

/** Files that send people, or programs, to the releases. All say what `HOME_REPOSITORY` says, in the first of them. */
export const PLACES = [
  "src/environments/core/setup/setup.ts",
  "install.sh",
  "README.md",
  "docs/install.md",
  "docs/rules.md",
  "docs/workflows.md",
] as const;

/** What is wrong with releasing from `repository`; empty if nothing is. `texts` are the files, by path. */
export function strayPlaces(
  repository: string,
  { home, texts }: { readonly home: string; readonly texts: ReadonlyMap<string, string> },
): readonly string[] {
  return [...texts].flatMap(([path, text]) => {
    const lines = text.split("\n").flatMap((line, index) => line.includes(home) ? [index + 1] : []);
    if (lines.length === 0) return [`${path} does not name ${home}, as ${PLACES[0]} does`];
    return repository === home ? [] : lines.map((line) => `${path}:${line} names ${home}`);
  });
}

/** Reads the files. */
export async function readPlaces(): Promise<ReadonlyMap<string, string>> {
  const read = async (path: string) => [path, await Deno.readTextFile(new URL(path, ROOT))] as const;
  return new Map(await Promise.all(PLACES.map(read)));
}

if (import.meta.main) {
  const [repository = ""] = Deno.args;
  const stray = strayPlaces(repository, { home: HOME_REPOSITORY, texts: await readPlaces() });
  if (stray.length > 0) {
    console.error(
      `::error::A release from ${repository} would send its users elsewhere: ${stray.join(", ")}`,
    );
    Deno.exit(1);
  }
}

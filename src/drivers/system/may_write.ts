import { basename, dirname, join, resolve } from "node:path";

/** As many links as Linux follows in one path. */
const MOST_LINKS = 40;

/**
 * Whether the program may write to a path, in the folder that it runs in or below. Links are followed first, because the
 * permission looks at the path as it is written.
 */
export async function mayWrite(path: string): Promise<boolean> {
  let [above, below] = [resolve(path), ""];
  for (let links = 0; links <= MOST_LINKS;) {
    try {
      above = await Deno.realPath(above);
      break;
    } catch {
      const target = await targetOf(above);
      if (target !== undefined) {
        // A file that is made through this link lies where the link leads.
        above = target;
        links++;
        continue;
      }
      // It does not exist yet: the folder above it decides.
      if (above === dirname(above)) break;
      below = join(basename(above), below);
      above = dirname(above);
    }
  }
  return (await Deno.permissions.query({ name: "write", path: join(above, below) })).state === "granted";
}

/** The path that a link leads to; undefined for anything else. */
async function targetOf(path: string): Promise<string | undefined> {
  try {
    return resolve(dirname(path), await Deno.readLink(path));
  } catch {
    return undefined;
  }
}

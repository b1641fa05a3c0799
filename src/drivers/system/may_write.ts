import { basename, dirname, join, resolve } from "node:path";

/** As many links as Linux follows in one path. */
const MOST_LINKS = 40;

/**
 * Whether the program may write to a path, in the folder that it runs in or below. Links are followed first, because the
 * permission looks at the path as it is written.
 */
export function mayWrite(path: string): Promise<boolean> {
  // Synchronous calls do not wait for another thread, which takes longer than they do.
  return Promise.try(() => isWritable(path));
}

function isWritable(path: string): boolean {
  let [above, below] = [resolve(path), ""];
  for (let links = 0; links <= MOST_LINKS;) {
    try {
      above = Deno.realPathSync(above);
      break;
    } catch {
      const target = targetOf(above);
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
  return Deno.permissions.querySync({ name: "write", path: join(above, below) }).state === "granted";
}

/** The path that a link leads to; undefined for anything else. */
function targetOf(path: string): string | undefined {
  try {
    return resolve(dirname(path), Deno.readLinkSync(path));
  } catch {
    return undefined;
  }
}

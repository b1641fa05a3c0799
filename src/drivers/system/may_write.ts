import { basename, dirname, join, resolve } from "node:path";

/**
 * Whether the program may write to a path, in the folder that it runs in or below. Links are followed first, because the
 * permission looks at the path as it is written.
 */
export async function mayWrite(path: string): Promise<boolean> {
  let [above, below] = [resolve(path), ""];
  for (;;) {
    try {
      above = await Deno.realPath(above);
      break;
    } catch {
      // It does not exist yet: the folder above it decides.
      if (above === dirname(above)) break;
      below = join(basename(above), below);
      above = dirname(above);
    }
  }
  return (await Deno.permissions.query({ name: "write", path: join(above, below) })).state === "granted";
}

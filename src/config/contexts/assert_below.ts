import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { ContextSettings, CopySettings } from "../../contexts/core/settings.ts";
import { usageError } from "../../lib/errors.ts";

/**
 * Checks that every file of the settings lies in the working folder or below it, where the executable may write. Throws
 * AppError `store_elsewhere` (exit code 2), which names the folder to start in.
 */
export function assertBelow(
  { primary, copies }: Pick<ContextSettings, "primary" | "copies">,
  workingFolder: string,
): void {
  const paths = [primary, ...copies].flatMap(pathOf).map((path) => resolve(workingFolder, path));
  const outside = paths.find((path) => !isBelow(path, workingFolder));
  if (outside === undefined) return;
  const start = paths.reduce((folder, path) => commonFolder(folder, dirname(path)), resolve(workingFolder));
  throw usageError(
    "store_elsewhere",
    `Opening the stores of contexts: ${outside} is outside of the working folder ${workingFolder}`,
    start === "" ? "Choose a path on the drive of the working folder" : `Start showtime in ${start}`,
  );
}

function pathOf(store: CopySettings): readonly string[] {
  return "path" in store ? [store.path] : [];
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !/^\.\.[\\/]/.test(way) && !isAbsolute(way);
}

/** The deepest folder that both are in; empty if they are on different drives. */
function commonFolder(folder: string, other: string): string {
  let above = folder;
  while (above !== "" && above !== other && !isBelow(other, above)) {
    above = dirname(above) === above ? "" : dirname(above);
  }
  return above;
}

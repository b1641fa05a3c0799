import { join, resolve } from "node:path";
import { mayWrite } from "../../drivers/system/mod.ts";
import { AppError, EXIT, usageError } from "../../lib/errors.ts";

/**
 * Takes a folder for this process alone, as long as it lives. `remedy` is the hint if another process has it. Throws AppError:
 * `workspace_unwritable` (exit code 2), `workspace_taken` (exit code 4).
 */
export async function ownFolder(
  folder: string,
  remedy: string,
): Promise<{ readonly path: string; readonly lock: Disposable }> {
  const path = resolve(folder);
  if (!await mayWrite(path)) {
    throw usageError(
      "workspace_unwritable",
      `Opening the workspace ${folder}: this program writes only below the folder that it runs in`,
      "Start it in that folder or above it",
    );
  }
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  const file = await Deno.open(join(path, "lock"), { write: true, create: true, mode: 0o600 });
  if (await file.tryLock(true)) return { path, lock: file };
  file.close();
  throw new AppError("workspace_taken", `Opening the workspace ${folder}: another process uses it`, {
    exitCode: EXIT.busy,
    hint: remedy,
  });
}

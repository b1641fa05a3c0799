import { appFilesError } from "../core/app_file/app_problem.ts";
import { checkApp, repeatedKeyWarnings } from "../core/app_file/check_app.ts";
import { mergeApp } from "../core/app_file/merge_app.ts";
import { checkTemplate } from "../core/template/mod.ts";
import type { AppFiles } from "../ports/app_files.ts";
import { type AppSource, loadApp } from "./load_app.ts";

/**
 * Checks an app file with its bases: files, merge, shapes of handlers, templates. Returns warnings. Throws AppError
 * `app_invalid` (exit code 2) with every problem at once.
 */
export async function validateApp(source: AppSource, files: AppFiles): Promise<readonly string[]> {
  const loaded = await loadApp(source, files);
  const merged = mergeApp(loaded);
  const problems = checkApp({ merged, checkTemplate: (text) => checkTemplate(text) });
  if (problems.length > 0) throw appFilesError(problems);
  return repeatedKeyWarnings([...loaded.bases, loaded.app]);
}

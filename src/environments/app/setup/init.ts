/**
 * Writes the files of a set-up into a repository's folder. Existing files are overwritten only with `force`.
 */

import { AppError } from "../../../lib/errors.ts";
import {
  ACCESS_POLICY_FILE,
  renderSetup,
  type Setup,
  type SetupFile,
  TRUST_POLICY_FILE,
} from "../../core/setup/mod.ts";
import type { Files } from "../../../ports/files.ts";

/** The files that belong to their owner. They stay as they are if the workflows are written again. */
const OWNED: readonly string[] = ["showtime.yml", ACCESS_POLICY_FILE, TRUST_POLICY_FILE];

/** A file of a set-up, and what happens to it. */
export interface InitFile extends SetupFile {
  readonly change: "created" | "overwritten" | "unchanged" | "kept";
}

/** How a set-up is written. */
export interface InitOptions {
  /** Overwrites files that exist and differ. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

/**
 * Writes the set-up and returns what happened to each file. Throws AppError `files_exist` if a workflow
 * exists and differs, and `force` is not given. In that case nothing is written, because half a set-up does
 * not work.
 */
export async function initRepository(
  files: Files,
  setup: Setup,
  options: InitOptions,
): Promise<readonly InitFile[]> {
  return await writeSetupFiles(files, renderSetup(setup), options);
}

/** Writes the files of a set-up, as {@link initRepository} does. */
export async function writeSetupFiles(
  files: Files,
  rendered: readonly SetupFile[],
  { force, dryRun }: InitOptions,
): Promise<readonly InitFile[]> {
  const planned: InitFile[] = [];
  for (const file of rendered) {
    const present = await files.read(file.path);
    planned.push({ ...file, change: decideChange(present, file.text, { force }) });
  }
  if (dryRun) return planned;
  const inTheWay = planned.filter(({ path, change }) => change === "kept" && !OWNED.includes(path));
  if (inTheWay.length > 0) {
    const names = inTheWay.map(({ path }) => path).join(", ");
    throw new AppError("files_exist", `Writing the workflows: files with other contents exist: ${names}`, {
      hint: "--dry-run shows what would be written; --force overwrites" +
        (planned.some(({ path }) => path === "showtime.yml") ? ", showtime.yml too" : ""),
    });
  }
  for (const { path, text, change } of planned) {
    if (change === "created" || change === "overwritten") await files.write(path, text);
  }
  return planned;
}

function decideChange(
  present: string | undefined,
  text: string,
  { force }: { readonly force: boolean },
): InitFile["change"] {
  if (present === undefined) return "created";
  if (present.replaceAll("\r\n", "\n") === text) return "unchanged";
  return force ? "overwritten" : "kept";
}

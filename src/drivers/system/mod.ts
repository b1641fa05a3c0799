/**
 * This machine: its time, and the files of one folder.
 *
 * What must not happen here: a rule about times, a path that leaves the folder, or knowledge of what a file
 * is for. Tests bring a clock of their own; nothing else in the program reads the time directly. Next:
 * `clock.ts`, `folder.ts`, then `src/ports/clock.ts` and `src/ports/files.ts`.
 *
 * @module
 */

export { makeAppFiles } from "./app_files.ts";
export { makeAssetStore } from "./asset_store.ts";
export { makeClock } from "./clock.ts";
export { type ClonePlace, findCloneRoot } from "./clone_root.ts";
export { describeFileError } from "./file_error.ts";
export { makeFiles } from "./folder.ts";
export { mayWrite } from "./may_write.ts";
export { makePipelineFiles } from "./pipeline_files.ts";
export { readReferencedSecret } from "./referenced_secret.ts";
export { prepareSecret } from "./secret_file.ts";
export { makeWorkspace } from "./workspace.ts";
export { makeSpool, type SpoolSizes } from "./spool.ts";
export { makeSavedLogin, type SavedLoginOptions } from "./saved_login.ts";
export { assertWritable, writeWhole } from "./whole_file.ts";

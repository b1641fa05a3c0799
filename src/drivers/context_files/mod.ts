/**
 * Files that hold contexts, in the formats of the original tool: one as the store, and copies for tools that read files.
 *
 * What must not happen here: a file that is written in its place, or a version that is written without the lock. Next:
 * `file_store.ts` and `file_state.ts`, then `src/contexts/ports/context_store.ts`.
 *
 * @module
 */

export { type FileStoreOptions, makeFileStore } from "./file_store.ts";
export { type FileCopySettings, makeFileCopy } from "./file_copy.ts";
export { outsideError } from "./explain_error.ts";

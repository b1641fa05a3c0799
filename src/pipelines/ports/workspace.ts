/** The folders and files around a build. */

/** The folder that a step runs in, or why it cannot. */
export type FolderAnswer =
  /** The real path, links resolved. */
  | { readonly kind: "inside"; readonly path: string }
  | { readonly kind: "outside"; readonly path: string }
  | { readonly kind: "missing" }
  | { readonly kind: "no_folder" }
  | { readonly kind: "unusable"; readonly reason: string };

/** The folders and files around a build. */
export interface Workspace {
  /** The real path of the root: no step runs outside of it. */
  readonly root: string;
  /** Finds the folder at `path`, relative to `from`, which is a real path inside the root. */
  folder(from: string, path: string): Promise<FolderAnswer>;
  /** Returns a path that no step has been given, for a step to write its outputs to. No file is there yet. */
  outputPath(): string;
  /**
   * Reads the text that a step wrote there, and removes it; undefined if the step wrote nothing. Throws AppError
   * `outputs_unreadable`: it is no file, or it has more than 1 MB.
   */
  takeOutputs(path: string): Promise<string | undefined>;
  /** Writes a script that is too long for an argument, and returns its path. Throws AppError `script_unwritable`. */
  writeScript(script: string): Promise<string>;
}

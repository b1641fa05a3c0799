/** Folders, revisions and ZIPs that hold assets. */

/** Texts by path, relative to the folder that holds them. */
export type Texts = ReadonlyMap<string, string>;

/** A folder of stored assets. Paths are relative to it and have `/` between their parts. */
export interface AssetFolder {
  /** The folder as the person wrote it. */
  readonly path: string;
  /** Reads all files below the folder; undefined if there is no folder. Hidden files are left out, `.export/` is not. */
  read(): Promise<Texts | undefined>;
  /** Throws AppError `folder_elsewhere` (exit code 2) if the program may not write there. */
  assertWritable(): Promise<void>;
  /** Writes a file as a whole, and makes its folders. Throws AppError `file_unwritable`. */
  write(path: string, text: string): Promise<void>;
  /** Removes a file, and folders that are empty then. */
  remove(path: string): Promise<void>;
  /** Lists the files that differ from Git's last commit, or that Git does not track; undefined outside of Git. */
  uncommitted(signal: AbortSignal): Promise<ReadonlySet<string> | undefined>;
}

/** Opens what a person names. */
export interface AssetSources {
  folder(path: string): AssetFolder;
  /** Whether a folder exists. */
  isFolder(path: string): Promise<boolean>;
  /** Reads a folder as it is at a revision of Git. Throws AppError `revision_unreadable` (exit code 2). */
  revision(revision: string, dir: string, signal: AbortSignal): Promise<Texts>;
  /** Reads a ZIP of Superset. Throws AppError `zip_unreadable` (exit code 2). */
  zip(path: string): Promise<Texts>;
}

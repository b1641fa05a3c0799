/** Files of the folder that the program is run in. */
export interface Files {
  /** The text of a file; undefined where there is none. Throws AppError `file_unreadable` (exit code 2). */
  read(path: string): Promise<string | undefined>;
  /** Writes a file and the folders it is in. Throws AppError `file_unwritable`. */
  write(path: string, text: string): Promise<void>;
  /** Appends to a file at any path, as the runner of a workflow names it. Throws Error. */
  append(path: string, text: string): Promise<void>;
}

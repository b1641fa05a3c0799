/** Files in the working directory. */
export interface Files {
  /**
   * Reads a file's text; undefined if there is no such file. Throws AppError `file_unreadable` (exit code 2).
   */
  read(path: string): Promise<string | undefined>;
  /** Writes a file and makes its folders. Throws AppError `file_unwritable`. */
  write(path: string, text: string): Promise<void>;
  /** Appends to a file at any path, such as one that the runner of a workflow names. Throws Error. */
  append(path: string, text: string): Promise<void>;
}

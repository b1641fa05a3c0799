/** Reads app files and their bases, as they lie on this machine. */
export interface AppFiles {
  /**
   * Reads a file; undefined if there is no such file. With `within`, a link that leads out of that folder throws AppError
   * `base_outside` (exit code 2). Throws AppError `file_unreadable` (exit code 2) for a folder, a file without
   * permission, a file of more than 16 MiB, and one that is not UTF-8.
   */
  read(path: string, options?: { readonly within?: string | undefined }): Promise<string | undefined>;
}

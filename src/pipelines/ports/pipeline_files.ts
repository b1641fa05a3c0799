/** Reads the texts that a command line names: pipelines, changed paths, variables. */
export interface PipelineFiles {
  /**
   * Reads a file at any path, or standard input to its end for `-`. Throws AppError `file_missing`, and `file_unreadable`
   * for a folder, a file without permission, a text that is not UTF-8, and one of more than 16 MiB (exit code 2).
   */
  readText(path: string, signal: AbortSignal): Promise<string>;
}

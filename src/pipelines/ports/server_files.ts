import type { ServerPipeline } from "../core/builds/server_pipeline.ts";

/** The files that a server runs by, as they were last read without a mistake. */
export interface ServerFile {
  readonly pipelines: ReadonlyMap<string, ServerPipeline>;
  /**
   * The entries of the pipelines file as it has them, for workers and clients of the replaced tool. They have no
   * addresses of notifications.
   */
  readonly entries: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The values of the env file by name. All are secrets. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** Reads the files of a server. */
export interface ServerFiles {
  /** The files in force. */
  current(): ServerFile;
  /** Reads the files again. If one has a mistake it throws AppError, and the old ones stay in force. */
  reload(signal: AbortSignal): Promise<void>;
}

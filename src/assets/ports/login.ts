/** The saved login of an instance: a refresh token on this machine, kept only on request. */

/** A refresh token in a file of its own. */
export interface SavedLogin {
  /** Returns the refresh token; undefined if none is saved. */
  read(): Promise<string | undefined>;
  /** Writes the refresh token, readable for this account only. Throws AppError `login_tracked` if Git would track it. */
  write(refresh: string, signal: AbortSignal): Promise<void>;
  /** Deletes the refresh token; returns whether there was one. */
  remove(): Promise<boolean>;
}

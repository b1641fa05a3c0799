/** Where releases of this program are found. */

import type { ReleasePin } from "../core/setup/mod.ts";

/** The releases of this program. */
export interface Releases {
  /**
   * Finds the release of this version, with the checksum of `file` if it can be read. `answers` is false if
   * the release cannot be reached. Throws only if `signal` aborts.
   */
  find(file: string, signal: AbortSignal): Promise<ReleasePin & { readonly answers: boolean }>;
}

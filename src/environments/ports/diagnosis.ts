/** Checks whether a part of the surroundings is as a run needs it. */

import type { Finding } from "../../lib/finding.ts";

/** A check of one part: an engine, a registry, a cloud. */
export interface Diagnosis {
  /** The name of the part, for people; also the name of the finding if the check itself fails. */
  readonly name: string;
  /**
   * Checks and changes nothing. A problem is a finding. Throws only if `signal` aborts or on an unexpected
   * error.
   */
  diagnose(signal: AbortSignal): Promise<readonly Finding[]>;
}

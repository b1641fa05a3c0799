/** Looks whether a part of the world is as a run needs it. */

import type { Finding } from "../../lib/finding.ts";

/** What looks at one part: an engine, a registry, a cloud. */
export interface Diagnosis {
  /** What is looked at, for people: the name of what is found where looking itself fails. */
  readonly name: string;
  /** Looks and changes nothing. What is wrong is a finding; throws only where `signal` aborts, or what nobody foresaw. */
  diagnose(signal: AbortSignal): Promise<readonly Finding[]>;
}

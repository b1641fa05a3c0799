/** The records about commits on GitHub: label definitions, Deployments and statuses. */

import type { FullSha, PrNumber } from "../../lib/ids.ts";
import type { HeadStatus } from "../core/news/mod.ts";

/** A label definition and which open pull requests carry it. */
export interface LabelDefinition {
  readonly nodeId: string;
  readonly name: string;
  readonly color: string;
  readonly description: string;
  /** Numbers of open pull requests that carry it; the first two are enough to know whether it is in use. */
  readonly openPulls: readonly PrNumber[];
}

/** The facts that removing an environment's record on GitHub needs. */
export interface RetirementInfo {
  /** Definitions whose name contains one of the requested SHAs. */
  readonly definitions: readonly LabelDefinition[];
  /** Node ids of deployments of these SHAs that belong to this pull request. */
  readonly deployments: readonly string[];
  /** The statuses of these commits, by full hash; empty if they were not asked for or cannot be read. */
  readonly statuses: ReadonlyMap<FullSha, HeadStatus>;
}

/** The records of commits that are read beside the label definitions. */
export interface RetirementQuery {
  /** The names of the environments in which deployments count; only `showtime` if left out. */
  readonly environments?: readonly string[];
  /** Whether the commits' statuses are read too. */
  readonly statuses?: boolean;
}

/** A deployment of a pull request's commit, for `history`. */
export interface DeploymentEvent {
  readonly sha: FullSha;
  readonly state: string;
  /** The time at which it reached that state, in milliseconds since 1970. */
  readonly at: number;
  readonly url: string | undefined;
}

/** A status of a commit to write. A newer one of the same context replaces it. */
export interface StatusWrite extends HeadStatus {
  readonly sha: FullSha;
  readonly context: string;
}

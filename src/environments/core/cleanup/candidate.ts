/** The things that a cleanup removes, each with the data that its removal needs. */

import type { PrNumber, ShortSha } from "../../../lib/ids.ts";
import type { LockSubject } from "../lock.ts";
import type { EnvironmentKey } from "../environment/names.ts";

/** The fields that every candidate has. */
export interface CandidateWords {
  /** A key that is the same for the same thing in every plan. It is compared and never parsed. */
  readonly id: string;
  /** The thing, in words. */
  readonly what: string;
  /** The reason, as a sentence. */
  readonly why: string;
  /** Whether a person has to agree first. */
  readonly needsApproval: boolean;
}

/** The fields of a candidate that belongs to one pull request and is removed under its lock. */
export interface PullCandidateFacts extends CandidateWords {
  readonly pr: PrNumber;
  /** The state that the decision was based on. A candidate whose state differs later is left alone. */
  readonly seen: string;
}

/** An environment that is removed by itself. */
export interface EnvironmentCandidateFacts extends PullCandidateFacts {
  /** Undefined for an environment of the older naming scheme. */
  readonly short: ShortSha | undefined;
  /** Undefined if the platform has nothing of it. */
  readonly deployed: EnvironmentKey | undefined;
}

/** An environment whose time is over. */
export interface ExpiredEnvironment extends EnvironmentCandidateFacts {
  readonly kind: "expired";
}

/** A service that no label of an open pull request names. */
export interface OrphanedService extends EnvironmentCandidateFacts {
  readonly kind: "orphan";
}

/** Everything that a closed pull request still has. */
export interface ClosedPull extends PullCandidateFacts {
  readonly kind: "closed";
}

/** Labels on a pull request that has no environment any more. */
export interface PullLabels extends PullCandidateFacts {
  readonly kind: "pull_labels";
}

/** A candidate of one pull request. */
export type PullCandidate = ExpiredEnvironment | OrphanedService | ClosedPull | PullLabels;

/** A lock whose holder is gone. `nodeId` names the very definition that was judged. */
export interface DeadLock extends CandidateWords {
  readonly kind: "lock";
  /** Undefined for the lock of the limits. */
  readonly pr: PrNumber | undefined;
  readonly subject: LockSubject;
  readonly nodeId: string;
}

/** A label definition that nothing needs any more. */
export interface UnusedDefinition extends CandidateWords {
  readonly kind: "label";
  readonly pr: undefined;
  readonly name: string;
  /** The commit that the label is about. */
  readonly short: ShortSha;
}

/** An image that no environment uses. `image` is its full reference. */
export interface UnusedImage extends CandidateWords {
  readonly kind: "image";
  readonly pr: undefined;
  readonly image: string;
}

/** A part on the platform that belongs to no environment. `leftover` is its id there. */
export interface UnusedLeftover extends CandidateWords {
  readonly kind: "leftover";
  readonly pr: undefined;
  readonly leftover: string;
}

/** A candidate that belongs to no pull request, so no lock guards its removal. */
export type UnusedCandidate = UnusedDefinition | UnusedImage | UnusedLeftover;

/** One thing that a cleanup would remove. */
export type CleanupCandidate = PullCandidate | DeadLock | UnusedCandidate;

/** The word for a candidate's kind in JSON and in tables: both kinds of labels are `label`. */
export function kindWord({ kind }: CleanupCandidate): Exclude<CleanupCandidate["kind"], "pull_labels"> {
  return kind === "pull_labels" ? "label" : kind;
}

/** Something that stays, and why. */
export interface Kept {
  readonly what: string;
  readonly why: string;
}

/** The decision about one kind of candidate. */
export interface Judged<Candidate extends CleanupCandidate> {
  readonly doomed: readonly Candidate[];
  readonly kept: readonly Kept[];
}

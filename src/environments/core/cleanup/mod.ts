/**
 * The decisions of a cleanup, what to remove and what to keep: pure functions over the listings. `judgePull()` decides about
 * the environments of one pull request, once over the listings and once more under the lock; the functions of
 * `leftovers.ts` decide about label definitions, locks, images and other parts that no environment needs.
 *
 * Candidates are data: `src/environments/app/cleanup` shows them or removes them. Nothing here reads a clock
 * or a network. Read `candidate.ts` first, then `judge_pull.ts` and `lifetime.ts`.
 *
 * @module
 */

export { type AddressChange, type AddressFacts, judgeAddresses, type Reached } from "./addresses.ts";
export {
  type CandidateWords,
  type CleanupCandidate,
  type ClosedPull,
  type DeadLock,
  type EnvironmentCandidateFacts,
  type ExpiredEnvironment,
  type Judged,
  type Kept,
  kindWord,
  type OrphanedService,
  type PullCandidate,
  type PullCandidateFacts,
  type PullLabels,
  type UnusedCandidate,
  type UnusedDefinition,
  type UnusedImage,
  type UnusedLeftover,
} from "./candidate.ts";
export { type CleanupFacts, type CleanupPull, judgePull } from "./judge_pull.ts";
export {
  type DefinitionFacts,
  type ImageFacts,
  judgeDefinitions,
  judgeImages,
  judgeLeftovers,
  judgeLocks,
  type LeftoverFacts,
  type LivingFacts,
  type LockFacts,
} from "./leftovers.ts";
export { decideLifetime, type Lifetime } from "./lifetime.ts";
export { type CleanupOptions, GRACE_MS, WHOLE_CLEANUP } from "./options.ts";
export { findNearEnds, type NearEnd } from "./near_ends.ts";
export { judgeVisits, type VisitedEnvironment, type VisitOptions, visitsSince } from "./visits.ts";
export { type DueWarning, judgeWarnings } from "./warnings.ts";

/**
 * The decision about a pull request. `planPull(observation, policy)` is a pure function, and its plan is data
 * that is shown or applied. Nothing here reads a clock, a network or the process environment, and nothing
 * here changes anything: `src/environments/app` observes before and applies after. Read `decide.ts` first,
 * then `state.ts` and `trust.ts`.
 *
 * @module
 */

export { planPull } from "./decide.ts";
export { planHousekeeping, retirementOf } from "./housekeeping.ts";
export { diffLabels, hasLabel, type LabelChange, type LabelFacts, labelsFor } from "./desired.ts";
export type {
  ApprovalDoubt,
  Asked,
  LabelOrigin,
  Observation,
  Policy,
  PullRecord,
  Request,
  RequestComment,
  RunEvent,
} from "./observation.ts";
export { decideActive } from "./active/decide_active.ts";
export { type Census, type CountedPull, takeCensus } from "./limits/census.ts";
export { isLimited, startedBy } from "./limits/plan_within_limits.ts";
export { neededComparison } from "./paths/needed_comparison.ts";
export { type Comparison, touchedPath } from "./paths/comparison.ts";
export { neededImages } from "./active/needed_images.ts";
export {
  isTrustedBot,
  mayCauseBuild,
  type Permission,
  type PermissionAnswer,
} from "../../../lib/permission.ts";
export {
  type ActionNeeded,
  type BringUp,
  describeStep,
  type Plan,
  type Reason,
  type Retirement,
  type Sleep,
  type Step,
} from "./plan.ts";
export { isOnOtherMachine } from "./active/other_machine.ts";
export { settingsDifference, settingsKey, wantedSettings, wantedTtl } from "./settings.ts";
export { readBodyFlags } from "./body/body_flags.ts";
export {
  decideShaState,
  type PlatformPresence,
  presenceOf,
  type ShaState,
  type ShaView,
  viewShas,
} from "./state.ts";
export {
  describeRefusal,
  isTargetTrusted,
  peopleToAsk,
  personMay,
  type TriggerView,
  viewTriggers,
} from "./trust.ts";
export { planSleeping, planWaking } from "./sleep/plan_sleep.ts";
export { buildsAfterWake } from "./sleep/after_wake.ts";
export { describeCodes, describeDecision, REASON_WORDS } from "./words.ts";
export { planVariations, type Variation } from "./variations.ts";
export { type Approval, type HeadSighting, judgeApproval, type LabelMoment } from "./approval.ts";
export { type DoubtedLabels, isWrittenByUs, judgeLabels, type LabelJudgement } from "./believe.ts";
export { type Likeness, likenessOf } from "./likeness.ts";

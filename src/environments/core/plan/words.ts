/**
 * Decisions in the words that people read. Their codes are for programs: JSON, step outputs and `--verbose`.
 */

import type { ActionNeeded, Plan, Reason } from "./plan.ts";

/** Every reason as a clause that follows "because". docs/rules.md has the same clauses. */
export const REASON_WORDS: Readonly<Record<Reason | "image_gone", string>> = {
  pr_closed: "the pull request is closed",
  stop_requested: "a stop was asked for",
  blocked: "a label blocks the pull request",
  not_authorized: "the account that asked may not ask for environments",
  in_progress: "another run is at work",
  resumed: "an earlier run ended before it was done",
  start_requested: "a start was asked for",
  rebuild_requested: "a rebuild was asked for",
  sync_requested: "a sync was asked for",
  drifted: "its labels say that it runs, and the platform does not have it healthy",
  other_machine: "the environment is on another machine",
  image_gone: "the environment and its image are gone",
  sleep_requested: "sleep was asked for",
  sleep_scheduled: "the hours of sleep have begun",
  idle: "it had no requests for a while",
  wake_requested: "a wake was asked for",
  wake_scheduled: "the hours of sleep are over",
  asleep: "the environment is asleep",
  frozen: "the pull request is frozen",
  new_commit: "there is a newer commit",
  untrusted_commit: "the newest commit waits for approval",
  auto_sync_off: "pushes do not update environments here",
  paths_unchanged: "no file of build.paths changed",
  over_limit: "as many environments are there as may be",
  over_budget: "the environments would cost more than they may",
  retry_failed: "the last attempt failed",
  settings_changed: "its settings have changed",
  housekeeping: "labels or leftovers have to be put in order",
  up_to_date: "everything is up to date",
  no_environment: "no environment was asked for",
  attempts_exhausted: "every automatic attempt has failed",
  expired: "its time is over",
};

const ACTION_WORDS: Readonly<Record<ActionNeeded, string>> = {
  destroy_environment: "remove every environment",
  create_environment: "bring up the environment",
  rolling_update: "update the environment, while the current one serves",
  sleep_environment: "put the environment to sleep",
  wake_environment: "wake the environment",
  no_action: "nothing to do",
  blocked: "nothing is built or deployed",
};

/** Describes a decision in half a sentence: `bring up the environment, because a start was asked for`. */
export function describeDecision({ action, reason }: Pick<Plan, "action" | "reason">): string {
  if (reason === "housekeeping") return "put labels and leftovers in order";
  const words = REASON_WORDS[reason];
  if (action === "no_action" && ["up_to_date", "no_environment"].includes(reason)) {
    return `${ACTION_WORDS[action]}: ${words}`;
  }
  return `${ACTION_WORDS[action]}, because ${words}`;
}

/** Describes a decision by its codes: `create_environment, start_requested, rule 7`. */
export function describeCodes({ action, reason, rule }: Pick<Plan, "action" | "reason" | "rule">): string {
  return `${action}, ${reason}, rule ${rule}`;
}

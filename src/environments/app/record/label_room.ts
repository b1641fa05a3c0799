/** Refuses to bring an environment up whose labels do not fit on the pull request. */

import { AppError, EXIT } from "../../../lib/errors.ts";
import { shortSha } from "../../../lib/ids.ts";
import {
  formatLabel,
  isShaCarrying,
  LABELS_PER_PULL,
  parseLabel,
  sameLabelName,
} from "../../core/labels/mod.ts";
import { type BringUp, labelsFor, type Plan } from "../../core/plan/mod.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";

/**
 * Checks that the labels at the end of a plan fit, before anything is written. Throws AppError `too_many_labels` (exit
 * code 3).
 */
export function assertRoom({ snapshot }: Pick<ObservedPull, "snapshot">, plan: Plan): void {
  const bringUp = plan.steps.find((step) => step.kind === "record_intent")?.bringUp;
  if (bringUp === undefined) return;
  const staying = snapshot.labels.filter((name) => !goes(name, { plan, bringUp }));
  const wanted = wantedNames(bringUp).filter((name) => !staying.some((other) => sameLabelName(name, other)));
  const excess = staying.length + wanted.length - LABELS_PER_PULL;
  if (excess > 0) throw tooManyLabels(snapshot, { needed: wanted.length, excess });
}

/** Makes the error for labels that do not fit. */
export function tooManyLabels(
  { number, labels }: ObservedPull["snapshot"],
  { needed, excess }: { readonly needed: number; readonly excess: number },
): AppError {
  return new AppError(
    "too_many_labels",
    `Writing the labels of pull request #${number}: it has ${labels.length}, Showtime needs ${needed} more, ` +
      `and GitHub takes no more than ${LABELS_PER_PULL} labels: ${excess} too many`,
    {
      exitCode: EXIT.refused,
      hint: `Remove labels from the pull request; "showtime stop ${number}" removes all of Showtime's`,
    },
  );
}

/** Whether a label is gone at the end of a plan. */
function goes(name: string, { plan, bringUp }: { readonly plan: Plan; readonly bringUp: BringUp }): boolean {
  const label = parseLabel(name);
  if (
    isShaCarrying(label) === shortSha(bringUp.sha) || label.kind === "active" || label.kind === "preparing"
  ) {
    return true;
  }
  return plan.steps.some((step) =>
    step.kind === "consume_triggers"
      ? step.names.includes(name)
      : step.kind === "retire" && step.retirement.labels.some((each) => each.name === name)
  );
}

/** Names the labels of an environment that runs. The address stands for any. */
function wantedNames({ sha, createdAt, ttl, requestedBy }: BringUp): readonly string[] {
  const short = shortSha(sha);
  const address = "0.0.0.0:1";
  const facts = { sha: short, status: "running", createdAt, ttl, requestedBy, address } as const;
  const labels = labelsFor({ ...facts, active: true, preparing: false });
  return [formatLabel({ kind: "marker" }), ...labels.map((label) => formatLabel(label))];
}

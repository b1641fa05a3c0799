/** Checks that a build would be right, and writes into the comment why it would not. */

import { AppError, EXIT } from "../../../lib/errors.ts";
import { shortSha } from "../../../lib/ids.ts";
import { escapeMarkdown } from "../../../lib/sanitize.ts";
import type { Plan } from "../../core/plan/mod.ts";
import type { Images } from "../../ports/images.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";
import type { PullWriter } from "../record/pull_writer.ts";
import { writeStatus } from "../record/report_status.ts";

/** The maximum length of the text by which the record tells one refusal from another. */
const KEY_LENGTH = 150;

/** Returns why the image of a plan cannot be built here: an error of exit code 2. Other errors are thrown. */
export async function findRefusal(
  images: Pick<Images, "check">,
  { pr, target }: Pick<Plan, "pr" | "target">,
  signal: AbortSignal,
): Promise<AppError | undefined> {
  try {
    await images.check({ pr, sha: target }, signal);
    return undefined;
  } catch (error) {
    if (error instanceof AppError && error.exitCode === EXIT.usage) return error;
    throw error;
  }
}

/** Whether the comment says already why nothing is built. */
export function isTold({ record }: ObservedPull, refusal: AppError): boolean {
  return record.notice === keyOf(refusal);
}

/** Writes into the comment why nothing is built. Labels stay, so the next run tries again. */
export async function tellRefusal(
  writer: PullWriter,
  { plan, refusal }: { readonly plan: Plan; readonly refusal: AppError },
  signal: AbortSignal,
): Promise<void> {
  const { message, hint } = refusal;
  const words = [`\`${shortSha(plan.target)}\` was not built. ${escapeMarkdown(message)}.`];
  if (hint !== undefined) words.push(`Next step: ${escapeMarkdown(hint)}`);
  writer.say({ notice: words.join(" ") });
  writer.remember({ notice: keyOf(refusal) });
  writer.note(words[0] ?? "", { unlabeled: true });
  await writer.write({ comment: true }, signal);
  await reportRefusal(writer, { plan, refusal }, signal);
}

/** Sets the status of the head to a failure: a preview was asked for and cannot be built. */
async function reportRefusal(
  { ports, observed, lock }: PullWriter,
  { plan, refusal }: { readonly plan: Plan; readonly refusal: AppError },
  signal: AbortSignal,
): Promise<void> {
  const { headSha } = observed.snapshot;
  if (ports.settings.status === undefined || plan.target !== headSha) return;
  const status = { state: "failure", description: `Not built: ${refusal.message}`, url: undefined } as const;
  await writeStatus(ports, { observed, lock, sha: headSha, status }, signal);
}

function keyOf({ code, message }: AppError): string {
  return `${code}: ${message}`.slice(0, KEY_LENGTH);
}

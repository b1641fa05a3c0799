/**
 * Removes environments: the platform first, then the records on GitHub, which say so only after it is done.
 */

import type { Plan, Retirement } from "../../core/plan/mod.ts";
import { isShaCarrying, type Label, type ParsedLabel, parseLabel } from "../../core/labels/mod.ts";
import { type EnvironmentKey, serviceNameOf } from "../../core/environment/names.ts";
import { AppError } from "../../../lib/errors.ts";
import type { ShortSha } from "../../../lib/ids.ts";
import type { ForgeWrite } from "../../ports/forge.ts";
import { imageOwnerOf } from "../sync/check_image_owner.ts";
import { removedStatus } from "../../core/news/mod.ts";
import { reportHooks } from "./hook_report.ts";
import type { PullWriter } from "./pull_writer.ts";
import { readRetirement } from "./read_retirement.ts";
import { writeStatus } from "./report_status.ts";
import { runUrlOf } from "./run_url.ts";

/** Removes everything that a plan retires, with as few requests as possible. */
export async function retire(
  writer: PullWriter,
  at: {
    readonly plan: Plan;
    readonly retirements: readonly Retirement[];
    readonly assertStillDue: () => Promise<void>;
    /** The comment keeps these commits and the number of their attempts. */
    readonly remembered?: boolean;
  },
  signal: AbortSignal,
): Promise<void> {
  const { plan, retirements, assertStillDue, remembered = false } = at;
  const { ports, lock } = writer;
  // The environments that use the images are still there.
  const before = writer.observed;
  await markStopping(writer, retirements, signal);
  const shorts = retirements.flatMap((each) => each.short === undefined ? [] : [each.short]);
  const info = shorts.length === 0
    ? { definitions: [], deployments: [], statuses: new Map() }
    : await readRetirement(ports, { pr: plan.pr, shas: shorts }, signal);
  for (const retirement of retirements) {
    const key = retirement.deployed ?? begunKey(writer, retirement);
    if (key !== undefined) {
      await assertStillDue();
      ports.terminal.progress(`Removing ${serviceNameOf(key)}`);
      await ports.platform.destroy(key, {
        ...writer.observed.identity,
        epoch: lock.epoch,
        hooks: reportHooks(writer),
      }, signal)
        .catch((error) => {
          // A service of that name that is not listed lacks Showtime's tag or belongs to another repository.
          const foreign = error instanceof AppError && error.code === "not_ours";
          if (retirement.deployed !== undefined || !foreign) throw error;
          refuse(writer, error.message);
        })
        .finally(() => ports.terminal.progress(undefined));
    }
    if (retirement.image !== undefined) {
      const { image } = retirement;
      const removal = await ports.images.remove(image, imageOwnerOf(before, image), signal);
      if (removal.kind === "kept") {
        const sentence = `Image ${image} is kept: ${removal.reason}`;
        if (removal.notOurs === true) refuse(writer, sentence);
        else ports.terminal.warn(sentence);
      }
    }
  }
  const everything = plan.endsEverything;
  if (!everything && !remembered) {
    for (const short of shorts) writer.note(`\`${short}\` is removed`);
  }
  if (!remembered) forget(writer, shorts);
  // While the labels are there, a run that continues this one does the same again.
  for (const [sha, present] of info.statuses) {
    const status = removedStatus(present);
    if (status === undefined) continue;
    await writeStatus(ports, { observed: writer.observed, lock, sha, status }, signal);
  }
  await writer.write({
    remove: namesOf(writer, shorts),
    // If everything is removed, the comment is written with the last labels.
    comment: !everything || !plan.steps.some((each) => each.kind === "remove_labels"),
    also: [
      ...info.definitions.filter((each) =>
        each.openPulls.every((pull) => pull === plan.pr) && carries(parseLabel(each.name), shorts)
      )
        .map((each): ForgeWrite => ({ kind: "delete_definition", nodeId: each.nodeId })),
      ...info.deployments.map((deployment): ForgeWrite => ({
        kind: "deployment_status",
        deployment,
        state: "inactive",
        url: undefined,
        logUrl: runUrlOf(ports),
        description: "The environment is removed",
      })),
    ],
  }, signal);
}

/** Reports what belongs to another repository and stays. */
function refuse(writer: PullWriter, sentence: string): void {
  writer.refusals.push(sentence);
  writer.ports.terminal.warn(sentence);
}

function forget(writer: PullWriter, shorts: readonly ShortSha[]): void {
  const { failure, attempts } = writer.record;
  writer.remember({
    ...(failure !== undefined && shorts.includes(failure.sha) ? { failure: undefined } : {}),
    attempts: Object.fromEntries(
      Object.entries(attempts).filter(([sha]) => !shorts.some((each) => each === sha)),
    ),
  });
}

/**
 * Names the service of an environment that has a status but that the platform does not list. A run that died
 * may have left the service half removed, or resources that were made before it.
 */
function begunKey(writer: PullWriter, { short, labels }: Retirement): EnvironmentKey | undefined {
  const { observation, snapshot } = writer.observed;
  if (short === undefined || observation.platform === "as_labels") return undefined;
  const begun = labels.some(({ label }) => label.kind === "status");
  return begun ? { pr: snapshot.number, short } : undefined;
}

/** Records that these environments are being removed, so that the next run continues if this one dies. */
async function markStopping(
  writer: PullWriter,
  retirements: readonly Retirement[],
  signal: AbortSignal,
): Promise<void> {
  const add: Label[] = [];
  const remove: string[] = [];
  const state = writer.labels;
  for (const { short, deployed } of retirements) {
    if (short === undefined || deployed === undefined) continue;
    const present = state.environments.get(short);
    if (present?.status === "stopping") continue;
    add.push({ kind: "status", sha: short, status: "stopping" });
    for (const { label, name } of state.ours) {
      if (label.kind === "status" && label.sha === short && label.status !== "stopping") remove.push(name);
    }
  }
  if (add.length > 0 || remove.length > 0) await writer.write({ add, remove }, signal);
}

/** Lists the names on the pull request that carry one of these SHAs. */
function namesOf({ labels, names }: PullWriter, shorts: readonly ShortSha[]): readonly string[] {
  const carrying = new Set(labels.ours.filter(({ label }) => carries(label, shorts)).map(({ name }) => name));
  return names.filter((name) => carrying.has(name));
}

function carries(label: ParsedLabel, shorts: readonly ShortSha[]): boolean {
  const sha = isShaCarrying(label);
  return sha !== undefined && shorts.includes(sha);
}

/** Mends the addresses of one pull request under its lock: in labels, comment and Deployment. */

import type { PrNumber, ShortSha } from "../../../lib/ids.ts";
import { type AddressChange, judgeAddresses, type Reached } from "../../core/cleanup/mod.ts";
import { formatUrl } from "../../core/environment/names.ts";
import { type Label, parseLabel, sameLabelName, silentDescription } from "../../core/labels/mod.ts";
import type { ForgeWrite } from "../../ports/forge.ts";
import { Announcer } from "../announce/announcer.ts";
import { followUp, type LockedPull, withLock } from "../lock/with_lock.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";
import { deploymentWrite } from "../record/deployment_write.ts";
import { definitionOf } from "../record/pull_writer.ts";
import { readRetirement } from "../record/read_retirement.ts";
import { runUrlOf } from "../record/run_url.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import type { Outcome } from "./cleanup.ts";

/** Takes the lock, judges the addresses again and mends those that are still wrong. Builds nothing. */
export async function mendAddresses(
  ports: SyncPorts,
  pr: PrNumber,
  { wanted, outcome }: { readonly wanted: readonly AddressChange[]; readonly outcome: Outcome },
  signal: AbortSignal,
): Promise<void> {
  const work = async (locked: LockedPull) => {
    const changes = judgeObserved(locked.writer.observed, locked.writer.record.silent ?? {});
    for (const { what, short } of wanted) {
      if (changes.some((each) => each.short === short)) continue;
      const { otherEngine } = locked.writer.observed.observation;
      const why = otherEngine === undefined
        ? "It is right by now"
        : `It is on another machine: ${otherEngine}`;
      outcome.kept.push({ what, why });
    }
    for (const change of changes) {
      await mend(locked, change);
      outcome.mended.push(describeMended(change));
    }
  };
  await withLock(ports, pr, { doing: "cleanup", work }, signal);
  await followUp(ports, pr, { announcer: new Announcer(ports, pr, signal) }, signal);
}

function judgeObserved(
  { observation }: ObservedPull,
  silent: Readonly<Record<ShortSha, number>>,
): readonly AddressChange[] {
  const { platform, pr, open, headSha, allLabels, otherEngine } = observation;
  // An address on another machine is that machine's to judge.
  if (platform === "as_labels" || otherEngine !== undefined) return [];
  return judgeAddresses({
    pr,
    // An address that the platform does not have is wrong, whoever set its label.
    pull: { open, headSha, labels: allLabels },
    platform,
    reached: new Map(platform.map((each): [string, Reached] => [each.service, {
      address: each.address,
      answer: each.address === undefined ? undefined : { ok: each.healthy, text: each.condition },
    }])),
    // This run holds the lock: a status in progress is that of a run which died.
    locked: false,
    isSilent: ({ sha }) => silent[sha] !== undefined,
  });
}

/** Describes a change that was made, as the end of a sentence. */
export function describeMended({ change, what, address }: AddressChange): string {
  switch (change) {
    case "replaced":
      return `${what}: it is ${address} now`;
    case "removed":
      return `${what}: it is shown nowhere any more`;
    case "silent":
      return `${what}: the comment says that nothing answers there`;
    case "answers":
      return `${what}: the comment no longer says that nothing answers there`;
  }
}

async function mend({ writer, signal }: LockedPull, change: AddressChange): Promise<void> {
  const { ports } = writer;
  const { short, address } = change;
  const now = ports.forge.now();
  const label: Label | undefined = address === undefined
    ? undefined
    : { kind: "address", sha: short, address };
  const { [short]: _, ...others } = writer.record.silent ?? {};
  writer.remember({ silent: change.change === "silent" ? { ...others, [short]: now } : others });
  if (change.change === "silent" || change.change === "answers") {
    const description = change.change === "silent" ? silentDescription(short, now) : undefined;
    if (label !== undefined) {
      const definition = definitionOf(label);
      await ports.forge.define([{ ...definition, description: description ?? definition.description }], {
        repair: true,
      }, signal);
    }
    return await writer.write({ comment: isTold(writer) }, signal);
  }
  writer.note(
    address === undefined
      ? `The platform no longer has an address for \`${short}\``
      : `\`${short}\` has moved to ${formatUrl(address)}`,
    { unlabeled: true },
  );
  if (address === undefined && writer.labels.active.includes(short)) {
    writer.say({
      notice: `${change.why}. To bring it back, add the label \`🎪 🔄 showtime-trigger-sync\`.`,
    });
  }
  await writer.write({
    add: label === undefined ? [] : [label],
    remove: change.wrong.map(({ name }) => name),
    comment: isTold(writer),
    also: await recordsOf(writer, change, signal),
  }, signal);
}

/** Whether the pull request has a comment that names the address. */
function isTold({ observed }: LockedPull["writer"]): boolean {
  return observed.comment !== undefined || observed.news.length > 0;
}

/** Returns the writes that correct the Deployment and delete the definitions of the wrong labels. */
async function recordsOf(
  writer: LockedPull["writer"],
  { short, address, wrong }: AddressChange,
  signal: AbortSignal,
): Promise<readonly ForgeWrite[]> {
  const { ports, observed: { observation } } = writer;
  const info = await readRetirement(ports, { pr: observation.pr, shas: [short] }, signal);
  const [deployment] = info.deployments;
  const unused = info.definitions.filter(({ name, openPulls }) =>
    parseLabel(name).kind === "address" && wrong.some((each) => sameLabelName(each.name, name)) &&
    openPulls.every((pr) => pr === observation.pr)
  );
  return [
    ...(deployment === undefined || !ports.settings.deploymentsEnabled ? [] : [
      deploymentWrite(deployment, { url: writer.urlOf(short, address), logUrl: runUrlOf(ports) }),
    ]),
    ...unused.map(({ nodeId }): ForgeWrite => ({ kind: "delete_definition", nodeId })),
  ];
}

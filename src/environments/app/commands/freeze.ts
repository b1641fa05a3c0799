/** Freezes a pull request, or ends that: the label is written as the person who asks would set it. */

import { AppError, EXIT } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import { formatLabel } from "../../core/labels/mod.ts";
import type { RunEvent } from "../../core/plan/mod.ts";
import { definitionOf } from "../record/pull_writer.ts";
import { DEFAULT_OPTIONS } from "../sync/make_policy.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import { planOnce, type SyncOptions, syncPull, type SyncResult } from "../sync/sync_pull.ts";

const FREEZE = { kind: "freeze" } as const;

/**
 * Sets or removes the label, then syncs: GitHub starts no run for a label of a workflow's token. The label is a person's and
 * no record of a run, so no lock is needed to write it.
 */
export async function freezePull(
  ports: SyncPorts,
  pr: PrNumber,
  { freeze, options }: { readonly freeze: boolean; readonly options: SyncOptions },
  signal: AbortSignal,
): Promise<SyncResult> {
  const { forge } = ports;
  const look = { ...DEFAULT_OPTIONS, request: undefined, planOnly: true };
  const { observed: { observation, snapshot } } = await planOnce(ports, pr, look, signal);
  if (freeze && !observation.open) {
    throw new AppError("pull_closed", `Freezing pull request #${pr}: it is closed`, {
      exitCode: EXIT.refused,
      hint: "Reopen the pull request first",
    });
  }
  const present = observation.allLabels.ours.filter(({ label }) => label.kind === "freeze").map(({ name }) =>
    name
  );
  const target = { number: pr, nodeId: snapshot.nodeId };
  let event: RunEvent | undefined;
  if (freeze && present.length === 0) {
    await forge.define([definitionOf(FREEZE)], { repair: false }, signal);
    const names = [formatLabel(FREEZE)];
    const { updatedAt } = await forge.write(target, [{ kind: "attach", names }], signal);
    event = eventOf("labeled", { names, at: updatedAt });
  } else if (!freeze && present.length > 0) {
    const { updatedAt } = await forge.write(target, [{ kind: "detach", names: present }], signal);
    event = eventOf("unlabeled", { names: present, at: updatedAt });
  }
  const identity = event === undefined ? ports.identity : { ...ports.identity, event };
  return await syncPull({ ...ports, identity }, pr, { ...options, request: undefined }, signal);
}

/** Describes the change as GitHub would, so that the sync reads again until GitHub shows it. */
function eventOf(
  action: "labeled" | "unlabeled",
  { names: [label], at }: { readonly names: readonly string[]; readonly at: number | undefined },
): RunEvent {
  return { action, headSha: undefined, sender: undefined, label, at };
}

/** Renders the warning of an environment from what is known about it, for each run that writes one. */

import { decideLifetime, WHOLE_CLEANUP } from "../../core/cleanup/mod.ts";
import { creationOf } from "../../core/environment/expiry.ts";
import type { ShortSha } from "../../../lib/ids.ts";
import type { Ttl } from "../../core/labels/label.ts";
import type { LabelState } from "../../core/labels/mod.ts";
import { decideOffer, renderWarning } from "../../core/warning/mod.ts";
import type { ForgeWrite } from "../../ports/forge.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";
import { ownWarnings } from "../observe/warnings.ts";
import type { AppSettings } from "../run.ts";

/** The settings that a warning depends on. */
export type WarningSettings = Pick<AppSettings, "defaultTtl" | "maxAgeMs" | "trustedBots">;

/** The facts about an environment and the comment that warns of its end. */
export interface NoteFacts {
  readonly observed: ObservedPull;
  /** The labels on the pull request after the write that the note goes with. */
  readonly labels: LabelState;
  readonly short: ShortSha;
  /** The comment to edit; undefined for a new one. */
  readonly nodeId: string | undefined;
  /** The end that people were warned of, in milliseconds since 1970. */
  readonly warnedOf: number;
  /** The time that an earlier warning offered. */
  readonly offered: Ttl | undefined;
  /** Why the newest tick had no effect, safe in Markdown. */
  readonly refusal?: string | undefined;
  /** GitHub's time, in milliseconds since 1970. */
  readonly now: number;
}

/** Makes the write of a warning. Its box is empty. */
export function noteOf(settings: WarningSettings, facts: NoteFacts): ForgeWrite & { readonly kind: "note" } {
  const { observed: { observation }, labels, short, nodeId, warnedOf, offered, refusal, now } = facts;
  const { platform, pr } = observation;
  const labeled = labels.environments.get(short);
  const deployed = platform === "as_labels"
    ? undefined
    : platform.find((each) => each.short === short && each.managed && !each.legacy);
  const { defaultTtl, maxAgeMs } = settings;
  const fallback = labels.prTtl ?? defaultTtl;
  const lifetime = decideLifetime({ labeled, deployed, fallback, maxAgeMs, now }, WHOLE_CLEANUP);
  const endsAt = lifetime.kind === "until" ? lifetime.at : undefined;
  const createdAt = creationOf({ labeled, deployed }, now);
  const offer = endsAt === undefined
    ? { ttl: undefined, fixed: undefined }
    : decideOffer({ labels, labeled, createdAt, endsAt, defaultTtl, maxAgeMs, offered, now });
  const asker = [deployed?.requestedBy, labeled?.requestedBy].find((login) =>
    login !== undefined && !/…$|\[bot\]$/.test(login)
  );
  return {
    kind: "note",
    nodeId,
    body: renderWarning({ ...offer, short, warnedOf, pr, asker, endsAt, refusal }),
  };
}

/** Returns the writes that bring the warnings of an environment in line with its new time-to-live. */
export function renewedNotes(
  settings: WarningSettings,
  facts: Pick<NoteFacts, "observed" | "labels" | "short" | "now">,
): readonly ForgeWrite[] {
  return ownWarnings(facts.observed.snapshot.warnings, settings.trustedBots).flatMap((warning) =>
    warning.short === facts.short ? [noteOf(settings, { ...facts, ...warning, offered: warning.ttl })] : []
  );
}

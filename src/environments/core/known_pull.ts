/**
 * The newest state of a pull request that a run knows for certain, from its event and from its own writes. GitHub's
 * API may show an older state for some seconds.
 */

import type { FullSha } from "../../lib/ids.ts";
import { formatIsoSeconds } from "../../lib/instant.ts";
import { sameLabelName } from "./labels/mod.ts";
import type { RunEvent } from "./plan/mod.ts";

/** A state that GitHub has confirmed. Times are milliseconds since 1970. */
export interface KnownFact {
  /** The pull request's time of change, in whole seconds, as GitHub gives it. */
  readonly at: number;
  readonly headSha?: FullSha | undefined;
  readonly open?: boolean | undefined;
  /** Labels that were set with this change. */
  readonly present?: readonly string[];
  /** Labels that were removed with this change. */
  readonly absent?: readonly string[];
}

/** The part of an answer that is compared with what is known. */
export interface ShownPull {
  readonly updatedAt: number;
  readonly headSha: FullSha;
  readonly open: boolean;
  readonly labels: readonly string[];
  readonly timeline: readonly {
    readonly kind: string;
    readonly name?: string;
    readonly sha?: FullSha | undefined;
    readonly at?: number;
  }[];
}

/** Returns the state that the payload of an event describes; undefined if it has no time. */
export function factOf(event: RunEvent | undefined): KnownFact | undefined {
  if (event?.at === undefined) return undefined;
  const { action, label, at, headSha, open } = event;
  return {
    at,
    headSha,
    open,
    ...(action === "labeled" && label !== undefined ? { present: [label] } : {}),
    ...(action === "unlabeled" && label !== undefined ? { absent: [label] } : {}),
  };
}

/**
 * Describes why an answer is older than a fact; undefined if it is not. An answer with a later time of change is
 * believed. With the same time, the change itself must be there, or an entry of the timeline that shows it.
 */
export function describeStaleness(answer: ShownPull, fact: KnownFact): string | undefined {
  if (answer.updatedAt > fact.at) return undefined;
  if (answer.updatedAt < fact.at) {
    const [known, shown] = [fact.at, answer.updatedAt].map(formatIsoSeconds);
    return `it changed at ${known}, and GitHub shows it as of ${shown}`;
  }
  const { headSha, open, present = [], absent = [] } = fact;
  if (headSha !== undefined && answer.headSha !== headSha && !knowsCommit(answer, headSha)) {
    return `its head is ${headSha}, and GitHub shows ${answer.headSha}`;
  }
  if (open !== undefined && answer.open !== open) {
    return `it is ${open ? "open" : "closed"}, and GitHub shows it as ${answer.open ? "open" : "closed"}`;
  }
  const missing = present.find((name) =>
    !carries(answer, name) && !knowsLabel(answer, "labeled", { name, fact })
  );
  if (missing !== undefined) return `the label "${missing}" was set, and GitHub does not show it`;
  const left = absent.find((name) =>
    carries(answer, name) && !knowsLabel(answer, "unlabeled", { name, fact })
  );
  return left === undefined ? undefined : `the label "${left}" was removed, and GitHub still shows it`;
}

function carries({ labels }: ShownPull, name: string): boolean {
  return labels.some((each) => sameLabelName(each, name));
}

function knowsCommit({ timeline }: ShownPull, sha: FullSha): boolean {
  return timeline.some((event) => event.sha === sha);
}

function knowsLabel(
  { timeline }: ShownPull,
  kind: "labeled" | "unlabeled",
  { name, fact }: { readonly name: string; readonly fact: KnownFact },
): boolean {
  return timeline.some((event) =>
    event.kind === kind && sameLabelName(event.name ?? "", name) && (event.at ?? 0) >= fact.at
  );
}

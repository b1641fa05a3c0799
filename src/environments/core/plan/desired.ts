/**
 * The labels that an environment should carry in each phase, and the difference to those that are present.
 */

import type { ShortSha } from "../../../lib/ids.ts";
import { formatLabel, type Label, type LabelState, type NamedLabel, sameLabelName } from "../labels/mod.ts";
import type { Status, Ttl } from "../labels/label.ts";

/** The facts that the labels of one SHA record. */
export interface LabelFacts {
  readonly sha: ShortSha;
  readonly status: Status;
  readonly createdAt: number | undefined;
  readonly ttl: Ttl | undefined;
  readonly requestedBy: string | undefined;
  readonly address: string | undefined;
  readonly active: boolean;
  readonly preparing: boolean;
  /** The newer commit that the environment serves too. */
  readonly serves?: ShortSha | undefined;
}

/**
 * Returns the labels that record `facts`, in the order in which they are added: the status before the
 * pointers.
 */
export function labelsFor(facts: LabelFacts): readonly Label[] {
  const { sha } = facts;
  const labels: Label[] = [];
  if (facts.createdAt !== undefined) labels.push({ kind: "created", sha, at: facts.createdAt });
  if (facts.ttl !== undefined) labels.push({ kind: "ttl", sha, ttl: facts.ttl });
  if (facts.requestedBy !== undefined && facts.requestedBy !== "") {
    labels.push({ kind: "requester", sha, login: facts.requestedBy });
  }
  if (facts.address !== undefined) labels.push({ kind: "address", sha, address: facts.address });
  labels.push({ kind: "status", sha, status: facts.status });
  if (facts.serves !== undefined) labels.push({ kind: "serves", sha, head: facts.serves });
  if (facts.preparing) labels.push({ kind: "preparing", sha });
  if (facts.active) labels.push({ kind: "active", sha });
  return labels;
}

/** A change of the labels on a pull request. Additions come before removals. */
export interface LabelChange {
  readonly add: readonly Label[];
  readonly remove: readonly NamedLabel[];
}

/** Finds the change that turns the labels `present`, all of which may be removed, into `wanted`. */
export function diffLabels(present: readonly NamedLabel[], wanted: readonly Label[]): LabelChange {
  const names = wanted.map((label) => formatLabel(label));
  return {
    // A name that differs in letter case only is the same label to GitHub, so it is neither added nor
    // removed.
    add: wanted.filter((_, index) => !present.some(({ name }) => sameLabelName(name, names[index] ?? ""))),
    remove: present.filter(({ name }) => !names.some((wantedName) => sameLabelName(name, wantedName))),
  };
}

/** Whether the state has a label that is the same as `label` to GitHub. */
export function hasLabel({ ours }: LabelState, label: Label): boolean {
  const wanted = formatLabel(label);
  return ours.some(({ name }) => sameLabelName(name, wanted));
}

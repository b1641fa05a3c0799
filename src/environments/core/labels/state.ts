import { type FullSha, type ShortSha, shortSha } from "../../../lib/ids.ts";
import type { Label, ParsedLabel, Status, Trigger, Ttl } from "./label.ts";
import { parseLabel, STATUS_PRECEDENCE } from "./parse.ts";
import { compareTtl } from "./ttl.ts";

/** The meaning of a label of Showtime, including a status that is not known. */
export type OwnLabel = Exclude<ParsedLabel, { readonly kind: "foreign" | "other" }>;

/** A label of Showtime on a pull request: its name there and its meaning. */
export interface NamedLabel {
  readonly name: string;
  readonly label: OwnLabel;
}

/**
 * The labels of one SHA. If a crash left two of a kind, the choice between them does not depend on their
 * order.
 */
export interface LabeledEnvironment {
  readonly sha: ShortSha;
  /** Every known status that is present. A crash may leave more than one. */
  readonly statuses: readonly Status[];
  /**
   * The status: of several, the last in `building < built < deploying < updating < running < asleep < failed
   * < stopping`. It is `unknown` if no status is a known one, and undefined if there is no status label.
   */
  readonly status: Status | "unknown" | undefined;
  /** Milliseconds since 1970. Of several, the newest, so that nothing expires too early. */
  readonly createdAt?: number;
  /** `host:port`. Of several, the first in the order of their text. */
  readonly address?: string;
  /** Of several, the shortest: a forgotten environment then costs less. */
  readonly ttl?: Ttl;
  /** The login as the label carries it, perhaps cut. Of several, the first in the order of their text. */
  readonly requestedBy?: string;
  /** The newer commits that it serves too. A crash may leave more than one. */
  readonly serves?: readonly ShortSha[];
  /** Every label that carries this SHA, pointers included. */
  readonly labels: readonly NamedLabel[];
}

/**
 * The labels of a pull request, put together. Arrays are sorted, so the order of the labels has no effect.
 */
export interface LabelState {
  /** Every trigger, with its name on GitHub. Two spellings of one trigger are two entries. */
  readonly triggers: readonly { readonly trigger: Trigger; readonly name: string }[];
  /** Names of the labels that freeze. */
  readonly frozen: readonly string[];
  /** Names of the labels that block. */
  readonly blocked: readonly string[];
  /** Flags by name. If a flag is enabled and disabled, it is off. */
  readonly flags: Readonly<Record<string, boolean>>;
  /** Names of the labels that set flags. */
  readonly flagNames: readonly string[];
  /** The pull request's own time-to-live; of several, the shortest. */
  readonly prTtl: Ttl | undefined;
  /** Whether `🎪 showtime` is present. */
  readonly marker: boolean;
  /** Every SHA that a label names as active. A crash may leave more than one. */
  readonly active: readonly ShortSha[];
  /** Every SHA that a label names as being prepared. */
  readonly preparing: readonly ShortSha[];
  /** By SHA: every SHA that a label carries, also one that has no status. */
  readonly environments: ReadonlyMap<ShortSha, LabeledEnvironment>;
  /** Names that start with the tent and are not in the language. */
  readonly foreign: readonly string[];
  /** Every label of Showtime, in the order of the names. */
  readonly ours: readonly NamedLabel[];
}

/** Parses all label names of a pull request. Never throws. A name that is given twice counts once. */
export function readLabels(names: readonly string[]): LabelState {
  const parsed = sorted(names).map((name) => ({ name, label: parseLabel(name) }));
  const foreign = parsed.filter((each) => each.label.kind === "foreign").map((each) => each.name);
  return summarize(parsed.filter(isOurs), foreign);
}

/** Returns the state without the labels of these names, which are not parsed again. */
export function withoutLabels(state: LabelState, names: readonly string[]): LabelState {
  if (names.length === 0) return state;
  const gone = new Set(names);
  return summarize(
    state.ours.filter(({ name }) => !gone.has(name)),
    state.foreign.filter((name) => !gone.has(name)),
  );
}

/** Returns the state with one label more. */
export function withLabel(state: LabelState, added: NamedLabel): LabelState {
  const others = state.ours.filter(({ name }) => name !== added.name);
  return summarize([...others, added].sort((a, b) => a.name < b.name ? -1 : 1), state.foreign);
}

/** Summarizes labels that are sorted by name. */
function summarize(ours: readonly NamedLabel[], foreign: readonly string[]): LabelState {
  const namesOf = (kind: OwnLabel["kind"]) =>
    ours.filter((each) => each.label.kind === kind).map((each) => each.name);
  const labels = ours.map((each) => each.label);
  return {
    triggers: ours.flatMap(({ name, label }) =>
      label.kind === "trigger" ? [{ trigger: label.trigger, name }] : []
    ),
    frozen: namesOf("freeze"),
    blocked: namesOf("blocked"),
    flags: readFlags(labels),
    flagNames: namesOf("flag"),
    prTtl: labels.flatMap((label) => label.kind === "pr_ttl" ? [label.ttl] : []).sort(compareTtl)[0],
    marker: labels.some((label) => label.kind === "marker"),
    active: sorted(labels.flatMap((label) => label.kind === "active" ? [label.sha] : [])),
    preparing: sorted(labels.flatMap((label) => label.kind === "preparing" ? [label.sha] : [])),
    environments: readEnvironments(ours),
    foreign,
    ours,
  };
}

/**
 * Returns the SHA that people are sent to. Of two active SHAs the head counts if it is running, else the one
 * that was created last; if no time is known, the first in the order of their text.
 */
export function activeSha(
  state: Pick<LabelState, "active" | "environments">,
  headShort?: ShortSha,
): ShortSha | undefined {
  const head = state.active.find((sha) => sha === headShort);
  if (head !== undefined && state.environments.get(head)?.status === "running") return head;
  const age = (sha: ShortSha) => state.environments.get(sha)?.createdAt ?? -1;
  return [...state.active].sort((a, b) => age(b) - age(a))[0];
}

/** Returns the head if the environment of the commit that runs serves it too, else undefined. */
export function servedHead(
  { environments }: Pick<LabelState, "environments">,
  { runs, head }: { readonly runs: ShortSha; readonly head: FullSha },
): ShortSha | undefined {
  const short = shortSha(head);
  return environments.get(runs)?.serves?.includes(short) === true ? short : undefined;
}

/** Returns the SHA that a label carries; undefined if it carries no SHA. */
export function isShaCarrying(label: ParsedLabel): ShortSha | undefined {
  return "sha" in label ? label.sha : undefined;
}

function isOurs(each: { name: string; label: ParsedLabel }): each is NamedLabel {
  return each.label.kind !== "foreign" && each.label.kind !== "other";
}

function readFlags(labels: readonly OwnLabel[]): Readonly<Record<string, boolean>> {
  const flags: Record<string, boolean> = {};
  for (const label of labels) {
    if (label.kind === "flag") flags[label.flag] = label.on && flags[label.flag] !== false;
  }
  return flags;
}

function readEnvironments(ours: readonly NamedLabel[]): ReadonlyMap<ShortSha, LabeledEnvironment> {
  const environments: (readonly [ShortSha, LabeledEnvironment])[] = [];
  for (const [sha, carrying] of Map.groupBy(ours, (each) => isShaCarrying(each.label))) {
    if (sha !== undefined) environments.push([sha, readEnvironment(sha, carrying)]);
  }
  return new Map(environments.sort(([a], [b]) => a < b ? -1 : 1));
}

function readEnvironment(sha: ShortSha, carrying: readonly NamedLabel[]): LabeledEnvironment {
  const labels = carrying.map((each) => each.label);
  const present = valuesOf(labels, "status").map((label) => label.status);
  const statuses = STATUS_PRECEDENCE.filter((status) => present.includes(status));
  const unknown = labels.some((label) => label.kind === "unknown_status") ? "unknown" : undefined;
  const createdAt = valuesOf(labels, "created").map((label) => label.at).sort((a, b) => b - a)[0];
  const address = sorted(valuesOf(labels, "address").map((label) => label.address))[0];
  const ttl = valuesOf(labels, "ttl").map((label) => label.ttl).sort(compareTtl)[0];
  const requestedBy = sorted(valuesOf(labels, "requester").map((label) => label.login))[0];
  const serves = sorted(valuesOf(labels, "serves").map((label) => label.head));
  return {
    sha,
    statuses,
    status: statuses.at(-1) ?? unknown,
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(address === undefined ? {} : { address }),
    ...(ttl === undefined ? {} : { ttl }),
    ...(requestedBy === undefined ? {} : { requestedBy }),
    ...(serves.length === 0 ? {} : { serves }),
    labels: carrying,
  };
}

function valuesOf<Kind extends Label["kind"]>(
  labels: readonly OwnLabel[],
  kind: Kind,
): Extract<Label, { readonly kind: Kind }>[] {
  return labels.filter((label): label is Extract<Label, { readonly kind: Kind }> => label.kind === kind);
}

/** Sorts by UTF-16 units, which is the same on every machine, and drops duplicates. */
function sorted<Text extends string>(texts: readonly Text[]): readonly Text[] {
  return [...new Set(texts)].sort();
}

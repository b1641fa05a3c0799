/** The history of a pull request's environments, from label events and deployments. */

import { COMMENT_MARKER, parseRecord } from "../../core/comment/mod.ts";
import { unescapeMarkdown } from "../../../lib/sanitize.ts";
import { type FullSha, type PrNumber, shortSha } from "../../../lib/ids.ts";
import { formatTtl, type ParsedLabel, parseLabel } from "../../core/labels/mod.ts";
import type { AppSettings } from "../run.ts";
import { isShowtimesComment } from "../observe/pull_record.ts";
import { deploymentEnvironments } from "../record/read_retirement.ts";
import type { DeploymentEvent, ForgeReader, PullSnapshot, TimelineEvent } from "../../ports/forge.ts";

/** One event of the history. */
export interface HistoryEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly actor: string | null;
  /** The full hash if it is known, else 7 digits. */
  readonly sha: string | null;
  /** A stable word: `start_requested`, `running`, `removed`, `deployment_success`. */
  readonly event: string;
  /** A sentence. */
  readonly text: string;
  readonly url: string | null;
}

/** Reads the history, newest first. */
export async function readHistory(
  ports: {
    readonly forge: Pick<ForgeReader, "readPull" | "listDeployments">;
    readonly settings: Pick<AppSettings, "trustedBots" | "deploymentEnvironment">;
  },
  pr: PrNumber,
  options: { readonly limit: number },
  signal: AbortSignal,
): Promise<readonly HistoryEntry[]> {
  const { limit } = options;
  const [snapshot, deployments] = await Promise.all([
    ports.forge.readPull(pr, { actor: undefined }, signal),
    ports.forge.listDeployments(pr, { limit, environments: deploymentEnvironments(ports, pr) }, signal),
  ]);
  const full = fullShas(snapshot, deployments);
  const entries = [
    ...snapshot.timeline.flatMap((event) => readEvent(event, full) ?? []),
    ...deployments.map(readDeployment),
    ...readNotes(snapshot, ports.settings.trustedBots),
  ];
  // Label events have whole seconds: of two in the same second, the later one in the timeline is newer.
  return entries.map((entry, index) => ({ entry, index }))
    .sort((a, b) => b.entry.at - a.entry.at || b.index - a.index)
    .slice(0, limit).map(({ entry }) => entry);
}

function fullShas(
  snapshot: PullSnapshot,
  deployments: readonly DeploymentEvent[],
): ReadonlyMap<string, FullSha> {
  const commits = snapshot.timeline.flatMap((event) =>
    (event.kind === "commit" || event.kind === "force_push") && event.sha !== undefined ? [event.sha] : []
  );
  return new Map(
    [...commits, snapshot.headSha, ...deployments.map((each) => each.sha)].map((sha) => [shortSha(sha), sha]),
  );
}

function readEvent(event: TimelineEvent, full: ReadonlyMap<string, FullSha>): HistoryEntry | undefined {
  if (event.kind !== "labeled" && event.kind !== "unlabeled") return undefined;
  const label = parseLabel(event.name);
  const said = event.kind === "labeled" ? describeAdded(label) : describeRemoved(label);
  if (said === undefined) return undefined;
  const short = "sha" in label ? label.sha : undefined;
  return {
    at: event.at,
    actor: event.actor?.login ?? null,
    sha: short === undefined ? null : full.get(short) ?? short,
    event: said[0],
    text: said[1],
    url: label.kind === "address" ? `http://${label.address}` : null,
  };
}

type Said = readonly [event: string, text: string];

/** Describes the event of adding a label; undefined for a label that only accompanies another. */
function describeAdded(label: ParsedLabel): Said | undefined {
  switch (label.kind) {
    case "trigger":
      return [`${label.trigger}_requested`, `${label.trigger} was asked for`];
    case "freeze":
      return ["frozen", "the pull request was frozen"];
    case "blocked":
      return ["blocked", "the pull request was blocked"];
    case "flag":
      return ["flag_set", `the flag ${label.flag} was turned ${label.on ? "on" : "off"}`];
    case "pr_ttl":
      return ["ttl_set", `the time-to-live of the pull request was set to ${formatTtl(label.ttl)}`];
    case "status":
      return [label.status, `${label.sha} is ${label.status}`];
    case "ttl":
      return ["ttl_set", `the time-to-live of ${label.sha} was set to ${formatTtl(label.ttl)}`];
    case "address":
      return ["address_known", `${label.sha} is reached at ${label.address}`];
    case "active":
      return ["activated", `people are sent to ${label.sha}`];
    default:
      return undefined;
  }
}

function describeRemoved(label: ParsedLabel): Said | undefined {
  switch (label.kind) {
    case "trigger":
      return [
        `${label.trigger}_taken_off`,
        `the request to ${label.trigger} was taken off: done, or refused`,
      ];
    case "freeze":
      return ["thawed", "the freeze was lifted"];
    case "blocked":
      return ["unblocked", "the block was lifted"];
    case "flag":
      return ["flag_unset", `the label that turned ${label.flag} ${label.on ? "on" : "off"} was taken off`];
    case "pr_ttl":
      return ["ttl_unset", "the time-to-live of the pull request was taken off"];
    case "status":
      return label.status === "stopping" ? ["removed", `${label.sha} is removed`] : undefined;
    default:
      return undefined;
  }
}

/** Reads the events that only Showtime's comment records: a takeover, a repair, a refusal. */
function readNotes(
  { comments }: PullSnapshot,
  trustedBots: readonly string[] | undefined,
): readonly HistoryEntry[] {
  const comment = comments.find((each) =>
    each.body.startsWith(COMMENT_MARKER) && isShowtimesComment(each, trustedBots)
  );
  if (comment === undefined) return [];
  return parseRecord(comment.body).events.filter(({ unlabeled }) => unlabeled === true).map((
    { at, text },
  ) => ({
    at,
    actor: comment.author?.login ?? null,
    sha: null,
    event: "noted",
    text: unescapeMarkdown(text),
    url: null,
  }));
}

function readDeployment(deployment: DeploymentEvent): HistoryEntry {
  return {
    at: deployment.at,
    actor: null,
    sha: deployment.sha,
    event: `deployment_${deployment.state}`,
    text: `the deployment of ${shortSha(deployment.sha)} is ${deployment.state.replaceAll("_", " ")}`,
    url: deployment.url ?? null,
  };
}

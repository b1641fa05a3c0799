/** Converts GitHub's answers into the types of the port. Pure. */

import { type FullSha, parseFullSha, parsePrNumber, type PrNumber } from "../../lib/ids.ts";
import type { LockRecord } from "../../environments/core/lock.ts";
import type { Permission, PermissionAnswer } from "../../lib/permission.ts";
import type { Actor, LabelDefinition, PullSummary, TimelineEvent } from "../../environments/ports/forge.ts";
import { type HeadStatus, STATUS_CONTEXT } from "../../environments/core/news/mod.ts";
import type { GraphqlIssue } from "./errors.ts";
import { type Asked, incompleteAnswer, instantAt, nodesAt, numberAt, textAt, valueAt } from "./json.ts";

/** The fields of an actor that {@link toActor} reads. */
export const ACTOR = "login __typename";

/** Converts an actor. Unlike REST and people, GraphQL writes a bot's login without `[bot]`. */
export function toActor(value: unknown): Actor | undefined {
  const login = textAt(value, "login");
  if (login === undefined) return undefined;
  const bot = textAt(value, "__typename") === "Bot" || login.endsWith("[bot]");
  return { login: bot && !login.endsWith("[bot]") ? `${login}[bot]` : login, bot };
}

/**
 * Converts an entry of the timeline; undefined if the port has no such event. Throws AppError `forge_failed` if
 * it lacks its label, commit or time: nothing may be decided without it.
 */
export function toEvent({ value: node, what }: Asked): TimelineEvent | undefined {
  const at = instantAt(node, "createdAt");
  const actor = toActor(valueAt(node, "actor"));
  const kind = textAt(node, "__typename");
  switch (kind) {
    case "LabeledEvent":
    case "UnlabeledEvent": {
      const name = textAt(node, "label", "name");
      if (name === undefined || at === 0) break;
      return { kind: kind === "LabeledEvent" ? "labeled" : "unlabeled", name, actor, at };
    }
    case "PullRequestCommit": {
      const sha = shaAt(node, "commit", "oid");
      if (sha === undefined) break;
      return { kind: "commit", sha };
    }
    case "HeadRefForcePushedEvent":
      if (at === 0) break;
      return { kind: "force_push", sha: shaAt(node, "afterCommit", "oid"), actor, at };
    case undefined:
      break;
    default:
      return undefined;
  }
  throw incompleteAnswer(what, `timelineItems.${kind ?? "__typename"}`);
}

/** The field of a commit that {@link toStatus} reads. */
export const STATUS = `status { context(name: "${STATUS_CONTEXT}") { state description targetUrl } }`;

/** Converts the status of a commit; `none` if it has none, undefined if it was not asked for or cannot be read. */
export function toStatus(commit: unknown): HeadStatus | "none" | undefined {
  if (typeof commit !== "object" || commit === null || !("status" in commit)) return undefined;
  const state = textAt(commit, "status", "context", "state")?.toLowerCase();
  if (state === undefined) return "none";
  return {
    // GitHub has one more state, "expected", which counts as none that was reported.
    state: state === "success" || state === "failure" || state === "error" ? state : "pending",
    description: textAt(commit, "status", "context", "description") ?? "",
    url: textAt(commit, "status", "context", "targetUrl") || undefined,
  };
}

/** The fields of a pull request that {@link toSummary} reads. */
export const SUMMARY =
  `number title state headRefOid author { ${ACTOR} } labels(first: 100) { nodes { name } }
  timelineItems(last: 50, itemTypes: [PULL_REQUEST_COMMIT]) {
    nodes { ... on PullRequestCommit { commit { oid } } } }`;

/**
 * Converts a pull request of a list. Throws AppError `forge_failed` if it lacks its number, state, head commit or
 * labels.
 */
export function toSummary(asked: Asked): PullSummary {
  const { value: node, what } = asked;
  const number = parsePrNumber(numberAt(node, "number") ?? 0);
  const headSha = shaAt(node, "headRefOid");
  const state = textAt(node, "state");
  if (number === undefined || headSha === undefined || state === undefined) {
    throw incompleteAnswer(what, "pullRequest");
  }
  return {
    number,
    title: textAt(node, "title") ?? "",
    open: state === "OPEN",
    headSha,
    author: toActor(valueAt(node, "author"))?.login,
    labels: nodesAt(asked, "labels").map((label) => labelName(label, what)),
    commits: nodesAt(asked, "timelineItems").flatMap((item) =>
      parseFullSha(textAt(valueAt(item, "commit"), "oid") ?? "") ?? []
    ),
  };
}

/** Reads the name of a label on a pull request. Throws AppError `forge_failed` if it has none. */
export function labelName(label: unknown, what: string): string {
  const name = textAt(label, "name");
  if (name === undefined) throw incompleteAnswer(what, "labels.name");
  return name;
}

/** The fields of a label definition that {@link toDefinition} reads. */
export const DEFINITION =
  "id name color description pullRequests(states: OPEN, first: 2) { nodes { number } }";

/**
 * Converts a label definition of a list. Throws AppError `forge_failed` if it lacks its node id, its name or the
 * pull requests that carry it.
 */
export function toDefinition(asked: Asked): LabelDefinition {
  const bare = toBareDefinition(asked.value);
  if (bare === undefined) throw incompleteAnswer(asked.what, "labels");
  const openPulls = nodesAt(asked, "pullRequests").flatMap((pull) =>
    parsePrNumber(numberAt(pull, "number") ?? 0) ?? []
  );
  return { ...bare, openPulls };
}

/** Converts a label definition that was read without its pull requests; undefined without a node id and a name. */
export function toBareDefinition(node: unknown): LabelDefinition | undefined {
  const nodeId = textAt(node, "id");
  const name = textAt(node, "name");
  if (nodeId === undefined || name === undefined) return undefined;
  return {
    nodeId,
    name,
    color: textAt(node, "color") ?? "",
    description: textAt(node, "description") ?? "",
    openPulls: [],
  };
}

/** Converts a label definition of GraphQL or REST into a lock; undefined without a node id and a name. */
export function toLock(node: unknown): LockRecord | undefined {
  const nodeId = textAt(node, "id") ?? textAt(node, "node_id");
  const name = textAt(node, "name");
  if (nodeId === undefined || name === undefined) return undefined;
  return { nodeId, name, description: textAt(node, "description") ?? "" };
}

const PERMISSIONS: Readonly<Record<string, Permission>> = {
  ADMIN: "admin",
  MAINTAIN: "maintain",
  WRITE: "write",
  TRIAGE: "triage",
  READ: "read",
};

/** Reads the permission of `login` from the field `alias`. An unclear answer is no permission. */
export function toPermission(
  repository: unknown,
  asked: { readonly alias: string; readonly login: string; readonly issues: readonly GraphqlIssue[] },
): PermissionAnswer {
  const issue = asked.issues.find((one) => one.path[0] === asked.alias);
  if (issue !== undefined) {
    return issue.type === "NOT_FOUND" ? { kind: "not_found" } : { kind: "error", message: issue.message };
  }
  const connection = valueAt(repository, asked.alias);
  if (connection === undefined) return { kind: "error", message: "GitHub does not show the collaborators" };
  const edges = valueAt(connection, "edges");
  // A null list or entry is no answer about the account, although GitHub reports no error.
  if (!Array.isArray(edges) || edges.some((one) => textAt(one, "node", "login") === undefined)) {
    return { kind: "error", message: "GitHub does not show the collaborators" };
  }
  const edge = edges.find((one) => sameText(textAt(one, "node", "login"), asked.login));
  if (edge === undefined) return { kind: "not_found" };
  const permission = PERMISSIONS[textAt(edge, "permission") ?? ""];
  return permission === undefined
    ? { kind: "error", message: `GitHub reports an unknown permission "${textAt(edge, "permission") ?? ""}"` }
    : { kind: "known", permission };
}

/**
 * Reads the pull request out of a deployment's payload, which GitHub returns as JSON, sometimes encoded
 * twice.
 */
export function payloadPull(payload: unknown): PrNumber | undefined {
  let value = payload;
  for (let depth = 0; depth < 2 && typeof value === "string"; depth++) {
    try {
      value = JSON.parse(value);
    } catch {
      return undefined;
    }
  }
  const pr = valueAt(value, "pr");
  return typeof pr === "number" || typeof pr === "string" ? parsePrNumber(pr) : undefined;
}

/** Reads a full commit hash in an answer; undefined if the value is no hash. */
export function shaAt(value: unknown, ...path: readonly string[]): FullSha | undefined {
  return parseFullSha(textAt(value, ...path) ?? "");
}

/** Whether two logins or label names are equal for GitHub, which ignores letter case. */
export function sameText(one: string | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

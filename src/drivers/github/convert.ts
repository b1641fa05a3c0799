/** Converts GitHub's answers into the types of the port. Pure. */

import { type FullSha, parseFullSha, parsePrNumber, type PrNumber } from "../../lib/ids.ts";
import type { LockRecord } from "../../environments/core/lock.ts";
import type { Permission, PermissionAnswer } from "../../lib/permission.ts";
import type { Actor, LabelDefinition, PullSummary, TimelineEvent } from "../../environments/ports/forge.ts";
import type { GraphqlIssue } from "./errors.ts";
import { instantAt, listAt, nodesAt, numberAt, textAt, valueAt } from "./json.ts";

/** The fields of an actor that {@link toActor} reads. */
export const ACTOR = "login __typename";

/** Converts an actor. Unlike REST and people, GraphQL writes a bot's login without `[bot]`. */
export function toActor(value: unknown): Actor | undefined {
  const login = textAt(value, "login");
  if (login === undefined) return undefined;
  const bot = textAt(value, "__typename") === "Bot" || login.endsWith("[bot]");
  return { login: bot && !login.endsWith("[bot]") ? `${login}[bot]` : login, bot };
}

/** Converts an entry of the timeline; undefined if the port has no such event. */
export function toEvent(node: unknown): TimelineEvent | undefined {
  const at = instantAt(node, "createdAt");
  const actor = toActor(valueAt(node, "actor"));
  switch (textAt(node, "__typename")) {
    case "LabeledEvent":
    case "UnlabeledEvent": {
      const name = textAt(node, "label", "name");
      const kind = textAt(node, "__typename") === "LabeledEvent" ? "labeled" : "unlabeled";
      return name === undefined ? undefined : { kind, name, actor, at };
    }
    case "PullRequestCommit": {
      const sha = parseFullSha(textAt(node, "commit", "oid") ?? "");
      return sha === undefined ? undefined : { kind: "commit", sha };
    }
    case "HeadRefForcePushedEvent":
      return { kind: "force_push", sha: parseFullSha(textAt(node, "afterCommit", "oid") ?? ""), actor, at };
    default:
      return undefined;
  }
}

/** The fields of a pull request that {@link toSummary} reads. */
export const SUMMARY =
  `number title state headRefOid author { ${ACTOR} } labels(first: 100) { nodes { name } }
  timelineItems(last: 50, itemTypes: [PULL_REQUEST_COMMIT]) {
    nodes { ... on PullRequestCommit { commit { oid } } } }`;

/** Converts a pull request of a list; undefined without a number and a head commit. */
export function toSummary(node: unknown): PullSummary | undefined {
  const number = parsePrNumber(numberAt(node, "number") ?? 0);
  const headSha = parseFullSha(textAt(node, "headRefOid") ?? "");
  if (number === undefined || headSha === undefined) return undefined;
  return {
    number,
    title: textAt(node, "title") ?? "",
    open: textAt(node, "state") === "OPEN",
    headSha,
    author: toActor(valueAt(node, "author"))?.login,
    labels: nodesAt(node, "labels").flatMap((label) => textAt(label, "name") ?? []),
    commits: nodesAt(node, "timelineItems").flatMap((item) =>
      parseFullSha(textAt(valueAt(item, "commit"), "oid") ?? "") ?? []
    ),
  };
}

/** The fields of a label definition that {@link toDefinition} reads. */
export const DEFINITION =
  "id name color description pullRequests(states: OPEN, first: 2) { nodes { number } }";

/** Converts a label definition; undefined without a node id and a name. */
export function toDefinition(node: unknown): LabelDefinition | undefined {
  const nodeId = textAt(node, "id");
  const name = textAt(node, "name");
  if (nodeId === undefined || name === undefined) return undefined;
  return {
    nodeId,
    name,
    color: textAt(node, "color") ?? "",
    description: textAt(node, "description") ?? "",
    openPulls: nodesAt(node, "pullRequests").flatMap((pull) =>
      parsePrNumber(numberAt(pull, "number") ?? 0) ?? []
    ),
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
  const edge = listAt(connection, "edges").find((one) => sameText(textAt(one, "node", "login"), asked.login));
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

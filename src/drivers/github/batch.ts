/** Sends a batch of writes to a pull request as one mutation, and handles the writes that GitHub refuses. */

import { COMMENT_MARKER } from "../../environments/core/comment/marker.ts";
import type { PrNumber } from "../../lib/ids.ts";
import type { ForgeWrite, WriteResult } from "../../environments/ports/forge.ts";
import { resolveIds } from "./definitions.ts";
import { tooManyLabels } from "./errors.ts";
import { flagAt, instantAt, oneLine, textAt, valueAt } from "./json.ts";
import { type FieldIssue, mutate, type MutationField } from "./mutation.ts";
import { type Context, queryAllPages } from "./repository.ts";

/** The pull request that a batch writes to. */
export interface Target {
  readonly number: PrNumber;
  readonly nodeId: string;
}

interface Sending {
  readonly what: string;
  readonly signal: AbortSignal;
  /** The second round repeats failed writes that may succeed now, and detaches labels one by one. */
  readonly round: 1 | 2;
}

/**
 * Sends a batch of writes.
 *
 * A write with several node ids fails as a whole if one id is stale. The batch then sends that write once
 * more with ids that it has just looked up. If this second round detaches a label that GitHub does not find,
 * the pull request does not carry that label.
 */
export async function writeBatch(
  context: Context,
  target: Target,
  options: { readonly batch: readonly ForgeWrite[]; readonly signal: AbortSignal },
): Promise<WriteResult> {
  const { signal } = options;
  const what = `Writing to pull request #${target.number} of "${context.repo}"`;
  let batch = options.batch;
  return await context.client.once(() => sendBatch(context, target, { batch, what, signal, round: 1 }), {
    signal,
    lookBack: async () => {
      batch = await remainingWrites(context, target, { batch, signal });
      return undefined;
    },
  });
}

/** Whether the whole batch may take effect twice without harm. Others are checked before a retry. */
function mayResend(batch: readonly ForgeWrite[]): boolean {
  return !batch.some(({ kind }) => kind === "comment" || kind === "news" || kind === "deployment_status");
}

async function sendBatch(
  context: Context,
  target: Target,
  options: Sending & { readonly batch: readonly ForgeWrite[] },
): Promise<WriteResult> {
  const { batch, what, signal, round } = options;
  const sent = await toFields(context, target, { batch, signal });
  const answer = await mutate(context, sent.map(({ field }) => field), {
    what,
    signal,
    resend: mayResend(batch),
  });
  const repeated = new Map<number, readonly ForgeWrite[]>();
  const warnings: string[] = [];
  const fatal: FieldIssue[] = [];
  for (const issue of answer.issues) {
    const write = sent[issue.field]?.write;
    if (write === undefined) fatal.push(issue);
    else if (round === 1 && issue.type === "NOT_FOUND" && isWorthAnotherTry(write)) {
      repeated.set(issue.field, afresh(context, write));
    } else if (round === 1 && isLabelLimit(issue) && batch.some(({ kind }) => kind === "detach")) {
      // A detach of the same batch has made room for this label.
      repeated.set(issue.field, [write]);
    } else if (
      issue.type === "NOT_FOUND" &&
      (write.kind === "detach" || write.kind === "delete_definition" || write.kind === "delete_comment")
    ) continue;
    else if (write.kind === "comment" || write.kind === "news" || write.kind === "delete_comment") {
      warnings.push(`GitHub refused the comment: ${oneLine(issue.message)}`);
    } else if (write.kind === "deployment_status") {
      warnings.push(`GitHub refused the deployment status: ${oneLine(issue.message)}`);
    } else fatal.push(issue);
  }
  const limit = fatal.find(isLabelLimit);
  if (limit !== undefined) throw tooManyLabels(what, { pr: target.number, message: limit.message });
  if (fatal.length > 0) throw context.client.issueError(fatal, { what, signal });
  for (const { write } of sent) if (write.kind === "delete_definition") context.ids.forgetId(write.nodeId);
  const idOf = (kind: ForgeWrite["kind"]) =>
    answer.fields.map((field, at) => sent[at]?.write.kind === kind ? commentId(field) : undefined)
      .findLast((id) => id !== undefined);
  const [comment, news] = [idOf("comment"), idOf("news")];
  const updatedAt = answer.fields.map(changeTime).findLast((at) => at !== undefined);
  if (repeated.size === 0) return { comment, news, warnings, updatedAt };
  const again = writesAgain(sent.map(({ write }) => write), repeated);
  const rest = await sendBatch(context, target, { batch: again, what, signal, round: 2 });
  return {
    comment: rest.comment ?? comment,
    news: rest.news ?? news,
    warnings: [...warnings, ...rest.warnings],
    updatedAt: rest.updatedAt ?? updatedAt,
  };
}

/**
 * Returns the writes of the second round, in the order of the batch. A label that is attached again is detached again,
 * if the batch detaches it later: the first detach came before there was anything to detach.
 */
function writesAgain(
  batch: readonly ForgeWrite[],
  repeated: ReadonlyMap<number, readonly ForgeWrite[]>,
): readonly ForgeWrite[] {
  const attached = new Set<string>();
  return batch.flatMap((write, index) => {
    const again = repeated.get(index) ?? [];
    for (const each of again) if (each.kind === "attach") each.names.forEach((name) => attached.add(name));
    if (again.length > 0 || write.kind !== "detach") return again;
    return write.names.filter((name) => attached.has(name)).map((name) => ({
      kind: "detach",
      names: [name],
    }));
  });
}

function isLabelLimit(issue: FieldIssue): boolean {
  return /cannot have more than \d+ labels/i.test(issue.message);
}

function isWorthAnotherTry(write: ForgeWrite): boolean {
  if (write.kind === "comment" || write.kind === "news") return write.nodeId !== undefined;
  return write.kind === "attach" || (write.kind === "detach" && write.names.length > 1);
}

/**
 * Returns the write without its stale ids.
 *
 * A comment becomes a new one. Labels are forgotten, so that they are looked up again, and detached one by
 * one.
 */
function afresh(context: Context, write: ForgeWrite): readonly ForgeWrite[] {
  if (write.kind === "comment" || write.kind === "news") return [{ ...write, nodeId: undefined }];
  if (write.kind !== "attach" && write.kind !== "detach") return [write];
  context.ids.forget(write.names);
  return write.kind === "attach" ? [write] : write.names.map((name) => ({ kind: "detach", names: [name] }));
}

interface Sent {
  readonly write: ForgeWrite;
  readonly field: MutationField;
}

async function toFields(
  context: Context,
  target: Target,
  options: { readonly batch: readonly ForgeWrite[]; readonly signal: AbortSignal },
): Promise<readonly Sent[]> {
  const { batch, signal } = options;
  const namesOf = (kind: "attach" | "detach") =>
    batch.flatMap((write) => write.kind === kind ? write.names : []);
  const attached = await resolveIds(context, namesOf("attach"), { create: true, signal });
  const detached = await resolveIds(context, namesOf("detach"), { create: false, signal });
  return batch.flatMap((write): readonly Sent[] => {
    const ids = write.kind === "attach"
      ? idsOf(write.names, attached)
      : write.kind === "detach"
      ? idsOf(write.names, detached)
      : [];
    const field = toField(target, { write, ids });
    return field === undefined ? [] : [{ write, field }];
  });
}

function idsOf(names: readonly string[], ids: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set(names.flatMap((name) => ids.get(name.toLowerCase()) ?? []))];
}

/** Returns the mutation for a write; undefined if it changes nothing. */
function toField(
  target: Target,
  { write, ids }: { readonly write: ForgeWrite; readonly ids: readonly string[] },
): MutationField | undefined {
  const labels = { labelableId: target.nodeId, labelIds: ids };
  const select = "clientMutationId";
  const changed = "labelable { ... on PullRequest { updatedAt } }";
  switch (write.kind) {
    case "attach":
      return ids.length === 0 ? undefined : { name: "addLabelsToLabelable", input: labels, select: changed };
    case "detach":
      return ids.length === 0
        ? undefined
        : { name: "removeLabelsFromLabelable", input: labels, select: changed };
    case "delete_definition":
      return { name: "deleteLabel", input: { id: write.nodeId }, select };
    case "delete_comment":
      return { name: "deleteIssueComment", input: { id: write.nodeId }, select };
    case "comment":
    case "news":
      return write.nodeId === undefined
        ? {
          name: "addComment",
          input: { subjectId: target.nodeId, body: write.body },
          select: "commentEdge { node { id } }",
        }
        : {
          name: "updateIssueComment",
          input: { id: write.nodeId, body: write.body },
          select: "issueComment { id }",
        };
    case "deployment_status":
      return { name: "createDeploymentStatus", input: toStatus(write), select };
  }
}

/** Returns the input of a status mutation. GitHub accepts a description of at most 140 characters. */
function toStatus(
  write: Extract<ForgeWrite, { kind: "deployment_status" }>,
): Readonly<Record<string, unknown>> {
  return {
    deploymentId: write.deployment,
    state: write.state.toUpperCase(),
    description: write.description.slice(0, 140),
    autoInactive: false,
    ...(write.url === undefined ? {} : { environmentUrl: write.url }),
    ...(write.logUrl === undefined ? {} : { logUrl: write.logUrl }),
  };
}

function commentId(payload: unknown): string | undefined {
  return textAt(payload, "commentEdge", "node", "id") ?? textAt(payload, "issueComment", "id");
}

/** Returns the time of change of a pull request whose labels a field has changed. */
function changeTime(payload: unknown): number | undefined {
  return instantAt(payload, "labelable", "updatedAt") || undefined;
}

/**
 * Returns the writes that a request in doubt has not done.
 *
 * A deployment status that GitHub has is left out. If GitHub has a comment, its id turns the write into an
 * edit.
 */
async function remainingWrites(
  context: Context,
  target: Target,
  options: { readonly batch: readonly ForgeWrite[]; readonly signal: AbortSignal },
): Promise<readonly ForgeWrite[]> {
  const { signal } = options;
  const left: ForgeWrite[] = [];
  for (const write of options.batch) {
    if (write.kind === "comment") {
      const start = (body: string) => body.startsWith(COMMENT_MARKER);
      left.push({ ...write, nodeId: await ownComment(context, target, { start, signal }) ?? write.nodeId });
    } else if (write.kind === "news") {
      // The first line says which news it tells, so a comment with the same line is this write's own.
      const [line = ""] = write.body.split("\n");
      const start = (body: string) => body.split(/\r?\n/)[0] === line;
      left.push({ ...write, nodeId: write.nodeId ?? await ownComment(context, target, { start, signal }) });
    } else if (write.kind !== "deployment_status" || !await hasStatus(context, write, signal)) {
      left.push(write);
    }
  }
  return left;
}

async function ownComment(
  context: Context,
  target: Target,
  { start, signal }: { readonly start: (body: string) => boolean; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const comments = await queryAllPages(context, {
    what: `Reading the comments of pull request #${target.number}`,
    path: ["pullRequest", "comments"],
    declare: "$pr: Int!",
    variables: { pr: target.number },
    select: `id pullRequest(number: $pr) { comments(first: 100, after: $after) {
      nodes { id body viewerDidAuthor } pageInfo { hasNextPage endCursor } } }`,
  }, signal);
  const own = comments.filter((one) => flagAt(one, "viewerDidAuthor") && start(textAt(one, "body") ?? ""));
  return textAt(own.at(-1), "id");
}

async function hasStatus(
  context: Context,
  write: Extract<ForgeWrite, { kind: "deployment_status" }>,
  signal: AbortSignal,
): Promise<boolean> {
  const answer = await context.client.graphql(
    "query ($id: ID!) { node(id: $id) { ... on Deployment { latestStatus { state environmentUrl } } } }",
    { what: "Reading a deployment's status", signal, variables: { id: write.deployment } },
  );
  const latest = valueAt(answer.data, "node", "latestStatus");
  return textAt(latest, "state") === write.state.toUpperCase() &&
    (textAt(latest, "environmentUrl") || undefined) === write.url;
}

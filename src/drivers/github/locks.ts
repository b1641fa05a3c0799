/**
 * Creates, reads, renews and deletes the label definition that is a lock.
 *
 * Creation goes over REST, whose 201 and 422 are a compare-and-set. Every change goes by node id.
 */

import type { LockRecord } from "../../environments/core/lock.ts";
import type { NewDefinition } from "../../environments/ports/forge.ts";
import { sameText, toLock } from "./convert.ts";
import { translateFailure } from "./errors.ts";
import { incompleteAnswer, listAt, numberAt, textAt } from "./json.ts";
import { mutate } from "./mutation.ts";
import type { Context } from "./repository.ts";
import { rightsOfRoute } from "./refusals.ts";

/** The new lock with its epoch, or the answer that a definition of that name exists. */
export type LockCreation =
  | { readonly kind: "created"; readonly nodeId: string; readonly epoch: number }
  | { readonly kind: "exists" };

/** Creates the lock's definition. If several runs do so at once, exactly one succeeds. */
export async function createLock(
  context: Context,
  definition: NewDefinition,
  signal: AbortSignal,
): Promise<LockCreation> {
  const { client, owner, name: repo } = context;
  const what = `Claiming "${definition.name}"`;
  const { name, color, description } = definition;
  const answer = await client.rest("POST /repos/{owner}/{repo}/labels", {
    what,
    signal,
    parameters: { owner, repo, name, color: color.toLowerCase(), description },
    answers: [422],
  });
  if (answer.status !== 422) return toCreation(answer.data) ?? { kind: "exists" };
  if (!listAt(answer.data, "errors").some((problem) => textAt(problem, "code") === "already_exists")) {
    throw translateFailure({ status: 422, response: answer }, {
      what,
      host: "",
      now: client.now(),
      rights: rightsOfRoute("POST /labels"),
    });
  }
  // The driver or the HTTP client may have sent the request twice: then the existing definition is this one.
  const { status, data } = await getLabel(context, name, signal);
  const isSame = status === 200 && (textAt(data, "description") ?? "") === description;
  return (isSame ? toCreation(data) : undefined) ?? { kind: "exists" };
}

/** Reads the lock's definition by name; empty if it does not exist. */
export async function readLock(
  context: Context,
  name: string,
  signal: AbortSignal,
): Promise<readonly LockRecord[]> {
  const { status, data } = await getLabel(context, name, signal);
  if (status !== 200) return [];
  const lock = toLock(data);
  if (lock === undefined) throw incompleteAnswer(`Reading the definition "${name}"`, "node_id");
  return [lock];
}

/** Returns the numeric ids by node id of every definition with this name. */
export async function lockNumbers(
  context: Context,
  name: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const numbers = new Map<string, number>();
  const { client, owner, name: repo } = context;
  const size = 100;
  const what = `Listing the label definitions of "${context.repo}"`;
  for (let page = 1, count = size; count === size; page++) {
    const { data } = await client.rest("GET /repos/{owner}/{repo}/labels", {
      what,
      signal,
      parameters: { owner, repo, per_page: size, page },
    });
    if (!Array.isArray(data)) throw incompleteAnswer(what, "labels");
    const labels: readonly unknown[] = data;
    for (const label of labels) {
      const nodeId = textAt(label, "node_id");
      const id = numberAt(label, "id");
      if (sameText(textAt(label, "name"), name) && nodeId !== undefined && id !== undefined) {
        numbers.set(nodeId, id);
      }
    }
    count = labels.length;
  }
  return numbers;
}

/** Rewrites the description of a lock; false if the definition no longer exists. */
export async function renewLock(
  context: Context,
  nodeId: string,
  options: { readonly description: string; readonly signal: AbortSignal },
): Promise<boolean> {
  const request = { what: "Renewing the lock", signal: options.signal };
  const input = { id: nodeId, description: options.description };
  const { issues } = await mutate(context, [{ name: "updateLabel", input, select: "label { id }" }], request);
  if (issues.some((issue) => issue.type !== "NOT_FOUND")) throw context.client.issueError(issues, request);
  return issues.length === 0;
}

/** Deletes one definition; false if it no longer exists. */
export async function deleteDefinition(
  context: Context,
  nodeId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const request = { what: "Deleting a label definition", signal };
  const { issues } = await mutate(context, [{
    name: "deleteLabel",
    input: { id: nodeId },
    select: "clientMutationId",
  }], request);
  if (issues.some((issue) => issue.type !== "NOT_FOUND")) throw context.client.issueError(issues, request);
  context.ids.forgetId(nodeId);
  return issues.length === 0;
}

async function getLabel(
  context: Context,
  name: string,
  signal: AbortSignal,
): Promise<{ status: number; data: unknown }> {
  return await context.client.rest("GET /repos/{owner}/{repo}/labels/{name}", {
    what: `Reading the definition "${name}"`,
    signal,
    parameters: { owner: context.owner, repo: context.name, name },
    answers: [404],
  });
}

function toCreation(label: unknown): LockCreation | undefined {
  const nodeId = textAt(label, "node_id");
  const epoch = numberAt(label, "id");
  return nodeId === undefined || epoch === undefined ? undefined : { kind: "created", nodeId, epoch };
}

/** Label definitions: reading them, making sure they exist, and finding their node ids. */

import type { LabelDefinition, NewDefinition } from "../../environments/ports/forge.ts";
import { DEFINITION, sameText, toDefinition } from "./convert.ts";
import { textAt, valueAt } from "./json.ts";
import { askAllPages, askRepository, chunk, type Context, repositoryId } from "./repository.ts";
import { mutate, type MutationField } from "./mutation.ts";

/** How many definitions one request creates or looks up. */
const PER_REQUEST = 50;
/** What GitHub itself gives a label that is first used on an issue. */
const GREY = "ededed";

export async function listDefinitions(
  context: Context,
  query: string,
  signal: AbortSignal,
): Promise<readonly LabelDefinition[]> {
  const nodes = await askAllPages(context, {
    what: `Listing label definitions of "${context.repo}"`,
    path: ["labels"],
    declare: "$query: String!",
    variables: { query },
    select:
      `id labels(query: $query, first: 100, after: $after) { nodes { ${DEFINITION} } pageInfo { hasNextPage endCursor } }`,
  }, signal);
  return nodes.flatMap((node) => toDefinition(node) ?? []);
}

export async function define(
  context: Context,
  definitions: readonly NewDefinition[],
  options: { readonly repair: boolean; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const { signal } = options;
  const wanted = [...new Map(definitions.map((one) => [one.name.toLowerCase(), one])).values()];
  if (!options.repair) {
    return await createDefinitions(
      context,
      wanted.filter((one) => context.ids.get(one.name) === undefined),
      signal,
    );
  }
  const existing = await findDefinitions(context, wanted.map((one) => one.name), signal);
  const isThere = (one: NewDefinition) => existing.get(one.name.toLowerCase());
  const created = await createDefinitions(
    context,
    wanted.filter((one) => isThere(one) === undefined),
    signal,
  );
  const late = wanted.filter((one) => isThere(one) === undefined && !created.includes(one.name));
  for (const one of late) {
    const found = await searchDefinition(context, one.name, signal);
    if (found !== undefined) existing.set(one.name.toLowerCase(), found);
  }
  const wrong = wanted.flatMap((one) => {
    const now = isThere(one);
    return now === undefined || isLike(now, one) ? [] : [{ wanted: one, nodeId: now.nodeId }];
  });
  for (const part of chunk(wrong, PER_REQUEST)) {
    const fields = part.map(({ wanted: { color, description }, nodeId }): MutationField => ({
      name: "updateLabel",
      input: { id: nodeId, color: color.toLowerCase(), description },
      select: "label { id }",
    }));
    const { issues } = await mutate(context, fields, { what: "Repairing label definitions", signal });
    if (issues.length > 0) {
      throw context.client.issueError(issues, { what: "Repairing label definitions", signal });
    }
  }
  return [...created, ...wrong.map((one) => one.wanted.name)];
}

/** Deletes definitions by node id; one that is gone already is as good as deleted. */
export async function deleteDefinitions(
  context: Context,
  nodeIds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const asking = { what: `Deleting label definitions of "${context.repo}"`, signal };
  for (const part of chunk(nodeIds, PER_REQUEST)) {
    const fields = part.map((id): MutationField => ({
      name: "deleteLabel",
      input: { id },
      select: "clientMutationId",
    }));
    const { issues } = await mutate(context, fields, asking);
    const bad = issues.filter((issue) => issue.type !== "NOT_FOUND");
    if (bad.length > 0) throw context.client.issueError(bad, asking);
    for (const id of part) context.ids.forgetId(id);
  }
}

/** Creates definitions and gives the names of those that were not there before. */
export async function createDefinitions(
  context: Context,
  definitions: readonly NewDefinition[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const created: string[] = [];
  if (definitions.length === 0) return created;
  const what = `Creating label definitions in "${context.repo}"`;
  const repository = await repositoryId(context, signal);
  for (const part of chunk(definitions, PER_REQUEST)) {
    const fields = part.map(({ name, color, description }): MutationField => ({
      name: "createLabel",
      input: { repositoryId: repository, name, color: color.toLowerCase(), description },
      select: "label { id name }",
    }));
    const answer = await mutate(context, fields, { what, signal });
    const bad = answer.issues.filter((issue) => !isTaken(issue.message));
    if (bad.length > 0) throw context.client.issueError(bad, { what, signal });
    answer.fields.forEach((field, index) => {
      const id = textAt(field, "label", "id");
      const name = part[index]?.name;
      if (id === undefined || name === undefined) return;
      context.ids.remember(name, id);
      created.push(name);
    });
  }
  return created;
}

/**
 * Node ids of labels by lower-case name: known ones, else looked up, and with `create` made in grey as GitHub
 * does for a label that is first used. Without `create` a name that has no definition is missing from the answer.
 */
export async function resolveIds(
  context: Context,
  names: readonly string[],
  options: { readonly create: boolean; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, string>> {
  const { signal } = options;
  const unknown = () => names.filter((name) => context.ids.get(name) === undefined);
  if (unknown().length > 0) await findDefinitions(context, unknown(), signal);
  if (options.create && unknown().length > 0) {
    await createDefinitions(
      context,
      unknown().map((name) => ({ name, color: GREY, description: "" })),
      signal,
    );
  }
  // Still unknown: it exists with other letter case, which the look-up by name does not find.
  for (const name of options.create ? unknown() : []) await searchDefinition(context, name, signal);
  return new Map(names.flatMap((name) => {
    const id = context.ids.get(name);
    return id === undefined ? [] : [[name.toLowerCase(), id] as const];
  }));
}

/** Definitions by lower-case name, looked up by their exact names, letter case included. */
async function findDefinitions(
  context: Context,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, LabelDefinition>> {
  const found = new Map<string, LabelDefinition>();
  for (const part of chunk(names, PER_REQUEST)) {
    const { repository } = await askRepository(context, {
      what: `Looking up label definitions of "${context.repo}"`,
      declare: part.map((_, index) => `$l${index}: String!`).join(", "),
      variables: Object.fromEntries(part.map((name, index) => [`l${index}`, name])),
      select: "id " +
        part.map((_, index) => `l${index}: label(name: $l${index}) { id name color description }`).join(" "),
      tolerate: (issue) => issue.type === "NOT_FOUND",
    }, signal);
    for (const index of part.keys()) {
      const definition = keep(context, toDefinition(valueAt(repository, `l${index}`)));
      if (definition !== undefined) found.set(definition.name.toLowerCase(), definition);
    }
  }
  return found;
}

async function searchDefinition(
  context: Context,
  name: string,
  signal: AbortSignal,
): Promise<LabelDefinition | undefined> {
  const definitions = await listDefinitions(context, name, signal);
  return keep(context, definitions.find((one) => sameText(one.name, name)));
}

function keep(context: Context, definition: LabelDefinition | undefined): LabelDefinition | undefined {
  if (definition !== undefined) context.ids.remember(definition.name, definition.nodeId);
  return definition;
}

function isLike(now: LabelDefinition, wanted: NewDefinition): boolean {
  return sameText(now.color, wanted.color) && now.description === wanted.description;
}

/** GitHub's words for a name that exists already: REST has a code for it, GraphQL only the sentence. */
function isTaken(message: string): boolean {
  return /already[_ ](been taken|exists?)/i.test(message);
}

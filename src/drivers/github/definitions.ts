/** Reads, creates, repairs and deletes label definitions, and finds their node ids. */

import type { LabelDefinition, NewDefinition } from "../../environments/ports/forge.ts";
import { DEFINITION, sameText, toBareDefinition, toDefinition } from "./convert.ts";
import { textAt, valueAt } from "./json.ts";
import { chunk, type Context, queryAllPages, queryRepository, repositoryId } from "./repository.ts";
import { mutate, type MutationField } from "./mutation.ts";

/** The number of definitions that one request creates or looks up. */
const PER_REQUEST = 50;
/** The colour that GitHub gives a label without a definition when it is attached over REST. */
const GREY = "ededed";

/** Lists the definitions whose name or description contains `query`. */
export async function listDefinitions(
  context: Context,
  query: string,
  signal: AbortSignal,
): Promise<readonly LabelDefinition[]> {
  const what = `Listing label definitions of "${context.repo}"`;
  const nodes = await queryAllPages(context, {
    what,
    path: ["labels"],
    declare: "$query: String!",
    variables: { query },
    select:
      `id labels(query: $query, first: 100, after: $after) { nodes { ${DEFINITION} } pageInfo { hasNextPage endCursor } }`,
  }, signal);
  return nodes.map((value) => toDefinition({ value, what }));
}

/** Creates missing definitions and, with `repair`, corrects existing ones. Returns the names of both. */
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
  const existingOf = (one: NewDefinition) => existing.get(one.name.toLowerCase());
  const created = await createDefinitions(
    context,
    wanted.filter((one) => existingOf(one) === undefined),
    signal,
  );
  const late = wanted.filter((one) => existingOf(one) === undefined && !created.includes(one.name));
  for (const one of late) {
    const found = await searchDefinition(context, one.name, signal);
    if (found !== undefined) existing.set(one.name.toLowerCase(), found);
  }
  const wrong = wanted.flatMap((one) => {
    const now = existingOf(one);
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

/** Deletes definitions by node id. A definition that no longer exists counts as deleted. */
export async function deleteDefinitions(
  context: Context,
  nodeIds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const request = { what: `Deleting label definitions of "${context.repo}"`, signal };
  for (const part of chunk(nodeIds, PER_REQUEST)) {
    const fields = part.map((id): MutationField => ({
      name: "deleteLabel",
      input: { id },
      select: "clientMutationId",
    }));
    const { issues } = await mutate(context, fields, request);
    const bad = issues.filter((issue) => issue.type !== "NOT_FOUND");
    if (bad.length > 0) throw context.client.issueError(bad, request);
    for (const id of part) context.ids.forgetId(id);
  }
}

/** Creates definitions and returns the names of those that did not exist before. */
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
 * Returns the node ids of labels by lower-case name, and looks up those that are not known yet.
 *
 * With `create` a missing definition is created in grey, as GitHub does when an unknown label is attached.
 * Without it the name is left out.
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
  // GitHub refused to create these: they exist in another letter case, which a look-up by name misses.
  for (const name of options.create ? unknown() : []) await searchDefinition(context, name, signal);
  return new Map(names.flatMap((name) => {
    const id = context.ids.get(name);
    return id === undefined ? [] : [[name.toLowerCase(), id] as const];
  }));
}

/** Looks up definitions by their exact names, letter case included, and returns them by lower-case name. */
async function findDefinitions(
  context: Context,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, LabelDefinition>> {
  const found = new Map<string, LabelDefinition>();
  for (const part of chunk(names, PER_REQUEST)) {
    const { repository } = await queryRepository(context, {
      what: `Looking up label definitions of "${context.repo}"`,
      declare: part.map((_, index) => `$l${index}: String!`).join(", "),
      variables: Object.fromEntries(part.map((name, index) => [`l${index}`, name])),
      select: "id " +
        part.map((_, index) => `l${index}: label(name: $l${index}) { id name color description }`).join(" "),
      tolerate: (issue) => issue.type === "NOT_FOUND",
    }, signal);
    for (const index of part.keys()) {
      const definition = keep(context, toBareDefinition(valueAt(repository, `l${index}`)));
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

/** Whether GraphQL refused a name that exists already. Only the message says so; REST has a code for it. */
function isTaken(message: string): boolean {
  return /already[_ ](been taken|exists?)/i.test(message);
}

import { ApiError, notFound, validationFailed } from "../api_error.ts";
import { AUTO_COLOR, colorProblem, descriptionProblem, LABEL_LIMITS, nameProblem } from "./label_rules.ts";
import type { Definition, NewTimelineEvent, Pull } from "./records.ts";
import type { World } from "./world.ts";

/** The fields of a label's definition that a request sets. */
export interface DefinitionInput {
  readonly name?: string | undefined;
  readonly color?: string | undefined;
  readonly description?: string | null | undefined;
}

/**
 * Returns the definition of that name in any letter case. If a race has made two, it returns the older one.
 */
export function findDefinition(world: World, name: string): Definition | undefined {
  return world.definitions.by("name", name.trim().toLowerCase()).toSorted((a, b) => a.id - b.id)[0];
}

/** Returns the definitions of a pull request's labels. */
export function labelsOf(world: World, pull: Pull): readonly Definition[] {
  return pull.labels.flatMap((id) => {
    const definition = world.definitions.get(id);
    return definition === undefined ? [] : [definition];
  });
}

function check(input: DefinitionInput): void {
  const problems = [
    input.name === undefined ? undefined : nameProblem(input.name),
    input.color === undefined ? undefined : colorProblem(input.color),
    typeof input.description === "string" ? descriptionProblem(input.description) : undefined,
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) throw validationFailed(...problems);
}

function taken(): ApiError {
  return validationFailed({ resource: "Label", code: "already_exists", field: "name" });
}

/**
 * Creates a definition. Throws 422 if the name is taken, unless `duplicate` plays the race that creates two
 * of one name.
 */
export function define(
  world: World,
  input: DefinitionInput & { readonly name: string },
  options: { readonly duplicate?: boolean } = {},
): Definition {
  check(input);
  if (options.duplicate !== true && findDefinition(world, input.name) !== undefined) throw taken();
  const definition: Definition = {
    id: world.nextId(),
    name: input.name.trim(),
    color: input.color ?? AUTO_COLOR,
    description: input.description ?? null,
    createdAt: world.now(),
  };
  world.definitions.put(definition.id, definition);
  return definition;
}

/** Changes a definition, which keeps its id. Throws 422 if another definition has the new name. */
export function redefine(
  world: World,
  definition: Definition,
  options: { readonly input: DefinitionInput },
): Definition {
  const { input } = options;
  check(input);
  const name = input.name?.trim() ?? definition.name;
  const other = findDefinition(world, name);
  const renamed = name.toLowerCase() !== definition.name.toLowerCase();
  if (renamed && other !== undefined && other.id !== definition.id) throw taken();
  const next: Definition = {
    ...definition,
    name,
    color: input.color ?? definition.color,
    description: input.description === undefined ? definition.description : input.description,
  };
  world.definitions.put(next.id, next);
  return next;
}

/** Deletes a definition, and removes its label from every pull request. */
export function undefine(world: World, definition: Definition): void {
  for (const pull of world.pulls.by("label", definition.id)) {
    world.change(pull, { labels: pull.labels.filter((id) => id !== definition.id) });
  }
  world.definitions.put(definition.id, undefined);
}

function events(
  world: World,
  kind: "labeled" | "unlabeled",
  options: { readonly definitions: readonly Definition[]; readonly actor: string },
): NewTimelineEvent[] {
  return options.definitions.map((label) => ({ kind, label, actor: options.actor, at: world.now() }));
}

/** Adds labels by their definitions. A label that the pull request has already stays as it is. */
export function attach(
  world: World,
  pull: Pull,
  options: { readonly definitions: readonly Definition[]; readonly actor: string },
): Pull {
  const asked = [...new Set(options.definitions)];
  if (pull.labels.length + asked.length > LABEL_LIMITS.perIssue) {
    throw new ApiError("unprocessable", `Issues cannot have more than ${LABEL_LIMITS.perIssue} labels`);
  }
  const fresh = asked.filter(({ id }) => !pull.labels.includes(id));
  if (fresh.length === 0) return pull;
  const labels = [...pull.labels, ...fresh.map(({ id }) => id)].sort((a, b) => a - b);
  return world.change(pull, { labels, events: events(world, "labeled", { ...options, definitions: fresh }) });
}

/** Adds labels by name. A name without a definition gets a grey one without a description, as on GitHub. */
export function attachNames(
  world: World,
  pull: Pull,
  options: { readonly names: readonly string[]; readonly actor: string },
): Pull {
  for (const name of options.names) {
    const problem = nameProblem(name);
    if (problem?.message?.includes("too long")) {
      throw validationFailed({ value: name, resource: "Label", field: "name", code: "invalid" });
    }
    if (problem !== undefined) throw validationFailed(problem);
  }
  const names = [...new Map(options.names.map((name) => [name.trim().toLowerCase(), name])).values()];
  if (pull.labels.length + names.length > LABEL_LIMITS.perIssue) {
    throw new ApiError("unprocessable", `Issues cannot have more than ${LABEL_LIMITS.perIssue} labels`);
  }
  const definitions = names.map((name) => findDefinition(world, name) ?? define(world, { name }));
  return attach(world, pull, { definitions, actor: options.actor });
}

/** Removes labels. A label that the pull request does not have is skipped. */
export function detach(
  world: World,
  pull: Pull,
  options: { readonly definitions: readonly Definition[]; readonly actor: string },
): Pull {
  const gone = [...new Set(options.definitions)].filter(({ id }) => pull.labels.includes(id));
  if (gone.length === 0) return pull;
  const labels = pull.labels.filter((id) => !gone.some((definition) => definition.id === id));
  return world.change(pull, {
    labels,
    events: events(world, "unlabeled", { ...options, definitions: gone }),
  });
}

/**
 * Removes one label by name. Throws 404 if the pull request does not have the label, even if it is defined.
 */
export function detachName(
  world: World,
  pull: Pull,
  options: { readonly name: string; readonly actor: string },
): Pull {
  const wanted = options.name.trim().toLowerCase();
  const definition = labelsOf(world, pull).find(({ name }) => name.toLowerCase() === wanted);
  if (definition === undefined) throw notFound("Label does not exist");
  return detach(world, pull, { definitions: [definition], actor: options.actor });
}

/** Replaces all labels of a pull request, including those that other people added. */
export function replace(
  world: World,
  pull: Pull,
  options: { readonly names: readonly string[]; readonly actor: string },
): Pull {
  const wanted = new Set(options.names.map((name) => name.trim().toLowerCase()));
  if (wanted.size > LABEL_LIMITS.perIssue) {
    throw new ApiError("unprocessable", `Issues cannot have more than ${LABEL_LIMITS.perIssue} labels`);
  }
  const current = labelsOf(world, pull);
  const gone = current.filter(({ name }) => !wanted.has(name.toLowerCase()));
  const fresh = options.names.filter((name) =>
    !current.some((label) => label.name.toLowerCase() === name.trim().toLowerCase())
  );
  const rest = detach(world, pull, { definitions: gone, actor: options.actor });
  return attachNames(world, rest, { names: fresh, actor: options.actor });
}

import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { type AppError, usageError } from "../../../lib/errors.ts";
import { isRecord, shapeProblems } from "./template_shape.ts";

/** A task definition that a team provides. Showtime's own settings override it. */
export type TaskDefinitionTemplate = Partial<RegisterTaskDefinitionCommandInput> & {
  readonly containerDefinitions: NonNullable<RegisterTaskDefinitionCommandInput["containerDefinitions"]>;
};

/**
 * The keys of an exported task definition that RegisterTaskDefinition does not accept, and the tags, which
 * Showtime writes itself.
 */
const READ_ONLY = [
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "registeredBy",
  "deregisteredAt",
  "deleteRequestedAt",
  "tags",
];

/** The number of problems of a file that one message names. */
const PROBLEMS = 5;

/**
 * Reads a task definition template: a file for RegisterTaskDefinition, or an export by the AWS Console or by
 * `aws ecs describe-task-definition`. A null anywhere in the file counts as not set. Throws AppError
 * `bad_task_definition` (exit code 2) if the text is not JSON, lacks `container`, has a value of a wrong type,
 * or has a key that RegisterTaskDefinition does not know.
 */
export function readTemplate(
  text: string,
  { path, container }: { readonly path: string; readonly container: string },
): TaskDefinitionTemplate {
  const wrong = (state: string, hint: string): AppError =>
    usageError("bad_task_definition", `Reading the task definition "${path}": ${state}`, hint);
  const parsed = withoutNulls(parseJson(text, wrong));
  const whole = isRecord(parsed) && isRecord(parsed["taskDefinition"]) ? parsed["taskDefinition"] : parsed;
  if (!isRecord(whole)) {
    throw wrong("it is not a JSON object", "Write an object that has containerDefinitions");
  }
  const kept = Object.fromEntries(Object.entries(whole).filter(([key]) => !READ_ONLY.includes(key)));
  const problems = shapeProblems(kept);
  const [first] = problems;
  if (first !== undefined) {
    const more = problems.length - PROBLEMS;
    const states = problems.slice(0, PROBLEMS).map(({ state }) => state).join("; ");
    throw wrong(more > 0 ? `${states}; and ${more} more` : states, first.hint);
  }
  if (kept["containerDefinitions"] === undefined) {
    throw wrong("it has no containerDefinitions list", `Add one with the container "${container}"`);
  }
  const template = inCapitals(kept as TaskDefinitionTemplate);
  const names = template.containerDefinitions.map(({ name = "" }) => name);
  if (!names.includes(container)) {
    throw wrong(
      `it has no container "${container}"${
        names.length === 0 ? "" : ` (it has ${names.map((name) => `"${name}"`).join(", ")})`
      }`,
      "Set ecs.container to the name of the application's container, or rename the container",
    );
  }
  for (const { name = "", environment = [], secrets = [] } of template.containerDefinitions) {
    const both = secrets.find((secret) => environment.some((variable) => variable.name === secret.name));
    if (both === undefined) continue;
    throw wrong(
      `the container "${name}" has "${both.name}" both in environment and in secrets, which ECS refuses`,
      "Remove one of the two",
    );
  }
  return template;
}

/** Writes architecture and system as ECS takes them: the console shows people `Linux/Arm64`. */
function inCapitals({ runtimePlatform, ...template }: TaskDefinitionTemplate): TaskDefinitionTemplate {
  if (runtimePlatform === undefined) return template;
  const values = Object.entries(runtimePlatform).map(([key, value]) => [key, String(value).toUpperCase()]);
  return { ...template, runtimePlatform: Object.fromEntries(values) };
}

function parseJson(text: string, wrong: (state: string, hint: string) => AppError): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw wrong(
      `it is not JSON (${error instanceof Error ? error.message : String(error)})`,
      "Fix the file: `aws ecs describe-task-definition --output json` prints this form",
    );
  }
}

/**
 * Removes every null: entries of lists, and keys of objects. A list or an object that had nothing but nulls
 * counts as not set too. An entry of `environment`, `environmentFiles` or `secrets` that lost a part is
 * removed, since it sets nothing.
 */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    const kept = value.map(withoutNulls).filter((each) => each !== undefined);
    return kept.length === 0 && value.length > 0 ? undefined : kept;
  }
  if (!isRecord(value)) return value ?? undefined;
  const entries = Object.entries(value);
  const kept = entries.flatMap(([key, each]): [string, unknown][] => {
    const inner = PAIRS.includes(key) && Array.isArray(each) ? each.filter(isWholePair) : each;
    const left = withoutNulls(inner);
    return left === undefined ? [] : [[key, left]];
  });
  return kept.length === 0 && entries.length > 0 ? undefined : Object.fromEntries(kept);
}

/** The lists of a container whose entries mean something only with all their parts. */
const PAIRS = ["environment", "environmentFiles", "secrets", "secretOptions"];

function isWholePair(pair: unknown): boolean {
  return !isRecord(pair) || Object.values(pair).every((part) => part !== null);
}

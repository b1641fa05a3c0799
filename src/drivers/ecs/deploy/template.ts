import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { AppError, usageError } from "../../../lib/errors.ts";
import { nearest } from "../../../lib/nearest.ts";

/** A task definition that a team provides. Showtime's own settings override it. */
export type TaskDefinitionTemplate = Partial<RegisterTaskDefinitionCommandInput> & {
  readonly containerDefinitions: NonNullable<RegisterTaskDefinitionCommandInput["containerDefinitions"]>;
};

/** Keys that `aws ecs describe-task-definition` prints and RegisterTaskDefinition does not accept. */
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
const KNOWN = [
  "family",
  "taskRoleArn",
  "executionRoleArn",
  "networkMode",
  "containerDefinitions",
  "volumes",
  "placementConstraints",
  "requiresCompatibilities",
  "cpu",
  "memory",
  "pidMode",
  "ipcMode",
  "proxyConfiguration",
  "inferenceAccelerators",
  "ephemeralStorage",
  "runtimePlatform",
  "enableFaultInjection",
];

/**
 * Reads a task definition template: a file for RegisterTaskDefinition, or the output of
 * `describe-task-definition`. Throws AppError `bad_task_definition` (exit code 2) if the text is not JSON,
 * lacks `container`, or has a key that RegisterTaskDefinition does not know.
 */
export function readTemplate(
  text: string,
  { path, container }: { readonly path: string; readonly container: string },
): TaskDefinitionTemplate {
  const wrong = (state: string, hint: string): AppError =>
    usageError("bad_task_definition", `Reading the task definition "${path}": ${state}`, hint);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw wrong(
      `it is not JSON (${error instanceof Error ? error.message : String(error)})`,
      "Fix the file",
    );
  }
  const whole = isRecord(parsed) && isRecord(parsed["taskDefinition"]) ? parsed["taskDefinition"] : parsed;
  if (!isRecord(whole)) {
    throw wrong("it is not a JSON object", "Write an object that has containerDefinitions");
  }
  const unknown = Object.keys(whole).find((key) => !KNOWN.includes(key) && !READ_ONLY.includes(key));
  if (unknown !== undefined) {
    const near = nearest(unknown, KNOWN);
    throw wrong(
      `it has the key "${unknown}", which ECS does not know`,
      near === undefined ? "Remove the key" : `Did you mean "${near}"?`,
    );
  }
  const containers = whole["containerDefinitions"];
  if (!Array.isArray(containers) || !containers.every(isRecord)) {
    throw wrong("it has no containerDefinitions list", `Add one with the container "${container}"`);
  }
  const names = containers.map((each) => String(each["name"] ?? ""));
  if (!names.includes(container)) {
    throw wrong(
      `it has no container "${container}"${
        names.length === 0 ? "" : ` (it has ${names.map((name) => `"${name}"`).join(", ")})`
      }`,
      "Set ecs.container to the name of the application's container, or rename the container",
    );
  }
  const kept = Object.entries(whole).filter(([key]) => !READ_ONLY.includes(key));
  return { ...Object.fromEntries(kept), containerDefinitions: containers } as TaskDefinitionTemplate;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

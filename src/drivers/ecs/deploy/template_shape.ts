import { nearest } from "../../../lib/nearest.ts";
import { quote } from "../../../lib/quote.ts";

/** The type that ECS expects of a value in a task definition. */
type Shape =
  | "text"
  | "number"
  | "text or number"
  | "boolean"
  | { readonly list: Shape }
  | { readonly fields: Fields }
  /** An object whose keys the author of the file chooses. */
  | { readonly map: Shape }
  /** An object that is passed on as it is. */
  | "object";
type Fields = Readonly<Record<string, Shape>>;

const TEXTS: Shape = { list: "text" };
const OBJECTS: Shape = { list: "object" };
const SECRETS: Shape = { list: { fields: { name: "text", valueFrom: "text" } } };

const CONTAINER: Fields = {
  name: "text",
  image: "text",
  repositoryCredentials: "object",
  cpu: "number",
  memory: "number",
  memoryReservation: "number",
  links: TEXTS,
  portMappings: {
    list: {
      fields: {
        containerPort: "number",
        hostPort: "number",
        protocol: "text",
        name: "text",
        appProtocol: "text",
        containerPortRange: "text",
      },
    },
  },
  essential: "boolean",
  restartPolicy: "object",
  entryPoint: TEXTS,
  command: TEXTS,
  environment: { list: { fields: { name: "text", value: "text" } } },
  environmentFiles: { list: { fields: { value: "text", type: "text" } } },
  mountPoints: OBJECTS,
  volumesFrom: OBJECTS,
  linuxParameters: "object",
  secrets: SECRETS,
  dependsOn: { list: { fields: { containerName: "text", condition: "text" } } },
  startTimeout: "number",
  stopTimeout: "number",
  versionConsistency: "text",
  hostname: "text",
  user: "text",
  workingDirectory: "text",
  disableNetworking: "boolean",
  privileged: "boolean",
  readonlyRootFilesystem: "boolean",
  dnsServers: TEXTS,
  dnsSearchDomains: TEXTS,
  extraHosts: OBJECTS,
  dockerSecurityOptions: TEXTS,
  interactive: "boolean",
  pseudoTerminal: "boolean",
  dockerLabels: { map: "text" },
  ulimits: OBJECTS,
  logConfiguration: {
    fields: { logDriver: "text", options: { map: "text" }, secretOptions: SECRETS },
  },
  healthCheck: {
    fields: {
      command: TEXTS,
      interval: "number",
      timeout: "number",
      retries: "number",
      startPeriod: "number",
    },
  },
  systemControls: OBJECTS,
  resourceRequirements: OBJECTS,
  firelensConfiguration: "object",
  credentialSpecs: TEXTS,
};

/** The fields that RegisterTaskDefinition takes, apart from tags, which Showtime writes itself. */
const DEFINITION: Fields = {
  family: "text",
  taskRoleArn: "text",
  executionRoleArn: "text",
  networkMode: "text",
  containerDefinitions: { list: { fields: CONTAINER } },
  volumes: OBJECTS,
  placementConstraints: OBJECTS,
  requiresCompatibilities: TEXTS,
  cpu: "text or number",
  memory: "text or number",
  pidMode: "text",
  ipcMode: "text",
  proxyConfiguration: "object",
  inferenceAccelerators: OBJECTS,
  ephemeralStorage: { fields: { sizeInGiB: "number" } },
  runtimePlatform: { fields: { cpuArchitecture: "text", operatingSystemFamily: "text" } },
  enableFaultInjection: "boolean",
};

/** A difference between a file and the form that ECS takes. */
export interface ShapeProblem {
  /** Such as `containerDefinitions[0].healthCheck.retries`. */
  readonly path: string;
  /** The difference, as the second half of a sentence. */
  readonly state: string;
  readonly hint: string;
}

/** Finds the values of a task definition with a type that ECS refuses, and the keys that ECS does not know. */
export function shapeProblems(definition: unknown): readonly ShapeProblem[] {
  return [...problemsOf(definition, { shape: { fields: DEFINITION }, path: "" })];
}

function* problemsOf(
  value: unknown,
  { shape, path }: { readonly shape: Shape; readonly path: string },
): Generator<ShapeProblem> {
  const expected = describeShape(shape);
  if (!fits(value, shape)) {
    yield {
      path,
      state: `expected ${expected} at ${path || "the top"}, found ${found(value)}`,
      hint: `Write ${expected} there, or remove the key`,
    };
    return;
  }
  if (typeof shape === "string") return;
  if ("list" in shape && Array.isArray(value)) {
    for (const [index, each] of value.entries()) {
      yield* problemsOf(each, { shape: shape.list, path: `${path}[${index}]` });
    }
  }
  if (!isRecord(value)) return;
  for (const [key, each] of Object.entries(value)) {
    const at = path === "" ? key : `${path}.${key}`;
    if ("map" in shape) yield* problemsOf(each, { shape: shape.map, path: at });
    if (!("fields" in shape)) continue;
    const inner = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    if (inner !== undefined) {
      yield* problemsOf(each, { shape: inner, path: at });
      continue;
    }
    const near = nearest(key, Object.keys(shape.fields));
    yield {
      path: at,
      state: `ECS does not know the key "${key}"${path === "" ? "" : ` in ${path}`}`,
      hint: near === undefined ? `Remove the key "${key}"` : `Did you mean "${near}"?`,
    };
  }
}

function fits(value: unknown, shape: Shape): boolean {
  switch (shape) {
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "text or number":
      return typeof value === "string" || typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "object":
      return isRecord(value);
    default:
      return "list" in shape ? Array.isArray(value) : isRecord(value);
  }
}

function describeShape(shape: Shape): string {
  switch (shape) {
    case "text":
      return "text in quotes";
    case "number":
      return "a number without quotes";
    case "text or number":
      return "text or a number";
    case "boolean":
      return "true or false without quotes";
    case "object":
      return "an object";
    default:
      return "list" in shape ? "a list" : "an object";
  }
}

function found(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isRecord(value)) return "an object";
  return typeof value === "string" ? quote(value) : String(value);
}

/** Whether a value is an object that is not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

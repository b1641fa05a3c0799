/** The description of the interface in OpenAPI's form, which `GET /api/v1/openapi.json` serves. */

type JsonMap = Readonly<Record<string, unknown>>;

const text = { type: "string" } as const;
const orNull = (type: "string" | "integer") => ({ type: [type, "null"] }) as const;
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` }) as const;
const listOf = (items: JsonMap) => ({ type: "array", items }) as const;

/** An object that has every property, and no other one unless `open`. */
function object(properties: JsonMap, { optional = [], open = false }: {
  readonly optional?: readonly string[];
  readonly open?: boolean;
} = {}): JsonMap {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required, additionalProperties: open };
}

const STATES = [
  ...["queued", "running", "cancelling", "passed", "failed", "timed_out", "cancelled", "lost", "handed_over"],
];
const STATUSES = ["running", "passed", "failed", "timed_out", "cancelled", "skipped"];

const SCHEMAS: JsonMap = {
  Error: object({
    error: object({ code: text, message: text, hint: text, retryable: { type: "boolean" } }, {
      optional: ["hint"],
    }),
  }),
  Build: object({
    id: text,
    pipeline: text,
    state: { enum: STATES },
    reason: orNull("string"),
    trace_id: text,
    ref: orNull("string"),
    sha: orNull("string"),
    pr: orNull("integer"),
    cause: object({ kind: text, by: orNull("string"), rerun_of: orNull("string") }),
    attempt: { type: "integer" },
    worker: orNull("string"),
    worker_tags: listOf(text),
    queued_at: text,
    started_at: orNull("string"),
    ended_at: orNull("string"),
    exit_code: orNull("integer"),
    url: orNull("string"),
    steps: listOf(ref("Step")),
    warnings: listOf(text),
  }, { optional: ["steps", "warnings"] }),
  Step: object({
    id: text,
    name: text,
    path: text,
    kind: text,
    status: { enum: STATUSES },
    reason: orNull("string"),
    exit_code: orNull("integer"),
    started_at: orNull("string"),
    duration_ms: { type: ["number", "null"] },
    lines: { type: "integer" },
    steps: listOf(ref("Step")),
  }),
  Builds: object({ builds: listOf(ref("Build")), next: orNull("string") }),
  Workers: object({
    workers: listOf(object({ name: text, tags: listOf(text), seen_at: text, build: orNull("string") })),
  }),
  Environments: object({ environments: listOf({ type: "object" }), incomplete: listOf(text) }),
  Triggered: object({
    queued: { type: "boolean" },
    build: orNull("string"),
    trace_id: orNull("string"),
    reason: orNull("string"),
  }),
  Hook: object({
    queued: { type: "boolean" },
    syncs: { type: "boolean" },
    builds: listOf(object({ id: text, pipeline: text })),
    repeated: { type: "boolean" },
    reasons: { type: "object", additionalProperties: text },
  }),
  Pipelines: { type: "object", additionalProperties: { type: "object" } },
  Claim: object({
    build: text,
    attempt: { type: "integer" },
    lease_seconds: { type: "integer" },
    job: { type: "object" },
  }),
  OlderJob: object({
    name: text,
    "schedule-time": text,
    env: { type: "object", additionalProperties: text },
    pipeline: { type: "object" },
    "changed-refs": listOf(text),
    otel: { type: "object", additionalProperties: text },
  }),
  Heartbeat: object({ cancel: { type: "boolean" } }),
  Kept: object({ kept: { type: "integer" } }),
  Reloaded: object({ pipelines: listOf(text) }),
  Health: object({ ok: { const: true } }),
};

/** An operation: who may do it, what it answers, and its parameters in the query. */
interface Operation {
  readonly summary: string;
  /** The role that a key needs; undefined for everyone. */
  readonly role: "read" | "trigger" | "worker" | "admin" | undefined;
  /** The schema of a JSON answer by status, or a content type; undefined for an answer without a body. */
  readonly answers: Readonly<Record<string, string | undefined>>;
  readonly query?: readonly string[];
  /** The properties of the body. */
  readonly body?: JsonMap;
}

const attempt = { attempt: { type: "integer" } };

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "post /webhook": {
    summary: "Queue a build of a pipeline",
    role: "trigger",
    answers: { 200: "Triggered" },
    query: ["pipeline", "ref", "changed-refs", "tags"],
  },
  "post /hooks/github": {
    summary: "Receive a hook of GitHub, signed in X-Hub-Signature-256",
    role: undefined,
    answers: { 200: "Hook" },
  },
  "get /pipelines": { summary: "The pipelines file", role: "read", answers: { 200: "Pipelines" } },
  "post /dequeue": {
    summary: "Hand a build to a worker of bass",
    role: "worker",
    answers: { 200: "OlderJob", 204: undefined },
    body: { tags: listOf(text) },
  },
  "get /healthz": {
    summary: "Whether the server and its store answer",
    role: undefined,
    answers: { 200: "Health" },
  },
  "get /metrics": { summary: "Figures for Prometheus", role: "read", answers: { 200: "text/plain" } },
  "get /api/v1/openapi.json": {
    summary: "This description",
    role: undefined,
    answers: { 200: "application/json" },
  },
  "get /api/v1/builds": {
    summary: "Builds, newest first",
    role: "read",
    answers: { 200: "Builds" },
    query: ["pipeline", "state", "limit", "after"],
  },
  "post /api/v1/builds": {
    summary: "Queue a build of a pipeline, of any ref and with variables",
    role: "trigger",
    answers: { 201: "Build" },
    body: { pipeline: text, ref: text, env: { type: "object", additionalProperties: text } },
  },
  "get /api/v1/builds/{id}": { summary: "A build with its steps", role: "read", answers: { 200: "Build" } },
  "get /api/v1/builds/{id}/log": {
    summary: "The output of the newest attempt",
    role: "read",
    answers: { 200: "text/plain" },
  },
  "get /api/v1/builds/{id}/events": {
    summary: "Every event as it happens; goes on after Last-Event-ID",
    role: "read",
    answers: { 200: "text/event-stream" },
    query: ["after"],
  },
  "post /api/v1/builds/{id}/cancel": {
    summary: "Cancel a build",
    role: "trigger",
    answers: { 200: "Build" },
  },
  "post /api/v1/builds/{id}/rerun": {
    summary: "Build the same commit again",
    role: "trigger",
    answers: { 201: "Build" },
  },
  "get /api/v1/queue": {
    summary: "Builds that wait, oldest first",
    role: "read",
    answers: { 200: "Builds" },
    query: ["limit", "after"],
  },
  "get /api/v1/workers": {
    summary: "Workers that have asked for builds",
    role: "read",
    answers: { 200: "Workers" },
  },
  "get /api/v1/environments": {
    summary: "Environments of the listed repositories, as `showtime list --json` prints them",
    role: "read",
    answers: { 200: "Environments" },
  },
  "post /api/v1/reload": { summary: "Read the files again", role: "admin", answers: { 200: "Reloaded" } },
  "post /api/v1/claim": {
    summary: "Claim a build, and wait for one up to wait_ms (30 s)",
    role: "worker",
    answers: { 200: "Claim", 204: undefined },
    body: { worker: text, tags: listOf(text), wait_ms: { type: "integer" } },
  },
  "post /api/v1/builds/{id}/heartbeat": {
    summary: "Renew the lease, and wait for a cancellation up to wait_ms",
    role: "worker",
    answers: { 200: "Heartbeat" },
    body: { ...attempt, wait_ms: { type: "integer" } },
  },
  "post /api/v1/builds/{id}/events": {
    summary: "Keep events; `from` is the number of those before them",
    role: "worker",
    answers: { 200: "Kept" },
    body: { ...attempt, from: { type: "integer" }, sha: text, events: listOf({ type: "object" }) },
  },
  "post /api/v1/builds/{id}/finish": {
    summary: "End the attempt, or give the build back",
    role: "worker",
    answers: { 200: "Build" },
    body: {
      ...attempt,
      outcome: { enum: ["passed", "failed", "timed_out", "cancelled", "released"] },
      reason: orNull("string"),
      exit_code: orNull("integer"),
    },
  },
};

/** Makes the description. */
export function openApi(): JsonMap {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [line, operation] of Object.entries(OPERATIONS)) {
    const [method = "", path = ""] = line.split(" ");
    paths[path] = { ...paths[path], [method]: describe(path, operation) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Showtime's server of builds", version: "1" },
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        header: { type: "apiKey", in: "header", name: "X-API-KEY" },
      },
    },
  };
}

function describe(path: string, { summary, role, answers, query = [], body }: Operation): JsonMap {
  const parameters = [
    ...(path.includes("{id}") ? [{ name: "id", in: "path", required: true, schema: text }] : []),
    ...query.map((name) => ({ name, in: "query", schema: text })),
  ];
  return {
    summary,
    ...(role === undefined
      ? { security: [] }
      : { "x-role": role, security: [{ bearer: [] }, { header: [] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : {
      requestBody: { content: { "application/json": { schema: { type: "object", properties: body } } } },
    }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer)])),
      default: {
        description: "Refused or failed",
        content: { "application/json": { schema: ref("Error") } },
      },
    },
  };
}

function response(answer: string | undefined): JsonMap {
  if (answer === undefined) return { description: "Nothing" };
  const content = answer.includes("/") ? { [answer]: {} } : { "application/json": { schema: ref(answer) } };
  return { description: "Done", content };
}

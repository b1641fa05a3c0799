import * as z from "zod";
import { usageError } from "../../lib/errors.ts";
import { type FullSha, parseFullSha, parsePrNumber, type PrNumber } from "../../lib/ids.ts";
import { quote } from "../../lib/quote.ts";
import type { CommentEvent } from "../../environments/core/commands/mod.ts";
import type { Variables } from "../../lib/variables.ts";

/** The description of a run by GitHub Actions. Outside Actions most fields are undefined. */
export interface ActionsContext {
  readonly isActions: boolean;
  /**
   * Whether a server does the run's work because a hook asked for it: the token is the server's own, and what is on its disk
   * stays there.
   */
  readonly servesHook?: true;
  /** True in continuous integration of any kind. */
  readonly isCi: boolean;
  readonly actor: string | undefined;
  /** Login of the user who started this attempt: a re-run has the rights of the user who requested it. */
  readonly triggeringActor: string | undefined;
  readonly runId: number | undefined;
  readonly runAttempt: number | undefined;
  readonly event: ActionsEvent;
  /** File that step outputs are appended to. */
  readonly outputPath: string | undefined;
  /** File that the job's summary is appended to. */
  readonly summaryPath: string | undefined;
  readonly urls: GithubUrls;
  readonly warnings: readonly string[];
}

/** The addresses of GitHub, without a slash at the end. */
export interface GithubUrls {
  readonly api: string;
  readonly graphql: string;
  readonly server: string;
}

/** The used part of the event's payload; a field that the payload lacks is undefined. */
export interface ActionsEvent {
  /** `pull_request`, `workflow_dispatch` … */
  readonly name: string | undefined;
  readonly action: string | undefined;
  readonly sender: string | undefined;
  readonly label: string | undefined;
  readonly pr: PrNumber | undefined;
  readonly headSha: FullSha | undefined;
  /** Whether the pull request's branch is in another repository; undefined if the payload does not say. */
  readonly fromFork: boolean | undefined;
  /** Whether the pull request was open at the time of the event. */
  readonly open: boolean | undefined;
  /** Last change of the pull request according to the payload, in milliseconds since 1970. */
  readonly updatedAt: number | undefined;
  /** Branch that the pull request targets. */
  readonly baseRef: string | undefined;
  readonly defaultBranch: string | undefined;
  /** Inputs of a dispatch, as text. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The run that a `workflow_run` event is about. */
  readonly workflowRun: { readonly headSha: FullSha | undefined; readonly headRepo: string | undefined };
  /** The comment of an `issue_comment` event on a pull request. */
  readonly comment?: CommentEvent | undefined;
}

const Text = z.string().min(1);
const Pr = z.number().transform((value) => parsePrNumber(value)).pipe(
  z.custom<PrNumber>((value) => value !== undefined),
);
const Sha = z.string().transform((value) => parseFullSha(value)).pipe(
  z.custom<FullSha>((value) => value !== undefined),
);
const Instant = z.string().transform((value) => Date.parse(value)).pipe(z.number());
const State = z.enum(["open", "closed"]).transform((state) => state === "open");
const Inputs = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/**
 * Reads the variables of GitHub Actions and, through `readFile`, the event's payload. A part of the payload
 * that cannot be read becomes a warning. Throws AppError `url_malformed` (exit code 2) for an invalid address
 * of GitHub.
 */
export async function readActionsContext(
  env: Variables,
  readFile: (path: string) => string | Promise<string>,
): Promise<ActionsContext> {
  const isActions = env["GITHUB_ACTIONS"] === "true";
  const warnings: string[] = [];
  const payload = await readPayload(env["GITHUB_EVENT_PATH"], { readFile, warnings });
  return {
    isActions,
    isCi: isActions || (env["CI"] ?? "") !== "" && !/^(?:false|0)$/i.test(env["CI"] ?? ""),
    actor: env["GITHUB_ACTOR"] || undefined,
    triggeringActor: env["GITHUB_TRIGGERING_ACTOR"] || undefined,
    runId: positive("GITHUB_RUN_ID", { env, warnings }),
    runAttempt: positive("GITHUB_RUN_ATTEMPT", { env, warnings }),
    event: readEvent(payload, { name: env["GITHUB_EVENT_NAME"] || undefined, warnings }),
    outputPath: env["GITHUB_OUTPUT"] || undefined,
    summaryPath: env["GITHUB_STEP_SUMMARY"] || undefined,
    urls: readGithubUrls(env),
    warnings,
  };
}

/**
 * Reads the addresses of GitHub from GITHUB_API_URL, GITHUB_GRAPHQL_URL and GITHUB_SERVER_URL. Without the
 * second, the GraphQL address follows from the API's. Throws AppError `url_malformed` (exit code 2).
 */
export function readGithubUrls(env: Variables): GithubUrls {
  const api = readUrl("GITHUB_API_URL", env) ?? "https://api.github.com";
  // An Enterprise server has REST below /api/v3 and GraphQL beside it; github.com and simulators have it
  // below.
  const graphql = api.endsWith("/api/v3") ? `${api.slice(0, -"/v3".length)}/graphql` : `${api}/graphql`;
  return {
    api,
    graphql: readUrl("GITHUB_GRAPHQL_URL", env) ?? graphql,
    server: readUrl("GITHUB_SERVER_URL", env) ?? "https://github.com",
  };
}

function readUrl(name: string, env: Variables): string | undefined {
  const text = env[name]?.trim();
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const fine = url !== undefined && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "" &&
    url.username === "" && url.password === "";
  if (fine) return text.replace(/\/+$/, "");
  const shown = quote(text.replace(/\/\/[^@/]*@/, "//"));
  throw usageError(
    "url_malformed",
    `Reading the address of GitHub: ${name} is ${shown}, which is not an http or https address`,
    `Set ${name} to an address such as https://github.example.com/api/v3, or leave it out`,
  );
}

function positive(
  name: string,
  { env, warnings }: { env: Variables; warnings: string[] },
): number | undefined {
  const text = env[name];
  if (!text) return undefined;
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  warnings.push(`${name} is ${quote(text)}, which is no number: it is ignored`);
  return undefined;
}

async function readPayload(
  path: string | undefined,
  { readFile, warnings }: { readFile: (path: string) => string | Promise<string>; warnings: string[] },
): Promise<unknown> {
  if (!path) return undefined;
  try {
    const payload: unknown = JSON.parse(await readFile(path));
    if (typeof payload === "object" && payload !== null && !Array.isArray(payload)) return payload;
    warnings.push("GITHUB_EVENT_PATH holds no JSON object: the event's payload is ignored");
  } catch (error) {
    const why = error instanceof SyntaxError ? "holds no JSON" : "cannot be read";
    warnings.push(`GITHUB_EVENT_PATH ${why}: the event's payload is ignored`);
  }
  return undefined;
}

function readEvent(
  payload: unknown,
  { name, warnings }: { readonly name: string | undefined; readonly warnings: string[] },
): ActionsEvent {
  function read<T>(path: string, schema: z.ZodType<T>): T | undefined {
    const value = path.split(".").reduce<unknown>((inner, key) => fieldOf(inner, key), payload);
    if (value === undefined || value === null) return undefined;
    const result = schema.safeParse(value);
    if (!result.success) warnings.push(`The event's ${path} is not what it should be: it is ignored`);
    return result.data;
  }
  const inputs = Object.entries(read("inputs", Inputs) ?? {}).filter(([, value]) => value !== null);
  return {
    name,
    action: read("action", Text),
    sender: read("sender.login", Text),
    label: read("label.name", Text),
    pr: read("pull_request.number", Pr),
    headSha: read("pull_request.head.sha", Sha),
    open: read("pull_request.state", State),
    fromFork: isFromFork(payload),
    updatedAt: read("pull_request.updated_at", Instant),
    baseRef: read("pull_request.base.ref", Text),
    defaultBranch: read("repository.default_branch", Text),
    inputs: Object.fromEntries(inputs.map(([key, value]) => [key, String(value)])),
    workflowRun: {
      headSha: read("workflow_run.head_sha", Sha),
      headRepo: read("workflow_run.head_repository.full_name", Text),
    },
    ...commentPart(payload, name),
  };
}

const Account = z.object({ id: z.number(), login: Text, type: z.string().optional() }).transform((
  { id, login, type },
) => ({ id, login, bot: type === "Bot" || login.endsWith("[bot]") }));

/** The parts of a comment's event. Nothing counts if one is missing: what a command depends on is never guessed. */
const Comment = z.object({
  action: Text,
  issue: z.object({ number: Pr, pull_request: z.object({}) }),
  comment: z.object({
    id: z.number(),
    node_id: Text,
    body: z.string(),
    user: Account,
    created_at: Instant,
  }),
  sender: Account,
  changes: z.object({ body: z.object({ from: z.string() }).optional() }).optional(),
}).transform(({ action, issue, comment, sender, changes }): CommentEvent => ({
  action,
  pr: issue.number,
  id: comment.id,
  nodeId: comment.node_id,
  body: comment.body,
  before: changes?.body?.from,
  author: comment.user,
  sender,
  at: comment.created_at,
}));

function commentPart(payload: unknown, name: string | undefined): Pick<ActionsEvent, "comment"> {
  if (name !== "issue_comment") return {};
  const read = Comment.safeParse(payload);
  return read.success ? { comment: read.data } : {};
}

/** Whether the pull request of a payload comes from another repository. The repository of a fork may be gone. */
function isFromFork(payload: unknown): boolean | undefined {
  const pull = fieldOf(payload, "pull_request");
  const nameOf = (side: string) => fieldOf(fieldOf(fieldOf(pull, side), "repo"), "full_name");
  const [head, base] = [
    nameOf("head"),
    nameOf("base") ?? fieldOf(fieldOf(payload, "repository"), "full_name"),
  ];
  return typeof base !== "string" || fieldOf(pull, "head") === undefined ? undefined : head !== base;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

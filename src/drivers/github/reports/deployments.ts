/** Creates and reads the GitHub deployments of pull requests, in the environment `showtime` unless another is named. */

import type { FullSha, PrNumber, ShortSha } from "../../../lib/ids.ts";
import type { HeadStatus } from "../../../environments/core/news/mod.ts";
import type {
  DeploymentEvent,
  LabelDefinition,
  RetirementInfo,
  RetirementQuery,
} from "../../../environments/ports/forge.ts";
import { DEFINITION, payloadPull, shaAt, STATUS, toDefinition, toStatus } from "../convert.ts";
import { listDefinitions } from "../definitions.ts";
import { instantAt, listAt, nodesAt, oneLine, pageInfoAt, textAt, valueAt } from "../json.ts";
import { chunk, type Context, queryAllPages, queryRepository } from "../repository.ts";

/** The environment's name on GitHub if the caller names none. */
const ENVIRONMENT = "showtime";
/** The number of commits that one request reads. */
const PER_REQUEST = 25;

/** A deployment to create. */
interface NewDeployment {
  readonly sha: FullSha;
  readonly description: string;
  readonly environment?: string;
  readonly signal: AbortSignal;
}

/** The node id of a new deployment, or a warning that GitHub refused it. */
export interface DeploymentCreation {
  readonly deployment: string | undefined;
  readonly warning: string | undefined;
}

/** Creates the deployment of a commit; after a failure in doubt, looks for it before a retry. */
export async function createDeployment(
  context: Context,
  pr: PrNumber,
  options: NewDeployment,
): Promise<DeploymentCreation> {
  const { sha, environment, signal } = options;
  return await context.client.once(() => postDeployment(context, pr, options), {
    signal,
    lookBack: async () => {
      const deployment = await findDeployment(context, pr, { sha, environment, signal });
      return deployment === undefined ? undefined : { deployment, warning: undefined };
    },
  });
}

async function postDeployment(
  context: Context,
  pr: PrNumber,
  options: NewDeployment,
): Promise<DeploymentCreation> {
  const { client, owner, name: repo } = context;
  const { status, data } = await client.rest("POST /repos/{owner}/{repo}/deployments", {
    what: `Creating a deployment in "${context.repo}"`,
    signal: options.signal,
    resend: false,
    parameters: {
      owner,
      repo,
      ref: options.sha,
      environment: options.environment ?? ENVIRONMENT,
      description: options.description.slice(0, 140),
      payload: { pr },
      auto_merge: false,
      required_contexts: [],
      transient_environment: true,
      production_environment: false,
    },
    answers: [403, 404, 409, 422],
  });
  const deployment = textAt(data, "node_id");
  if (deployment !== undefined) return { deployment, warning: undefined };
  const reason = oneLine(textAt(data, "message") ?? `status ${status}`);
  return {
    deployment,
    warning: `GitHub refused a deployment (${reason}): the token lacks the permission deployments (write)`,
  };
}

async function findDeployment(
  context: Context,
  pr: PrNumber,
  options: {
    readonly sha: FullSha;
    readonly environment: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<string | undefined> {
  const { data } = await context.client.rest("GET /repos/{owner}/{repo}/deployments", {
    what: `Listing the deployments of "${context.repo}"`,
    signal: options.signal,
    parameters: {
      owner: context.owner,
      repo: context.name,
      sha: options.sha,
      environment: options.environment ?? ENVIRONMENT,
      per_page: 100,
    },
    answers: [403, 404],
  });
  return textAt(listAt(data).find((one) => payloadPull(valueAt(one, "payload")) === pr), "node_id");
}

/** Reads the label definitions and deployments of these commits of a pull request, and their statuses if asked to. */
export async function retirementInfo(
  context: Context,
  pr: PrNumber,
  options: { readonly shas: readonly ShortSha[]; readonly signal: AbortSignal } & RetirementQuery,
): Promise<RetirementInfo> {
  const { environments = [ENVIRONMENT] } = options;
  const statuses = new Map<FullSha, HeadStatus>();
  const definitions = new Map<string, LabelDefinition>();
  const deployments = new Set<string>();
  for (const part of chunk([...new Set(options.shas)], PER_REQUEST)) {
    const what = `Reading the labels and deployments of pull request #${pr}`;
    const { repository } = await queryRepository(context, {
      what,
      declare: `$environments: [String!]!, ${part.map((_, index) => `$s${index}: String!`).join(", ")}`,
      variables: { environments, ...Object.fromEntries(part.map((sha, index) => [`s${index}`, sha])) },
      select: "id " +
        part.map((_, index) =>
          `l${index}: labels(query: $s${index}, first: 100) { nodes { ${DEFINITION} } pageInfo { hasNextPage endCursor } }
         c${index}: object(expression: $s${index}) { ... on Commit {${
            options.statuses ? ` oid ${STATUS}` : ""
          }
           deployments(environments: $environments, first: 100) { nodes { id payload state } } } }`
        ).join(" "),
      // The deployments of a commit that no longer exists cannot be found. A token may lack the right to read statuses.
      tolerate: (issue) => issue.type === "NOT_FOUND" || issue.path.includes("status"),
    }, options.signal);
    for (const [index, sha] of part.entries()) {
      const asked = { value: repository, what };
      const found = pageInfoAt(asked, `l${index}`).hasNextPage
        ? await listDefinitions(context, sha, options.signal)
        : nodesAt(asked, `l${index}`).map((value) => toDefinition({ value, what }));
      for (const one of found) if (one.name.toLowerCase().includes(sha)) definitions.set(one.nodeId, one);
      // A commit that no longer exists has no deployments to find.
      const commit = valueAt(repository, `c${index}`, "deployments");
      const [full, status] = [
        shaAt(repository, `c${index}`, "oid"),
        toStatus(valueAt(repository, `c${index}`)),
      ];
      if (full !== undefined && status !== undefined && status !== "none") statuses.set(full, status);
      for (const node of commit === undefined ? [] : nodesAt({ value: commit, what })) {
        const id = textAt(node, "id");
        if (id !== undefined && payloadPull(valueAt(node, "payload")) === pr) deployments.add(id);
      }
    }
  }
  return { definitions: [...definitions.values()], deployments: [...deployments], statuses };
}

/** Lists the deployments of a pull request, newest first, at most `limit`. */
export async function listDeployments(
  context: Context,
  pr: PrNumber,
  options: {
    readonly limit: number;
    readonly environments?: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<readonly DeploymentEvent[]> {
  const isOfPull = (node: unknown) => payloadPull(valueAt(node, "payload")) === pr;
  const nodes = await queryAllPages(context, {
    what: `Listing the deployments of "${context.repo}"`,
    path: ["deployments"],
    declare: "$environments: [String!]!",
    variables: { environments: options.environments ?? [ENVIRONMENT] },
    select: `id deployments(environments: $environments, first: 100, after: $after,
      orderBy: { field: CREATED_AT, direction: DESC }) {
      nodes { commitOid createdAt payload state latestStatus { createdAt environmentUrl } }
      pageInfo { hasNextPage endCursor } }`,
    enough: (seen) => seen.filter(isOfPull).length >= options.limit,
  }, options.signal);
  return nodes.filter(isOfPull).slice(0, options.limit).flatMap((node) => {
    const sha = shaAt(node, "commitOid");
    if (sha === undefined) return [];
    const state = (textAt(node, "state") ?? "unknown").toLowerCase();
    return [{
      sha,
      state,
      // The deployment is created before the build, so its state is as old as its latest status.
      at: textAt(node, "latestStatus", "createdAt") === undefined
        ? instantAt(node, "createdAt")
        : instantAt(node, "latestStatus", "createdAt"),
      url: textAt(node, "latestStatus", "environmentUrl") || undefined,
    }];
  });
}

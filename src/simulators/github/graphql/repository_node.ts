import { forbidden, notFound } from "../api_error.ts";
import { ApiError } from "../api_error.ts";
import { baseHead, fileAt, resolveCommit } from "../state/commits.ts";
import { nodeId } from "../state/node_id.ts";
import { atLeast } from "../state/people.ts";
import { actorNode } from "./actor_node.ts";
import type { Args } from "./args.ts";
import { blobNode, deploymentConnection } from "./commit_node.ts";
import { connection } from "./connection.ts";
import { GqlObject } from "./gql_object.ts";
import type { Graph } from "./graph.ts";
import { pullConnection } from "./pull_connection.ts";
import { treeNode } from "./tree_node.ts";

/** Makes the node that mentions a repository: the simulated one or a fork. */
export function repositoryReference(graph: Graph, repository: string): GqlObject {
  const [owner = "", name = ""] = repository.split("/");
  return new GqlObject("Repository", {
    id: () => nodeId("R", repository === graph.urls.repository ? graph.world.repositoryId : repository),
    name: () => name,
    nameWithOwner: () => repository,
    isFork: () => repository !== graph.urls.repository,
    url: () => graph.urls.page(repository),
    owner: () => actorNode(graph, owner),
  });
}

/** Makes the node of the base branch. */
export function branchNode(graph: Graph): GqlObject {
  return new GqlObject("Ref", {
    id: () => nodeId("REF", graph.world.seed.defaultBranch),
    name: () => graph.world.seed.defaultBranch,
    prefix: () => "refs/heads/",
    target: () => graph.nodes.commit(baseHead(graph.world)),
    refUpdateRule: () => {
      const contexts = graph.world.seed.requiredChecks;
      return contexts.length === 0
        ? null
        : new GqlObject("RefUpdateRule", { requiredStatusCheckContexts: () => contexts });
    },
    rules: (args) => {
      const contexts = graph.world.seed.rulesetChecks;
      return connection("RepositoryRuleConnection", contexts.length === 0 ? [] : [contexts], {
        args,
        key: () => [0],
        make: checkRule,
      });
    },
  });
}

/** Makes the rule of a ruleset that requires checks. */
function checkRule(contexts: readonly string[]): GqlObject {
  return new GqlObject("RepositoryRule", {
    id: () => nodeId("EV", "rule-0"),
    type: () => "REQUIRED_STATUS_CHECKS",
    parameters: () =>
      new GqlObject("RequiredStatusChecksParameters", {
        requiredStatusChecks: () =>
          contexts.map((context) => new GqlObject("StatusCheckConfiguration", { context: () => context })),
      }),
  });
}

function labels(graph: Graph, args: Args): GqlObject {
  const query = args.optionalText("query")?.toLowerCase();
  const order = args.object("orderBy");
  const found = graph.world.definitions.values().filter((label) =>
    query === undefined || label.name.toLowerCase().includes(query) ||
    (label.description?.toLowerCase().includes(query) ?? false)
  );
  return connection("LabelConnection", found, {
    args,
    key: ({ id }) => [id],
    descending: order.optionalText("direction") === "DESC",
    make: (label) => graph.nodes.label(label),
  });
}

function collaborators(graph: Graph, args: Args): GqlObject {
  const { people } = graph.world;
  if (!atLeast(people.rights(graph.actor), "write")) {
    throw forbidden("Must have push access to view repository collaborators.");
  }
  const login = args.optionalText("login")?.toLowerCase();
  const query = args.optionalText("query")?.toLowerCase();
  const found = [...people.collaborators().entries()].filter(([, person]) =>
    (login === undefined || person.login.toLowerCase() === login) &&
    (query === undefined || person.login.toLowerCase().includes(query))
  );
  return connection("RepositoryCollaboratorConnection", found, {
    args,
    key: ([index]) => [index],
    make: ([, person]) => actorNode(graph, person.login),
    edge: ([, person]) => ({ permission: person.role.toUpperCase() }),
  });
}

function object(graph: Graph, args: Args): GqlObject | null {
  const { world } = graph;
  const expression = args.optionalText("oid") ?? args.text("expression");
  const colon = expression.indexOf(":");
  const commit = resolveCommit(world, colon < 0 ? expression : expression.slice(0, colon));
  if (commit === undefined) return null;
  if (colon < 0) return graph.nodes.commit(commit.sha);
  const path = expression.slice(colon + 1);
  const text = fileAt(world, { path, sha: commit.sha });
  return text === undefined ? treeNode(world, { folder: path, sha: commit.sha }) : blobNode(path, text);
}

/** Makes the node of the repository. */
export function repositoryNode(graph: Graph): GqlObject {
  const { world, urls, actor } = graph;
  return new GqlObject("Repository", {
    id: () => nodeId("R", world.repositoryId),
    databaseId: () => world.repositoryId,
    name: () => world.seed.name,
    nameWithOwner: () => urls.repository,
    owner: () => actorNode(graph, world.seed.owner),
    url: () => urls.page(urls.repository),
    isPrivate: () => world.seed.private,
    isFork: () => false,
    visibility: () => world.seed.private ? "PRIVATE" : "PUBLIC",
    viewerPermission: () => {
      const role = world.people.rights(actor);
      return role === "none" ? null : role.toUpperCase();
    },
    defaultBranchRef: () => branchNode(graph),
    ref: (args) => {
      const name = args.text("qualifiedName").replace(/^refs\/heads\//, "");
      return name === world.seed.defaultBranch ? branchNode(graph) : null;
    },
    labels: (args) => labels(graph, args),
    label: (args) => {
      const name = args.text("name");
      const found = world.definitions.by("name", name.toLowerCase()).toSorted((a, b) => a.id - b.id)
        .find((label) => label.name === name);
      return found === undefined ? null : graph.nodes.label(found);
    },
    pullRequest: (args) => {
      const number = args.integer("number");
      const pull = world.pulls.get(number);
      if (pull === undefined) {
        throw notFound(`Could not resolve to a PullRequest with the number of ${number}.`);
      }
      return graph.nodes.pull(pull);
    },
    pullRequests: (args) => pullConnection(graph, args),
    collaborators: (args) => collaborators(graph, args),
    object: (args) => object(graph, args),
    deployments: (args) => deploymentConnection(graph, args, { deployments: world.deployments.values() }),
  });
}

/**
 * Returns the node of the repository with that name. Throws if it is another repository, or hidden from the
 * actor.
 */
export function findRepository(graph: Graph, fullName: string): GqlObject {
  const { urls, world } = graph;
  const hidden = world.people.rights(graph.actor) === "none";
  // GitHub follows renames.
  const names = [urls.repository, ...world.seed.formerNames].map((name) => name.toLowerCase());
  if (hidden || !names.includes(fullName.toLowerCase())) {
    throw new ApiError("not_found", `Could not resolve to a Repository with the name '${fullName}'.`);
  }
  return repositoryNode(graph);
}

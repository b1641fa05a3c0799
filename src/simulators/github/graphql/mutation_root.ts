import { ApiError } from "../api_error.ts";
import { addComment, deleteComment, editComment } from "../state/comments.ts";
import { addDeploymentStatus } from "../state/deployments.ts";
import { attach, define, detach, redefine, undefine } from "../state/labels.ts";
import { atLeast } from "../state/people.ts";
import type { Permission } from "../../../lib/permission.ts";
import type { Comment, Definition, Deployment, Pull } from "../state/records.ts";
import { DEPLOYMENT_STATES } from "../state/records.ts";
import type { Args } from "./args.ts";
import { deploymentNode, statusNode } from "./commit_node.ts";
import { GqlObject } from "./gql_object.ts";
import type { Graph } from "./graph.ts";
import { commentNode } from "./pull_node.ts";

/** The resolver of one mutation. `actor` is the login that sends it. */
type Mutation = (
  graph: Graph,
  input: Args,
  options: { readonly actor: string },
) => Readonly<Record<string, unknown>>;

function definitionOf(graph: Graph, id: string): Definition {
  return graph.world.node(id, "LA", { find: (key) => graph.world.definitions.get(Number(key)) });
}

function pullOf(graph: Graph, id: string): Pull {
  return graph.world.node(id, "PR", { find: (key) => graph.world.pulls.get(Number(key)) });
}

function commentOf(graph: Graph, id: string): Comment {
  return graph.world.node(id, "IC", { find: (key) => graph.world.comments.get(Number(key)) });
}

function deploymentOf(graph: Graph, id: string): Deployment {
  return graph.world.node(id, "DE", { find: (key) => graph.world.deployments.get(Number(key)) });
}

const createLabel: Mutation = (graph, input) => {
  const id = input.text("repositoryId");
  graph.world.node(id, "R", { find: (key) => key === String(graph.world.repositoryId) ? true : undefined });
  const definition = define(graph.world, {
    name: input.text("name"),
    color: input.text("color"),
    description: input.optionalText("description"),
  });
  return { label: graph.nodes.label(definition) };
};

const updateLabel: Mutation = (graph, input) => {
  const definition = redefine(graph.world, definitionOf(graph, input.text("id")), {
    input: {
      name: input.optionalText("name"),
      color: input.optionalText("color"),
      description: input.optionalText("description"),
    },
  });
  return { label: graph.nodes.label(definition) };
};

const deleteLabel: Mutation = (graph, input) => {
  undefine(graph.world, definitionOf(graph, input.text("id")));
  return {};
};

function labelIds(graph: Graph, input: Args): readonly Definition[] {
  return (input.texts("labelIds") ?? []).map((id) => definitionOf(graph, id));
}

const addLabels: Mutation = (graph, input, { actor }) => {
  const pull = pullOf(graph, input.text("labelableId"));
  return {
    labelable: graph.nodes.pull(attach(graph.world, pull, { definitions: labelIds(graph, input), actor })),
  };
};

const removeLabels: Mutation = (graph, input, { actor }) => {
  const pull = pullOf(graph, input.text("labelableId"));
  return {
    labelable: graph.nodes.pull(detach(graph.world, pull, { definitions: labelIds(graph, input), actor })),
  };
};

const createComment: Mutation = (graph, input, { actor }) => {
  const pull = pullOf(graph, input.text("subjectId"));
  const comment = addComment(graph.world, pull, { body: input.text("body"), author: actor });
  return {
    subject: graph.nodes.pull(graph.world.pull(pull.number)),
    commentEdge: new GqlObject("IssueCommentEdge", {
      cursor: () => String(comment.id),
      node: () => commentNode(graph, comment),
    }),
  };
};

const updateComment: Mutation = (graph, input, { actor }) => {
  const comment = commentOf(graph, input.text("id"));
  return {
    issueComment: commentNode(graph, editComment(graph.world, comment, { body: input.text("body"), actor })),
  };
};

const removeComment: Mutation = (graph, input, { actor }) => {
  deleteComment(graph.world, commentOf(graph, input.text("id")), { actor });
  return {};
};

const createStatus: Mutation = (graph, input, { actor }) => {
  const deployment = deploymentOf(graph, input.text("deploymentId"));
  const given = input.text("state").toLowerCase();
  const state = DEPLOYMENT_STATES.find((candidate) => candidate === given);
  if (state === undefined) {
    throw new ApiError("bad_request", `Argument 'state' has an invalid value (${given.toUpperCase()}).`);
  }
  const status = addDeploymentStatus(graph.world, deployment, {
    creator: actor,
    input: {
      state,
      description: input.optionalText("description") ?? "",
      environmentUrl: input.optionalText("environmentUrl") ?? "",
      logUrl: input.optionalText("logUrl") ?? "",
      autoInactive: input.flag("autoInactive", true),
    },
  });
  const now = graph.world.deployments.get(deployment.id) ?? deployment;
  return { deploymentStatus: statusNode(graph, status), deployment: deploymentNode(graph, now) };
};

const MUTATIONS: Readonly<Record<string, { readonly least: Permission; readonly run: Mutation }>> = {
  createLabel: { least: "write", run: createLabel },
  updateLabel: { least: "write", run: updateLabel },
  deleteLabel: { least: "write", run: deleteLabel },
  addLabelsToLabelable: { least: "triage", run: addLabels },
  removeLabelsFromLabelable: { least: "triage", run: removeLabels },
  addComment: { least: "read", run: createComment },
  updateIssueComment: { least: "read", run: updateComment },
  deleteIssueComment: { least: "read", run: removeComment },
  createDeploymentStatus: { least: "write", run: createStatus },
};

/** Makes the root object of mutations. */
export function mutationRoot(graph: Graph, options: { readonly actor: string }): GqlObject {
  const fields = Object.entries(MUTATIONS).map(([name, { least, run }]) => {
    const typename = name.charAt(0).toUpperCase() + name.slice(1);
    const resolve = (args: Args): GqlObject => {
      if (!atLeast(graph.world.people.rights(graph.actor), least)) {
        const message = `${options.actor} does not have the correct permissions to execute \`${typename}\``;
        throw new ApiError("forbidden", message);
      }
      const input = args.object("input");
      const payload = {
        clientMutationId: input.optionalText("clientMutationId") ?? null,
        ...run(graph, input, options),
      };
      return new GqlObject(
        `${typename}Payload`,
        Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, () => value])),
      );
    };
    return [name, resolve] as const;
  });
  return new GqlObject("Mutation", Object.fromEntries(fields));
}

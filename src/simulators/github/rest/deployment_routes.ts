import { notFound, validationFailed } from "../api_error.ts";
import { addDeploymentStatus, createDeployment, deleteDeployment } from "../state/deployments.ts";
import type { Deployment } from "../state/records.ts";
import { DEPLOYMENT_STATES } from "../state/records.ts";
import type { Answer, Call } from "./call.ts";
import {
  bodyObject,
  created,
  NO_CONTENT,
  numberParam,
  ok,
  optionalFlag,
  optionalText,
  paged,
  requiredText,
} from "./call.ts";
import { deploymentBody, statusBody } from "./deployment_body.ts";
import type { Routes } from "./routes.ts";

function deploymentOf(call: Call): Deployment {
  const deployment = call.world.deployments.get(numberParam(call, "id"));
  if (deployment === undefined) throw notFound();
  return deployment;
}

function list(call: Call): Answer {
  const sha = call.query.get("sha");
  const matches = (name: string, value: string): boolean => {
    const wanted = call.query.get(name);
    return wanted === null || wanted === "none" || wanted === value;
  };
  const rows = sha === null || sha === "none"
    ? call.world.deployments.values()
    : call.world.deployments.by("sha", sha);
  const deployments = rows.filter((row) =>
    matches("ref", row.ref) && matches("task", row.task) && matches("environment", row.environment)
  ).toSorted((a, b) => b.id - a.id);
  return paged(call, deployments, { render: (deployment) => deploymentBody(call.urls, deployment) });
}

function create(call: Call): Answer {
  const creator = call.world.people.require(call.actor, "write");
  const body = bodyObject(call);
  const environment = optionalText(body, "environment") ?? "production";
  const deployment = createDeployment(call.world, {
    ref: requiredText(body, "ref", { resource: "Deployment" }),
    task: optionalText(body, "task") ?? "deploy",
    environment,
    description: optionalText(body, "description") ?? "",
    payload: body["payload"] ?? {},
    transient: optionalFlag(body, "transient_environment", { fallback: false }),
    production: optionalFlag(body, "production_environment", { fallback: environment === "production" }),
  }, { creator });
  return created(deploymentBody(call.urls, deployment));
}

function remove(call: Call): Answer {
  call.world.people.require(call.actor, "write");
  deleteDeployment(call.world, deploymentOf(call));
  return NO_CONTENT;
}

function listStatuses(call: Call): Answer {
  const deployment = deploymentOf(call);
  return paged(
    call,
    deployment.statuses.toReversed(),
    { render: (status) => statusBody(call.urls, deployment, { status }) },
  );
}

function createStatus(call: Call): Answer {
  const creator = call.world.people.require(call.actor, "write");
  const deployment = deploymentOf(call);
  const body = bodyObject(call);
  const given = requiredText(body, "state", { resource: "DeploymentStatus" });
  const state = DEPLOYMENT_STATES.find((candidate) => candidate === given);
  if (state === undefined) {
    throw validationFailed({ resource: "DeploymentStatus", field: "state", code: "invalid" });
  }
  const status = addDeploymentStatus(call.world, deployment, {
    creator,
    input: {
      state,
      description: optionalText(body, "description") ?? "",
      environmentUrl: optionalText(body, "environment_url") ?? "",
      logUrl: optionalText(body, "log_url") ?? optionalText(body, "target_url") ?? "",
      autoInactive: optionalFlag(body, "auto_inactive", { fallback: true }),
    },
  });
  return created(statusBody(call.urls, deployment, { status }));
}

export const DEPLOYMENT_ROUTES: Routes = {
  "GET /deployments": list,
  "POST /deployments": create,
  "GET /deployments/:id": (call) => ok(deploymentBody(call.urls, deploymentOf(call))),
  "DELETE /deployments/:id": remove,
  "GET /deployments/:id/statuses": listStatuses,
  "POST /deployments/:id/statuses": createStatus,
};

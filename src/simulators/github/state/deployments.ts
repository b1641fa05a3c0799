import { ApiError, validationFailed } from "../api_error.ts";
import { resolveCommit } from "./commits.ts";
import type { Deployment, DeploymentState, DeploymentStatus } from "./records.ts";
import type { World } from "./world.ts";

export interface DeploymentInput {
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string;
  readonly payload: unknown;
  readonly transient: boolean;
  readonly production: boolean;
}

export interface StatusInput {
  readonly state: DeploymentState;
  readonly description: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly autoInactive: boolean;
}

/** Returns the newest status of a deployment, or undefined if it has no status. */
export function latestStatus(deployment: Deployment): DeploymentStatus | undefined {
  return deployment.statuses.at(-1);
}

export function createDeployment(
  world: World,
  input: DeploymentInput,
  options: { readonly creator: string },
): Deployment {
  const commit = resolveCommit(world, input.ref);
  if (commit === undefined) throw new ApiError("unprocessable", `No ref found for: ${input.ref}`);
  const at = world.now();
  const deployment: Deployment = {
    ...input,
    id: world.nextId(),
    sha: commit.sha,
    creator: options.creator,
    statuses: [],
    createdAt: at,
    updatedAt: at,
  };
  world.deployments.put(deployment.id, deployment);
  return deployment;
}

function append(
  world: World,
  deployment: Deployment,
  options: { readonly status: Omit<DeploymentStatus, "id" | "createdAt"> },
): DeploymentStatus {
  const at = world.now();
  const full: DeploymentStatus = { ...options.status, id: world.nextId(), createdAt: at };
  world.deployments.put(
    deployment.id,
    { ...deployment, statuses: [...deployment.statuses, full], updatedAt: at },
  );
  return full;
}

/**
 * Adds a status. A success makes the environment's other successful deployments inactive, as on GitHub,
 * unless they are transient or in production.
 */
export function addDeploymentStatus(
  world: World,
  deployment: Deployment,
  options: { readonly input: StatusInput; readonly creator: string },
): DeploymentStatus {
  const { autoInactive, ...status } = options.input;
  if (status.description.length > 140) {
    const message = "description is too long (maximum is 140 characters)";
    throw validationFailed({ resource: "DeploymentStatus", code: "custom", field: "description", message });
  }
  if (status.environmentUrl !== "" && !URL.canParse(status.environmentUrl)) {
    throw validationFailed({ resource: "DeploymentStatus", code: "invalid", field: "environment_url" });
  }
  if (status.state === "success" && autoInactive) {
    for (const other of world.deployments.values()) {
      const ends = other.id !== deployment.id && other.environment === deployment.environment &&
        !other.transient && !other.production && latestStatus(other)?.state === "success";
      if (!ends) continue;
      append(world, other, {
        status: {
          ...status,
          state: "inactive",
          description: "",
          environmentUrl: "",
          logUrl: "",
          creator: options.creator,
        },
      });
    }
  }
  return append(world, deployment, { status: { ...status, creator: options.creator } });
}

/** Deletes a deployment. Throws 422 if it is active and not the only deployment of the repository. */
export function deleteDeployment(world: World, deployment: Deployment): void {
  const active = ["success", "in_progress", "queued", "pending"].includes(
    latestStatus(deployment)?.state ?? "pending",
  );
  if (active && world.deployments.size > 1) {
    throw new ApiError(
      "unprocessable",
      "We cannot delete an active deployment unless it is the only deployment in a given environment.",
    );
  }
  world.deployments.put(deployment.id, undefined);
}

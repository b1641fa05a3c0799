import { nodeId } from "../state/node_id.ts";
import type { Deployment, DeploymentStatus } from "../state/records.ts";
import type { Urls } from "../state/urls.ts";
import { iso } from "../state/urls.ts";
import { userBody } from "./user_body.ts";

export function deploymentBody(urls: Urls, deployment: Deployment): Readonly<Record<string, unknown>> {
  const url = urls.repo(`/deployments/${deployment.id}`);
  return {
    id: deployment.id,
    node_id: nodeId("DE", deployment.id),
    url,
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description === "" ? null : deployment.description,
    creator: userBody(urls, deployment.creator),
    created_at: iso(deployment.createdAt),
    updated_at: iso(deployment.updatedAt),
    statuses_url: `${url}/statuses`,
    repository_url: urls.repo(),
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    performed_via_github_app: null,
  };
}

export function statusBody(
  urls: Urls,
  deployment: Deployment,
  options: { readonly status: DeploymentStatus },
): Readonly<Record<string, unknown>> {
  const { status } = options;
  const url = urls.repo(`/deployments/${deployment.id}`);
  return {
    id: status.id,
    node_id: nodeId("DES", status.id),
    url: `${url}/statuses/${status.id}`,
    state: status.state,
    creator: userBody(urls, status.creator),
    description: status.description,
    environment: deployment.environment,
    // GitHub's OpenAPI description requires an address here, even if the status was created without one.
    target_url: status.logUrl === "" ? urls.page(`${urls.repository}/deployments`) : status.logUrl,
    ...(status.logUrl === "" ? {} : { log_url: status.logUrl }),
    ...(status.environmentUrl === "" ? {} : { environment_url: status.environmentUrl }),
    created_at: iso(status.createdAt),
    updated_at: iso(status.createdAt),
    deployment_url: url,
    repository_url: urls.repo(),
    performed_via_github_app: null,
  };
}

import { ApiError, validationFailed } from "../api_error.ts";
import { resolveCommit } from "../state/commits.ts";
import { nodeId } from "../state/node_id.ts";
import { COMMIT_STATES, type CommitStatus } from "../state/records.ts";
import { iso, type Urls } from "../state/urls.ts";
import { type Answer, bodyObject, type Call, created, optionalText, paged, requiredText } from "./call.ts";
import type { Routes } from "./routes.ts";
import { userBody } from "./user_body.ts";

function create(call: Call): Answer {
  const creator = call.world.people.require(call.actor, "write");
  const body = bodyObject(call);
  const given = requiredText(body, "state", { resource: "Status" });
  const state = COMMIT_STATES.find((candidate) => candidate === given);
  if (state === undefined) throw validationFailed({ resource: "Status", field: "state", code: "custom" });
  const { sha = "" } = call.params;
  if (resolveCommit(call.world, sha)?.sha !== sha) {
    throw new ApiError("unprocessable", `No commit found for SHA: ${sha}`);
  }
  const status: CommitStatus = {
    id: call.world.nextId(),
    sha,
    state,
    context: optionalText(body, "context") ?? "default",
    description: optionalText(body, "description") ?? "",
    targetUrl: optionalText(body, "target_url") ?? "",
    creator,
    createdAt: call.world.now(),
  };
  call.world.statuses.put(status.id, status);
  return created(statusBody(call.urls, status));
}

function list(call: Call): Answer {
  const commit = resolveCommit(call.world, call.params["ref"] ?? "");
  const statuses = commit === undefined ? [] : call.world.statuses.by("sha", commit.sha);
  const newestFirst = statuses.toSorted((a, b) => b.id - a.id);
  return paged(call, newestFirst, { render: (status) => statusBody(call.urls, status) });
}

function statusBody(urls: Urls, status: CommitStatus): Readonly<Record<string, unknown>> {
  const creator = userBody(urls, status.creator);
  return {
    id: status.id,
    node_id: nodeId("SC", status.id),
    url: urls.repo(`/statuses/${status.sha}`),
    avatar_url: creator["avatar_url"] ?? null,
    state: status.state,
    description: status.description === "" ? null : status.description,
    target_url: status.targetUrl === "" ? null : status.targetUrl,
    context: status.context,
    creator,
    created_at: iso(status.createdAt),
    updated_at: iso(status.createdAt),
  };
}

/** The routes of commits' statuses. They come before those of commits, whose names may contain slashes. */
export const STATUS_ROUTES: Routes = {
  "POST /statuses/:sha": create,
  "GET /commits/:ref/statuses": list,
};

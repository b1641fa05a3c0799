import { commentBody, issueBody } from "../rest/issue_body.ts";
import { nodeId } from "../state/node_id.ts";
import { Urls } from "../state/urls.ts";
import type { CommentEvent, World } from "../state/world.ts";
import { pullBody } from "../rest/pull_body.ts";
import { repoBody } from "../rest/repo_body.ts";
import { userBody } from "../rest/user_body.ts";
import type { PullEvent } from "./pull_event.ts";

/** Makes the payload of an event from the state right after it. `baseUrl` is the address of the API. */
export function makePayload(
  world: World,
  event: PullEvent,
  { baseUrl }: { readonly baseUrl: string },
): Readonly<Record<string, unknown>> {
  const repository = `${world.seed.owner}/${world.seed.name}`;
  const urls = new Urls(baseUrl, repository);
  const pull = world.pull(event.number);
  const { label, push } = event;
  return {
    action: event.action,
    number: event.number,
    ...push,
    pull_request: hookPull(pullBody(world, urls, { pull })),
    ...(label === undefined ? {} : {
      label: {
        id: label.id,
        node_id: nodeId("LA", label.id),
        url: urls.repo(`/labels/${encodeURIComponent(label.name)}`),
        name: label.name,
        color: label.color,
        default: false,
        description: label.description,
      },
    }),
    repository: hookRepository(repoBody(world, urls, { repository })),
    sender: userBody(urls, event.sender),
  };
}

/** Makes the payload of the event `issue_comment`. */
export function makeCommentPayload(
  world: World,
  event: CommentEvent,
  { baseUrl }: { readonly baseUrl: string },
): Readonly<Record<string, unknown>> {
  const repository = `${world.seed.owner}/${world.seed.name}`;
  const urls = new Urls(baseUrl, repository);
  const { action, comment, sender, from } = event;
  return {
    action,
    ...(from === undefined ? {} : { changes: { body: { from } } }),
    issue: issueBody(world, urls, { pull: world.pull(comment.pull) }),
    comment: commentBody(world, urls, { comment }),
    repository: hookRepository(repoBody(world, urls, { repository })),
    sender: userBody(urls, sender),
  };
}

type Body = Readonly<Record<string, unknown>>;

/** Makes the body of a repository in a payload, which differs from the endpoint's. */
function hookRepository({ network_count: _, subscribers_count: __, ...body }: Body): Body {
  return {
    ...body,
    is_template: false,
    topics: [],
    web_commit_signoff_required: false,
    custom_properties: {},
  };
}

/** Makes the body of a pull request in a payload, with the repositories of its ends as payloads have them. */
function hookPull(body: Body): Body {
  const end = (name: "head" | "base") => {
    const { repo, ...rest } = body[name] as Body;
    return { ...rest, repo: repo === null ? null : hookRepository(repo as Body) };
  };
  return { ...body, head: end("head"), base: end("base") };
}

import type { PullModel } from "../../server/pages/mod.ts";
import type { SimulatorState } from "../../simulators/github/mod.ts";

/** Returns the pull requests of a simulator as pages show them. */
export function showPulls(state: SimulatorState): readonly PullModel[] {
  const definitions = new Map(state.labels.map((each) => [each.name, each]));
  const repo = state.repository.full_name;
  return state.pulls.map((pull) => ({
    repo,
    number: pull.number,
    title: pull.title,
    body: pull.body,
    author: pull.author,
    state: pull.merged ? "merged" : pull.state,
    draft: pull.draft,
    base: state.repository.default_branch,
    head: pull.head.repo === repo
      ? pull.head.ref
      : `${pull.head.repo?.split("/")[0] ?? "unknown"}:${pull.head.ref}`,
    labels: pull.labels.map((name) => {
      const { color = "ededed", description = null } = definitions.get(name) ?? {};
      return { name, color, description };
    }),
    commits: pull.commits,
    comments: pull.comments.map(({ id, author, body, updated_at: at }) => ({ id, author, body, at })),
    deployments: pull.deployments.map(({ id, sha, state: is, statuses }) => ({
      id,
      sha,
      state: is ?? "pending",
      url: is === "success" ? statuses.at(-1)?.environment_url ?? "" : "",
      description: statuses.at(-1)?.description ?? "",
    })),
    events: pull.timeline.map((event) => ({
      kind: event.event,
      actor: "actor" in event ? event.actor : undefined,
      at: "created_at" in event ? event.created_at : undefined,
      about: "label" in event
        ? event.label
        : "sha" in event
        ? event.sha
        : "after" in event
        ? event.after
        : undefined,
    })),
  }));
}

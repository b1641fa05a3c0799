/** The parts of GitHub's webhooks that builds come from. Everything else in a payload is ignored. */

import { PayloadPart } from "./payload_part.ts";

/** A push of a branch. */
export interface BranchPush {
  readonly kind: "branch_push";
  readonly repository: string;
  readonly branch: string;
  /** Undefined for a branch that is new. */
  readonly before: string | undefined;
  readonly after: string;
  readonly defaultBranch: string | undefined;
  readonly sender: string | undefined;
}

/** A push of a tag. */
export interface TagPush {
  readonly kind: "tag_push";
  readonly repository: string;
  readonly tag: string;
  readonly after: string;
  readonly sender: string | undefined;
}

/** A pull request with a new head. */
export interface PullChange {
  readonly kind: "pull_request";
  readonly repository: string;
  readonly number: number;
  readonly head: string;
  /** The newest commit of the base branch. */
  readonly base: string;
  readonly isFork: boolean;
  readonly sender: string | undefined;
}

/** A hook as far as builds are concerned. `repository` is an address. */
export type Hook =
  | BranchPush
  | TagPush
  | PullChange
  /** Nothing is built. */
  | { readonly kind: "other"; readonly reason: string }
  | { readonly kind: "invalid"; readonly problem: string };

const NO_COMMIT = /^0+$/;

/** Reads a payload. `event` is the value of `X-GitHub-Event`. */
export function readHook(event: string, payload: unknown): Hook {
  const root = new PayloadPart(payload);
  const repository = root.part("repository").text("clone_url");
  if (event !== "push" && event !== "pull_request") {
    return { kind: "other", reason: `The event ${event} builds nothing` };
  }
  if (repository === undefined) return { kind: "invalid", problem: "repository.clone_url is missing" };
  const sender = root.part("sender").text("login");
  return event === "push" ? readPush(root, { repository, sender }) : readPull(root, { repository, sender });
}

interface About {
  readonly repository: string;
  readonly sender: string | undefined;
}

function readPush(root: PayloadPart, about: About): Hook {
  const ref = root.text("ref");
  const after = root.commit("after");
  if (ref === undefined) return { kind: "invalid", problem: "ref is missing" };
  if (root.flag("deleted") || NO_COMMIT.test(root.text("after") ?? "")) {
    return { kind: "other", reason: `${ref} was deleted` };
  }
  if (after === undefined) return { kind: "invalid", problem: "after is no commit" };
  const [, kind, name] = /^refs\/(heads|tags)\/(.+)$/s.exec(ref) ?? [];
  if (name === undefined) return { kind: "other", reason: `${ref} is no branch and no tag` };
  if (kind === "tags") return { kind: "tag_push", ...about, tag: name, after };
  return {
    kind: "branch_push",
    ...about,
    branch: name,
    before: root.commit("before"),
    after,
    defaultBranch: root.part("repository").text("default_branch"),
  };
}

const BUILT_ACTIONS: readonly string[] = ["opened", "synchronize", "reopened"];

function readPull(root: PayloadPart, about: About): Hook {
  const action = root.text("action") ?? "";
  if (!BUILT_ACTIONS.includes(action)) {
    return { kind: "other", reason: `The action ${action} of pull_request builds nothing` };
  }
  const pull = root.part("pull_request");
  const number = pull.number("number");
  const head = pull.part("head").commit("sha");
  const base = pull.part("base").commit("sha");
  if (number === undefined || head === undefined || base === undefined) {
    return { kind: "invalid", problem: "pull_request has no number, head.sha or base.sha" };
  }
  // The repository of a fork that was deleted is null.
  const from = pull.part("head").part("repo").number("id");
  const isFork = from === undefined || from !== pull.part("base").part("repo").number("id");
  return { kind: "pull_request", ...about, number, head, base, isFork };
}

import type { NewBuild } from "../builds/new_build.ts";
import type { JobChanges } from "../builds/job.ts";
import type { ServerPipeline } from "../builds/server_pipeline.ts";
import { fitsBranch } from "./branch_pattern.ts";
import { type BuildRequested, planBuild } from "./plan_build.ts";
import type { BranchPush, PullChange, TagPush } from "./read_hook.ts";
import { repositoryKey } from "./repository_key.ts";
import { isRevision } from "./revision.ts";

/** A hook that may lead to builds. */
export type BuildHook = BranchPush | TagPush | PullChange;

/** A hook and the values that a plan takes from its surroundings. */
export interface HookOptions {
  readonly hook: BuildHook;
  readonly newTraceId: () => string;
  readonly secretNames: readonly string[];
  /** Whether the sender has write permission. Asked for forks only; false if it is not known. */
  readonly senderMayWrite: boolean;
}

/** The builds that a hook leads to, and why other pipelines of the repository are not built. */
export interface HookPlan {
  readonly builds: readonly NewBuild[];
  /** By the name of the pipeline. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** Whether a plan depends on the permission of the hook's sender. */
export function asksForPermission(pipelines: readonly ServerPipeline[], hook: BuildHook): boolean {
  return hook.kind === "pull_request" && hook.isFork &&
    pipelines.some((each) => isOf(each, hook) && each.on.pullRequestForks === "trusted");
}

/** Plans the builds of a hook: of each pipeline whose repository it is about. */
export function planHook(pipelines: readonly ServerPipeline[], options: HookOptions): HookPlan {
  const builds: NewBuild[] = [];
  const reasons: Record<string, string> = {};
  for (const pipeline of pipelines.filter((each) => isOf(each, options.hook))) {
    const requested = request(pipeline, options);
    if (typeof requested === "string") reasons[pipeline.name] = requested;
    else builds.push(planBuild(pipeline, requested, options));
  }
  return { builds, reasons };
}

function isOf({ repository }: ServerPipeline, hook: BuildHook): boolean {
  const key = repositoryKey(repository);
  return key !== undefined && key === repositoryKey(hook.repository);
}

/** Returns the commit to build, or why none is built. */
function request(pipeline: ServerPipeline, options: HookOptions): BuildRequested | string {
  const { hook } = options;
  switch (hook.kind) {
    case "branch_push":
      return ofBranch(pipeline, hook, options);
    case "tag_push":
      return ofTag(pipeline, hook, options);
    case "pull_request":
      return ofPull(pipeline, hook, options);
  }
}

function ofBranch(
  { on }: ServerPipeline,
  { branch, before, after, defaultBranch, sender }: BranchPush,
  { newTraceId }: HookOptions,
): BuildRequested | string {
  if (on.pushBranches === undefined) return "The pipeline has no push trigger";
  if (!on.pushBranches.some((pattern) => fitsBranch(branch, pattern))) {
    return `The branch ${branch} is not among those that the pipeline builds`;
  }
  if (!isRevision(branch)) return "The name of the branch is not valid";
  const changes: JobChanges = before !== undefined
    ? { kind: "range", before, after }
    : defaultBranch !== undefined && defaultBranch !== branch && isRevision(defaultBranch)
    ? { kind: "merge_base", base: defaultBranch, head: after }
    : { kind: "all" };
  return { cause: { kind: "push", by: sender }, traceId: newTraceId(), ref: branch, sha: after, changes };
}

function ofTag(
  { on, tagPattern }: ServerPipeline,
  { tag, sender }: TagPush,
  { newTraceId }: HookOptions,
): BuildRequested | string {
  if (on.pushBranches === undefined) return "The pipeline has no push trigger";
  if (tagPattern?.test(tag) !== true) return `The tag ${tag} does not fit the pipeline's tag-pattern`;
  if (!isRevision(tag)) return "The name of the tag is not valid";
  // `after` of an annotated tag is the tag and not its commit, so the name is built.
  return { cause: { kind: "push", by: sender }, traceId: newTraceId(), ref: tag, tag };
}

function ofPull(
  { on }: ServerPipeline,
  { number, head, base, isFork, sender }: PullChange,
  { newTraceId, senderMayWrite }: HookOptions,
): BuildRequested | string {
  if (on.pullRequestForks === undefined) return "The pipeline has no pull_request trigger";
  if (isFork && on.pullRequestForks === "never") return "Pull requests from forks are not built";
  if (isFork && !senderMayWrite) return "The sender has no write permission";
  return {
    cause: { kind: "pull_request", by: sender },
    traceId: newTraceId(),
    ref: `refs/pull/${number}/head`,
    sha: head,
    pr: number,
    changes: { kind: "merge_base", base, head },
    withoutSecrets: isFork,
  };
}

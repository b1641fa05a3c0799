import type { JobChanges } from "../builds/job.ts";
import type { NewBuild } from "../builds/new_build.ts";
import type { ServerPipeline } from "../builds/server_pipeline.ts";
import { planBuild } from "./plan_build.ts";
import { isRevision } from "./revision.ts";

/** The parameters of `POST /webhook`. */
export interface WebhookParameters {
  readonly ref: string | undefined;
  readonly changedRefs: readonly string[];
  readonly tags: readonly string[];
}

/** The answer to `POST /webhook`. */
export type WebhookPlan =
  | { readonly kind: "build"; readonly build: NewBuild }
  /** Nothing is queued, and that is no failure. */
  | { readonly kind: "nothing"; readonly reason: string }
  | { readonly kind: "invalid"; readonly problem: string };

/** The values that a plan takes from its surroundings. */
export interface WebhookOptions {
  readonly parameters: WebhookParameters;
  readonly traceId: string;
  /** The name of the key that asked. */
  readonly by: string | undefined;
  readonly secretNames: readonly string[];
}

/** Plans the build that `POST /webhook` asks for. */
export function planWebhook(pipeline: ServerPipeline, options: WebhookOptions): WebhookPlan {
  const { parameters: { ref, changedRefs, tags }, traceId, by, secretNames } = options;
  const given = [...(ref === undefined ? [] : [ref]), ...changedRefs, ...tags];
  const wrong = given.find((each) => !isRevision(each));
  if (wrong !== undefined) {
    return { kind: "invalid", problem: `${JSON.stringify(wrong)} is no branch, tag or commit` };
  }
  if (!pipeline.on.webhook) return { kind: "nothing", reason: "The pipeline has no webhook trigger" };
  const { tagPattern } = pipeline;
  const tag = tagPattern === undefined ? undefined : tags.find((each) => tagPattern.test(each));
  if (tagPattern !== undefined && tag === undefined) {
    return {
      kind: "nothing",
      reason: tags.length === 0
        ? "The pipeline builds tags only, and the request names none"
        : `No tag fits ${tagPattern.source}`,
    };
  }
  const builtTag = pipeline.format === "bare" ? undefined : tag;
  const changes: JobChanges = changedRefs.length === 0
    ? { kind: "all" }
    : { kind: "commits", refs: changedRefs };
  return {
    kind: "build",
    build: planBuild(pipeline, {
      cause: { kind: "webhook", by },
      traceId,
      ref: builtTag ?? ref,
      tag,
      changes,
    }, { secretNames }),
  };
}

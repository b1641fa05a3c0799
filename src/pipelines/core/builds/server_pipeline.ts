/** A pipeline in the server's file, checked and with its defaults filled in. */

import type { PipelineFormat } from "../pipeline.ts";
import type { JobProgram } from "./job.ts";
import type { PipelineNews } from "./notification.ts";

/** A pipeline that the server builds. */
export interface ServerPipeline {
  readonly name: string;
  /** In a bare file, tags and secrets have the meaning of the replaced tool. */
  readonly format: PipelineFormat;
  /** An address that Git clones. */
  readonly repository: string;
  /** The branch, tag or commit that is built unless the trigger names another one. */
  readonly ref: string;
  readonly cwd: string | undefined;
  readonly program: JobProgram;
  /** The tags that a worker needs. */
  readonly workerTags: readonly string[];
  /** The tags that are built. Version 1 compares the whole tag; bare searches in it. */
  readonly tagPattern: RegExp | undefined;
  readonly on: PipelineTriggers;
  readonly concurrency: ConcurrencySettings | undefined;
  readonly timeoutMs: number | undefined;
  /** How often a build runs again after its worker went away, and after it failed. */
  readonly retries: { readonly lost: number; readonly failed: number };
  /** The names of secrets that jobs are given; undefined for all, as in a bare file. */
  readonly secrets: readonly string[] | undefined;
  readonly workspace: "fresh" | "reuse";
  readonly submodules: boolean;
  readonly news: PipelineNews;
}

/** The triggers that queue builds of a pipeline. */
export interface PipelineTriggers {
  /** Whether `POST /webhook` does. */
  readonly webhook: boolean;
  /** The branches whose pushes do, as patterns; undefined for no push. */
  readonly pushBranches: readonly string[] | undefined;
  /** The pull requests from forks that queue builds, besides those from branches; undefined for no pull request. */
  readonly pullRequestForks: "never" | "trusted" | undefined;
  /** Milliseconds between two looks at the repository. */
  readonly pollMs: number | undefined;
  /** A line of cron, in UTC. */
  readonly schedule: string | undefined;
}

/** The limit of builds that run at once. */
export interface ConcurrencySettings {
  /** May use `$PIPELINE`, `$REF` and `$PR`. */
  readonly group: string;
  readonly limit: number;
  readonly cancelInProgress: boolean;
}

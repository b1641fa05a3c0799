import type { BuildCause } from "../builds/build.ts";
import type { JobChanges, JobSpec } from "../builds/job.ts";
import type { NewBuild } from "../builds/new_build.ts";
import type { ServerPipeline } from "../builds/server_pipeline.ts";

/** A commit to build and why. */
export interface BuildRequested {
  readonly cause: BuildCause;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The branch, tag or commit; undefined for that of the pipeline. */
  readonly ref?: string | undefined;
  readonly sha?: string | undefined;
  readonly tag?: string | undefined;
  readonly pr?: number | undefined;
  readonly changes?: JobChanges;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the commit comes from someone who may not see secrets. */
  readonly withoutSecrets?: boolean;
}

/** Plans a build of a pipeline. `secretNames` are the names of all secrets of the server, which bare pipelines see. */
export function planBuild(
  pipeline: ServerPipeline,
  requested: BuildRequested,
  { secretNames }: { readonly secretNames: readonly string[] },
): NewBuild {
  const ref = requested.ref ?? pipeline.ref;
  const job: JobSpec = {
    pipeline: pipeline.name,
    repository: pipeline.repository,
    ref,
    sha: requested.sha,
    tag: requested.tag,
    pr: requested.pr,
    cwd: pipeline.cwd,
    program: pipeline.program,
    changes: requested.changes ?? { kind: "all" },
    timeoutMs: pipeline.timeoutMs,
    workspace: pipeline.workspace,
    submodules: pipeline.submodules,
    secrets: requested.withoutSecrets === true ? [] : pipeline.secrets ?? secretNames,
    env: requested.env ?? {},
  };
  const { concurrency } = pipeline;
  return {
    job,
    traceId: requested.traceId,
    cause: requested.cause,
    workerTags: pipeline.workerTags,
    concurrency: concurrency === undefined
      ? undefined
      : { ...concurrency, group: groupOf(concurrency.group, job) },
    retries: pipeline.retries,
  };
}

function groupOf(text: string, { pipeline, ref, pr }: JobSpec): string {
  const values: Readonly<Record<string, string>> = {
    PIPELINE: pipeline,
    REF: ref,
    PR: pr === undefined ? "" : String(pr),
  };
  return text.replace(
    /\$(?:\{([A-Z]+)\}|([A-Z]+))/g,
    (whole, braced, plain) => values[braced ?? plain] ?? whole,
  );
}

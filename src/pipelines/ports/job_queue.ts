/** The queue of builds. It is part of the store: each call is one transaction. */

import type { Build, WorkerOutcome } from "../core/builds/build.ts";
import type { JobSpec } from "../core/builds/job.ts";
import type { NewBuild } from "../core/builds/new_build.ts";

/** A trigger that must take effect once, with the builds that it queues. */
export interface Intake {
  /**
   * The marks of a delivery, such as its identifier and the hash of its body. If the store has one of them, nothing is
   * queued. Empty for triggers that may repeat.
   */
  readonly marks: readonly string[];
  readonly builds: readonly NewBuild[];
}

/** The answer to an intake. */
export type IntakeAnswer =
  /** The builds in the order of the intake. */
  | { readonly kind: "queued"; readonly builds: readonly Build[] }
  | { readonly kind: "repeated" }
  /** As many builds wait as may wait. Nothing was queued, and the marks are not kept. */
  | { readonly kind: "full"; readonly waiting: number };

/** A worker that asks for a build. */
export interface ClaimRequest {
  readonly worker: string;
  readonly tags: readonly string[];
  /** The pipelines that its key may run; undefined for all. */
  readonly pipelines: readonly string[] | undefined;
  /** Whether it is a worker of the replaced tool: it runs no pipeline file and has no lease. */
  readonly handsOver: boolean;
  readonly leaseMs: number;
}

/** A build that a worker has claimed. Its number of attempts is the attempt's own. */
export interface Claimed {
  readonly build: Build;
  readonly job: JobSpec;
}

/** A write of a worker. A write of an older attempt has no effect. */
export interface AttemptOf {
  readonly build: string;
  readonly attempt: number;
}

/** The queue of builds. Instants come from the caller's clock. Every call throws AppError `store_…`. */
export interface JobQueue {
  /**
   * Queues the builds of each intake, all or none. Calls at the same time share one commit. A newer build of a group
   * that cancels supersedes the builds of it that wait, and cancels those that run.
   */
  enqueue(
    intake: Intake,
    options: { readonly maxQueued: number; readonly now: number },
    signal: AbortSignal,
  ): Promise<IntakeAnswer>;
  /** Whether the store has one of the marks. */
  isMarked(marks: readonly string[], signal: AbortSignal): Promise<boolean>;
  /** Claims the oldest build that the worker may run; undefined if no build fits. */
  claim(request: ClaimRequest & { readonly now: number }, signal: AbortSignal): Promise<Claimed | undefined>;
  /** Renews the lease of an attempt. `cancel` asks the worker to end the build; `stale` means it has another attempt. */
  renew(
    attempt: AttemptOf & { readonly leaseMs: number; readonly now: number },
    signal: AbortSignal,
  ): Promise<"kept" | "cancel" | "stale">;
  /** Ends an attempt. A failed build is queued again while retries are left. Undefined if the attempt is stale. */
  finish(
    attempt: AttemptOf & {
      readonly outcome: WorkerOutcome;
      readonly reason: string | undefined;
      readonly exitCode: number | undefined;
      readonly now: number;
    },
    signal: AbortSignal,
  ): Promise<Build | undefined>;
  /** Gives a claimed build back without counting the attempt as lost. Undefined if the attempt is stale. */
  release(
    attempt: AttemptOf & { readonly reason: string; readonly now: number },
    signal: AbortSignal,
  ): Promise<Build | undefined>;
  /** Cancels a build: at once while it waits, else through its worker. Undefined if there is no such build. */
  cancel(
    id: string,
    options: { readonly reason: string; readonly now: number },
    signal: AbortSignal,
  ): Promise<Build | undefined>;
  /** Queues builds again whose leases have expired, or ends them as lost. Returns those that changed. */
  sweep(now: number, signal: AbortSignal): Promise<readonly Build[]>;
  /**
   * Resolves when a build may have become claimable or a build was cancelled, also by another process on the same
   * store. It may resolve for no reason.
   */
  changed(signal: AbortSignal): Promise<void>;
}

import type { ListPorts } from "../../../../environments/app/show/list_environments.ts";
import type { SyncPorts } from "../../../../environments/app/sync/sync_ports.ts";
import type { RunValues } from "../../../../environments/app/run.ts";
import type { Clock } from "../../../../ports/clock.ts";
import type { PullEvent } from "../../../core/server_environments/pull_event.ts";
import type { BuildStore } from "../../../ports/build_store.ts";
import type { JobQueue } from "../../../ports/job_queue.ts";

/** A run about the environments of a repository. */
export interface EnvironmentRun {
  /** `owner/name`. */
  readonly repository: string;
  /** Undefined for a run about all pull requests. */
  readonly pr: number | undefined;
  /** The event that asked for it. */
  readonly event: PullEvent | undefined;
  /** Whether an administrator of the server asks: GitHub sees the account of the token act, as after a command. */
  readonly asCommand?: true;
}

/** The ports and values of a run, made from the configuration on the base branch. */
export type EnvironmentRunPorts = SyncPorts & ListPorts & RunValues;

/** The environments that the pipelines file lists. */
export interface EnvironmentsInForce {
  /** As `owner/name`. */
  readonly repositories: readonly string[];
  readonly cleanupMs: number;
}

/** The ports of a server that drives environments. */
export interface EnvironmentPorts {
  readonly store: Pick<BuildStore, "note" | "swapNote" | "lead">;
  readonly queue: Pick<JobQueue, "changed">;
  readonly clock: Clock;
  /** Returns what the pipelines file lists now; undefined if it lists no environments. */
  readonly inForce: () => EnvironmentsInForce | undefined;
  /** The address of GitHub's pages. */
  readonly serverUrl: string;
  /** Runs `act` with the ports of a run, and clears up after it. Throws AppError. */
  readonly withRun: <Result>(
    run: EnvironmentRun,
    act: (ports: EnvironmentRunPorts) => Promise<Result>,
    signal: AbortSignal,
  ) => Promise<Result>;
  /** Names this process among those that share the store. */
  readonly holder: string;
  /** The number of syncs that run at a time. */
  readonly limit: number;
  readonly say: (line: string) => void;
}

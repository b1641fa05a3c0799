import type { Clock } from "../../../ports/clock.ts";
import type { ServedEnvironments } from "./environments/served_environments.ts";
import type { BuildStore } from "../../ports/build_store.ts";
import type { JobQueue } from "../../ports/job_queue.ts";
import type { ServerFiles } from "../../ports/server_files.ts";

/** The ports of the server. */
export interface ServerPorts {
  readonly queue: JobQueue;
  readonly store: BuildStore;
  readonly files: ServerFiles;
  readonly clock: Clock;
  readonly settings: ServerSettings;
  /** Returns 32 random hexadecimal digits. */
  readonly newTraceId: () => string;
  /** Returns 16 random hexadecimal digits. */
  readonly newSpanId: () => string;
  /**
   * Whether a login may write to a repository, given as an address. False if that is not known. Undefined without
   * access to GitHub.
   */
  readonly mayWrite:
    | ((login: string, repository: string, signal: AbortSignal) => Promise<boolean>)
    | undefined;
  /** The environments of the server; undefined if it drives none. */
  readonly environments?: ServedEnvironments | undefined;
  /** Takes a build whose state has changed: to show it on its commit and to send news of it. It never throws. */
  readonly onChange: (id: string) => void;
}

/** The settings of the server. */
export interface ServerSettings {
  /** The number of builds that may wait. */
  readonly maxQueued: number;
  /** The server's own address, without a final slash; undefined if it is not known. */
  readonly publicUrl: string | undefined;
  readonly tracesEndpoint: string | undefined;
  readonly logsEndpoint: string | undefined;
}

/** Milliseconds that a lease lasts. Workers renew it every 10 seconds. */
export const LEASE_MS = 30_000;

import type { Clock } from "../../ports/clock.ts";
import type { BuildObserver } from "../core/build_event.ts";
import type { Pipeline } from "../core/pipeline.ts";
import type { OutputStore } from "../ports/output_store.ts";
import type { Programs } from "../ports/programs.ts";
import type { Workspace } from "../ports/workspace.ts";

/** The ports that a build uses. */
export interface BuildPorts {
  readonly programs: Programs;
  readonly workspace: Workspace;
  readonly clock: Clock;
  /** Keeps outputs of steps in a context; undefined without one. */
  readonly outputs: OutputStore | undefined;
  /** Returns 16 random hexadecimal digits. */
  readonly newSpanId: () => string;
}

/** A build to run. */
export interface BuildRequest {
  readonly pipeline: Pipeline;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The changed paths, relative to the root; undefined if they are not known. */
  readonly changeset: readonly string[] | undefined;
  /** The path of the only node to run, with the set-ups and tear-downs around it; undefined for all. */
  readonly only: string | undefined;
  /** The number of programs that run at once in the whole build; undefined for no limit besides those of nodes. */
  readonly maxParallel: number | undefined;
  /** The variables that every step has. */
  readonly env: Readonly<Record<string, string>>;
  /** The values of secrets by name. A step sees those that its nodes name, and no output shows any. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Takes each event of the build. */
  readonly observe: BuildObserver;
}

/** Where environments run: starts, describes, lists and removes them, and reads their logs. */

import type { EnvironmentKey } from "../core/environment/names.ts";
import type {
  DeployedSettings,
  EngineIdentity,
  NewestRequest,
  PlatformEnvironment,
  PlatformKind,
  SleepCause,
} from "../core/environment/environment.ts";
import type { Reached } from "../core/cleanup/mod.ts";
import type { RepositoryIdentity } from "../core/environment/ownership.ts";
import type { FullSha, PrNumber } from "../../lib/ids.ts";
import type { HookEvents } from "./hook_events.ts";

/** Selects the environments to list: those that carry this repository's tags, or no repository's. */
export interface PlatformScope extends RepositoryIdentity {
  /** Only this pull request's environments. */
  readonly pr?: PrNumber;
  /** Includes other repositories' environments: to see what they use, never to change them. */
  readonly others?: boolean;
  /** Asks each environment's health check; otherwise `healthy` is the platform's own answer. */
  readonly probe?: boolean;
}

/** Everything that deploying an environment needs to know. */
export interface DeploySpec extends RepositoryIdentity {
  readonly pr: PrNumber;
  readonly sha: FullSha;
  /** Full image reference. */
  readonly image: string;
  /** A person named this image for this run: a platform that lacks it gets it from its registry. */
  readonly named?: boolean;
  readonly settings: DeployedSettings;
  readonly requestedBy: string | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970; undefined if it never expires by age. */
  readonly expiresAt: number | undefined;
  /** The epoch of the lock that this run holds. A service with a higher epoch is refused (`stale_epoch`). */
  readonly epoch: number;
}

/** The events of a deployment. */
export interface DeployEvents extends HookEvents {
  /** Receives what the deployment waits for. */
  readonly onProgress: (text: string) => void;
  /**
   * Receives a sentence, and is awaited, before a serving environment of the same pull request is stopped
   * because the new one needs its place. That environment is started again if the new one fails.
   */
  readonly onGap?: (sentence: string) => Promise<void>;
}

/** The result of a deployment. */
export interface Deployed {
  /** `host:port`; its health check has answered. */
  readonly address: string;
  /**
   * True if an older instance of the same service still runs beside it, or if runs that died may have left
   * something: {@link Platform.settle} has to finish that after people are sent to the new address.
   */
  readonly unsettled: boolean;
  /** A sentence for people about the address, if not everyone can open it. */
  readonly warning?: string | undefined;
}

/**
 * Something on the platform that was made for an environment and belongs to none any more: a task definition.
 */
export interface PlatformLeftover {
  /** An id that stays the same at every listing. */
  readonly id: string;
  /** For people: `task definition superset-ci-pr-1234:7`. */
  readonly what: string;
  readonly pr: PrNumber;
  /** Milliseconds since 1970; undefined if the platform does not say. */
  readonly createdAt: number | undefined;
}

/** The owner of a change, and when and why an environment is put to sleep. */
export interface SleepOptions extends RepositoryIdentity {
  readonly epoch: number;
  readonly cause: SleepCause;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The HTML that answers at an address that stays, on a platform that can show it. */
  readonly page: string;
}

/** The owner of a change, when an environment is woken, and the progress of that. */
export interface WakeOptions extends RepositoryIdentity {
  readonly epoch: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The HTML that answers at an address that stays, if the environment does not wake. */
  readonly page: string;
  readonly onProgress: (text: string) => void;
}

/** The calls that change nothing. */
export interface PlatformReader {
  readonly kind: PlatformKind;
  /** Reads which machine's engine this is; undefined for a platform that is the same from every machine. */
  engine?(signal: AbortSignal): Promise<EngineIdentity>;
  /**
   * Lists environments, all pages. If the platform does not answer, throws AppError instead of returning a
   * part (`engine_unavailable`, `aws_unreachable`, `aws_credentials`; message or hint names what was tried).
   * If an address costs its own call, only a scope with `probe` returns it.
   */
  list(scope: PlatformScope, signal: AbortSignal): Promise<readonly PlatformEnvironment[]>;
  /**
   * Reads addresses that {@link list} left out, in the order of the keys, with a fixed limit of calls, however
   * many keys there are. An entry is undefined if the environment has no address or the limit does not reach it.
   */
  addresses(
    environments: readonly EnvironmentKey[],
    signal: AbortSignal,
  ): Promise<readonly (string | undefined)[]>;
  /**
   * Reads the current address of every environment, in the order of `environments`, with about one call per
   * hundred, and asks each address for its health.
   */
  reach(environments: readonly EnvironmentKey[], signal: AbortSignal): Promise<readonly Reached[]>;
  /**
   * Finds leftovers that no environment uses: all of pull requests that have no environment, and those beside
   * living environments as far as a fixed number of calls finds them. Throws AppError if the platform does
   * not answer.
   */
  leftovers(
    scope: RepositoryIdentity,
    signal: AbortSignal,
  ): Promise<readonly PlatformLeftover[]>;
  /**
   * Finds the newest request that reached each environment since `since`, health checks left out, in the order of the
   * keys. Times are milliseconds since 1970. The longer the span, the coarser the answer: it may be later than the request
   * by a hundredth of the span, and is never earlier.
   */
  newestRequests(
    environments: readonly EnvironmentKey[],
    options: { readonly since: number },
    signal: AbortSignal,
  ): Promise<readonly NewestRequest[]>;
  /**
   * Reads the environment's log line by line; with `follow` until `signal` aborts, with `tail` only the last
   * lines.
   */
  logs(
    environment: EnvironmentKey,
    options: { readonly tail: number | undefined; readonly follow: boolean },
    signal: AbortSignal,
  ): AsyncIterable<string>;
}

/** A place where environments run. */
export interface Platform extends PlatformReader {
  /**
   * Brings an environment up and waits until it is stable and its health check answers 2xx. An existing
   * service is updated in place: the old instance serves until the new one is healthy and, if the platform
   * can, until {@link settle}. The hook `after_start` runs before this returns, if it is due. On failure, removes
   * what was made, leaves an older instance serving and throws an AppError whose code is a FailureReason and
   * whose logTail has the last lines of the log.
   */
  deploy(
    spec: DeploySpec,
    events: DeployEvents,
    signal: AbortSignal,
  ): Promise<Deployed>;
  /**
   * Finishes an update in place. Of two instances of one service, the healthy newer one stays (under the
   * service's own name) and the other is removed. If the platform keeps images, unused images of this pull
   * request that lost their tag to a rebuild are removed too. Nothing to do is success.
   */
  settle(
    environment: EnvironmentKey,
    options: RepositoryIdentity & { readonly epoch: number },
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Stops an environment and keeps it as it is: its image, its settings and its secret. Stopped already is success.
   * Refuses as {@link destroy} does, and a service that does not exist (`environment_not_found`).
   */
  sleep(environment: EnvironmentKey, options: SleepOptions, signal: AbortSignal): Promise<void>;
  /**
   * Starts an environment that {@link sleep} stopped, and waits as {@link deploy} does. Running already is success. On
   * failure it is stopped again, and an AppError is thrown as by {@link deploy}.
   */
  wake(environment: EnvironmentKey, options: WakeOptions, signal: AbortSignal): Promise<Deployed>;
  /**
   * Removes a service and confirms that it is gone; a service that does not exist is success. Refuses a
   * service that lacks Showtime's tag or belongs to another repository (`not_ours`), or that carries a higher
   * epoch (`stale_epoch`). The hook `before_stop` runs first; its failure is reported and keeps nothing alive.
   */
  destroy(
    environment: EnvironmentKey,
    options: RepositoryIdentity & { readonly epoch: number; readonly hooks?: HookEvents | undefined },
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Removes a leftover by its id; one that does not exist is success. Refuses (`not_ours`) one that lacks
   * Showtime's tags.
   */
  removeLeftover(id: string, options: RepositoryIdentity, signal: AbortSignal): Promise<void>;
}

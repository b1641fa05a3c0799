/** Where environments run: starts, describes, lists and removes them, and gives their log. */

import type { EnvironmentKey } from "../core/environment/names.ts";
import type { DeployedSettings, PlatformEnvironment, PlatformKind } from "../core/environment/environment.ts";
import type { FullSha, PrNumber } from "../../lib/ids.ts";

/** Which environments to list. */
export interface PlatformScope {
  /** `owner/name`: only what carries this repository's tag, or none at all, is listed. */
  readonly repo: string;
  /** Only this pull request's. */
  readonly pr?: PrNumber;
  /** Other repositories' too: to see what they use, never to touch them. */
  readonly others?: boolean;
  /** Ask each environment's health check; otherwise `healthy` is what the platform says by itself. */
  readonly probe?: boolean;
}

/** Everything that is known about an environment to deploy. */
export interface DeploySpec {
  readonly repo: string;
  readonly pr: PrNumber;
  readonly sha: FullSha;
  /** Full image reference. */
  readonly image: string;
  readonly settings: DeployedSettings;
  readonly requestedBy: string | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970; undefined: never by age. */
  readonly expiresAt: number | undefined;
  /** The epoch of the lock that is held; an environment with a higher one is refused (`stale_epoch`). */
  readonly epoch: number;
}

/** What a deployment led to. */
export interface Deployed {
  /** `host:port`, answering its health check. */
  readonly address: string;
  /**
   * True where an older instance of the same service still runs beside it, or something may be left of runs that died:
   * {@link Platform.settle} has to finish that, once people have been sent to the new address.
   */
  readonly unsettled: boolean;
}

/** Something on the platform that was made for an environment and belongs to none any more: a task definition. */
export interface PlatformLeftover {
  /** The same for the same thing at every look. */
  readonly id: string;
  /** For people: `task definition superset-ci-pr-1234:7`. */
  readonly what: string;
  readonly pr: PrNumber;
  /** Milliseconds since 1970; undefined where the platform does not tell. */
  readonly createdAt: number | undefined;
}

/** The calls that change nothing. */
export interface PlatformReader {
  readonly kind: PlatformKind;
  /**
   * Lists environments, all pages. Throws AppError rather than give a part of the list, where the platform
   * does not answer (`engine_unavailable`, `aws_unreachable`, `aws_credentials`; the message or hint names what was
   * tried). Where an address costs a call of its own, only a scope with `probe` gives it.
   */
  list(scope: PlatformScope, signal: AbortSignal): Promise<readonly PlatformEnvironment[]>;
  /**
   * Addresses that {@link list} left out, in the order of the keys, with a number of calls that does not grow with
   * them. An entry is undefined if the environment has no address or was not reached within those calls.
   */
  addresses(
    environments: readonly EnvironmentKey[],
    signal: AbortSignal,
  ): Promise<readonly (string | undefined)[]>;
  /**
   * What no environment uses: all that is left of pull requests that have none, and beside living ones as far as a number
   * of calls tells that does not grow with them. Throws AppError where the platform does not answer.
   */
  leftovers(
    scope: { readonly repo: string },
    signal: AbortSignal,
  ): Promise<readonly PlatformLeftover[]>;
  /** The environment's log, line by line; with `follow` until `signal` aborts. `tail`: only the last so many lines. */
  logs(
    environment: EnvironmentKey,
    options: { readonly tail: number | undefined; readonly follow: boolean },
    signal: AbortSignal,
  ): AsyncIterable<string>;
}

/** A place where environments run. */
export interface Platform extends PlatformReader {
  /**
   * Brings an environment up and waits until it is stable and its health check answers 200. Where the service
   * exists already it is updated in place: the old instance serves until the new one is healthy, and, where the
   * platform can, until {@link settle}. On failure what was made is removed, an older instance goes on serving,
   * and an AppError is thrown whose code is a FailureReason and whose logTail are the last lines of the log.
   * `onProgress` is told what is waited for.
   */
  deploy(
    spec: DeploySpec,
    options: { readonly onProgress: (text: string) => void },
    signal: AbortSignal,
  ): Promise<Deployed>;
  /**
   * Finishes what an update in place left: of two instances of one service the healthy newer one stays (under
   * the service's own name), the other goes, and so do unused images of this pull request that
   * lost their tag to a rebuild, where the platform keeps images. Nothing to do is success.
   */
  settle(
    environment: EnvironmentKey,
    options: { readonly repo: string; readonly epoch: number },
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Removes a service and confirms that it is gone. One that is not there is success. Refuses (`not_ours`,
   * `stale_epoch`) what lacks our tag, belongs to another repository or carries a higher epoch.
   */
  destroy(
    environment: EnvironmentKey,
    options: { readonly repo: string; readonly epoch: number },
    signal: AbortSignal,
  ): Promise<void>;
  /** Removes a leftover by its id. One that is not there is success; refuses (`not_ours`) what lacks our tags. */
  removeLeftover(id: string, options: { readonly repo: string }, signal: AbortSignal): Promise<void>;
}

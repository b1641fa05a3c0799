import type { FullSha, PrNumber, ServiceName, ShortSha } from "../../../lib/ids.ts";

/** The kind of platform that environments run on. */
export type PlatformKind = "docker" | "ecs";

/** The engine of one machine. */
export interface EngineIdentity {
  /** An id that no other engine has. */
  readonly id: string;
  /** The machine's name, for people. */
  readonly name: string;
}

/** The size of an environment: the name of an entry of the configuration's `sizes`. */
export type SizeName = string;

/** Feature flags by name; true is on. */
export type Flags = Readonly<Record<string, boolean>>;

/** The settings that an environment was deployed with. Rule 15 compares them with the wanted ones. */
export interface DeployedSettings {
  readonly size: SizeName;
  readonly flags: Flags;
  /** The login shown to people, as `user/password`; undefined if the application has none. */
  readonly login: string | undefined;
  /** The address of the pull request that stays from commit to commit; undefined if it has none. */
  readonly url?: string | undefined;
}

/** The reason why an environment was put to sleep: a request, the configured hours, or a time without requests. */
export type SleepCause = "person" | "schedule" | "idle";

/** An environment as the platform keeps it while it is stopped. */
export interface PlatformSleep {
  /** Whether the platform carries Showtime's mark of sleep. Without it, something else may have stopped it. */
  readonly marked: boolean;
  /** Undefined if the platform cannot record it: the comment's record may know it. */
  readonly cause?: SleepCause | undefined;
  /** Since when it is stopped, in milliseconds since 1970. */
  readonly since?: number | undefined;
}

/**
 * The newest request that reached an environment, health checks left out, in milliseconds since 1970; `none` if there was
 * none in the time that was asked about; undefined if the platform does not count requests.
 */
export type NewestRequest = number | "none" | undefined;

/** An environment as the platform has it, independent of the labels. Times are milliseconds since 1970. */
export interface PlatformEnvironment {
  readonly platform: PlatformKind;
  readonly pr: PrNumber;
  /** The full hash; undefined if the platform's tags do not have it. */
  readonly sha: FullSha | undefined;
  /** Undefined only for an environment of the older scheme whose name has no SHA. */
  readonly short: ShortSha | undefined;
  /** True for an environment of the older scheme `pr-<n>-<sha7>`, whose services lack the suffix. */
  readonly bare?: true | undefined;
  readonly service: ServiceName;
  /** `host:port`; undefined while it has no address. */
  readonly address: string | undefined;
  /** Whether it is running, stable and, if it was probed, answering. */
  readonly healthy: boolean;
  /** Set while it is stopped and kept, as sleep leaves it. */
  readonly sleep?: PlatformSleep | undefined;
  /** How long it has slept before, in milliseconds; undefined for never, or if the platform does not say. */
  readonly sleptMs?: number | undefined;
  /** When it was last started or woken; undefined if the platform does not say. */
  readonly startedAt?: number | undefined;
  /** The platform's words for its condition: `running`, `exited (137)`. */
  readonly condition: string;
  readonly image: string | undefined;
  readonly settings: DeployedSettings;
  readonly requestedBy: string | undefined;
  readonly createdAt: number | undefined;
  readonly expiresAt: number | undefined;
  /** The epoch of the lock under which it was last changed. A run with a lower epoch never touches it. */
  readonly epoch: number;
  /** `owner/name`; undefined if the tag is missing. */
  readonly repo: string | undefined;
  /** GitHub's numeric id of the repository; undefined if the tag is missing. */
  readonly repoId?: number | undefined;
  /** Whether it carries `showtime_managed=true`. Without the tag it is deleted only if it is `legacy`. */
  readonly managed: boolean;
  /** Whether an older scheme named it: `pr-<n>-service`, or `pr-<n>-<sha7>` on ECS. */
  readonly legacy: boolean;
  /**
   * Whether an interrupted change left something to finish: a half-made part beside it, the environment
   * itself under a temporary name, or the part that it replaced.
   */
  readonly unsettled: boolean;
}

import type { FullSha, PrNumber, ServiceName, ShortSha } from "../../../lib/ids.ts";

/** Where environments run. */
export type PlatformKind = "docker" | "ecs";

/** The size of an environment: the name of an entry of the configuration's `sizes`. */
export type SizeName = string;

/** Feature flags by name; true is on. */
export type Flags = Readonly<Record<string, boolean>>;

/** What was asked for when an environment was deployed; what rule 15 compares. */
export interface DeployedSettings {
  readonly size: SizeName;
  readonly flags: Flags;
  /** The login shown to people, as `user/password`; undefined where the application has none. */
  readonly login: string | undefined;
}

/**
 * An environment as the platform has it, whatever the labels say. Times are milliseconds since 1970.
 */
export interface PlatformEnvironment {
  readonly platform: PlatformKind;
  readonly pr: PrNumber;
  /** Full hash where the platform's tags have it; undefined for one that lacks it. */
  readonly sha: FullSha | undefined;
  /** Undefined only for an environment of the older scheme without a SHA in its name. */
  readonly short: ShortSha | undefined;
  readonly service: ServiceName;
  /** `host:port`; undefined as long as it has none. */
  readonly address: string | undefined;
  /** Running, stable and (where it was probed) answering. */
  readonly healthy: boolean;
  /** One sentence about its condition, from the platform: `running`, `exited (137)`. */
  readonly condition: string;
  readonly image: string | undefined;
  readonly settings: DeployedSettings;
  readonly requestedBy: string | undefined;
  readonly createdAt: number | undefined;
  readonly expiresAt: number | undefined;
  /** The epoch of the lock under which it was last changed: a lower one never touches it. */
  readonly epoch: number;
  /** `owner/name`; undefined where the tag is missing. */
  readonly repo: string | undefined;
  /** Carries `showtime_managed=true`. What does not is never deleted, but for a strict legacy name. */
  readonly managed: boolean;
  /** Named `pr-<n>-service`, by an older scheme. */
  readonly legacy: boolean;
  /** An interrupted change left a half-made part beside it, its own under a temporary name, or what it was made from. */
  readonly unsettled: boolean;
}

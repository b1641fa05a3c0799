import type { CostSettings } from "../cost/settings.ts";
import type { SleepSettings } from "../sleep/mod.ts";
import type { Ttl } from "../labels/label.ts";
import type { Hooks } from "./hooks.ts";

/** The settings of content that is pushed into each environment. */
export interface ContentSettings {
  /** Changes with the settings of the content: an environment with the content of other settings gets it anew. */
  readonly key: string;
  /** Whether an environment is failed if its content is. */
  readonly required: boolean;
}

/** How many environments there may be at the same time. */
export interface EnvironmentLimits {
  /** Pull requests that have one; undefined for any number. */
  readonly environments: number | undefined;
  /** Those of them that one person asked for; undefined for any number. */
  readonly perUser: number | undefined;
}

/** The configured settings that decide about environments. They keep this form from the configuration to their use. */
export interface EnvironmentSettings {
  /** The moment that the time-to-live counts from; the creation if undefined. */
  readonly ttlFrom?: "created" | "deployed" | "traffic" | undefined;
  readonly autoSync: "always" | "trusted" | "never";
  /** Logins of further bots that Showtime writes as, or did: their labels and comments are believed. */
  readonly trustedBots?: readonly string[];
  /** Automatic attempts for an SHA beyond the first. */
  readonly retries: number;
  /** The time-to-live of an environment whose labels name none. */
  readonly defaultTtl: Ttl;
  /**
   * `max_age`, the cap on ages in milliseconds. It does not end an environment whose time-to-live is `close`. Only an
   * account that may cause builds can ask for a longer time-to-live.
   */
  readonly maxAgeMs?: number | undefined;
  /** `user/password` of the application; undefined if it has none. */
  readonly login: string | undefined;
  /** Flags whose variable is configured: lines in a pull request's body do not set them. */
  readonly configuredFlags?: readonly string[];
  /** Patterns of the files that go into the image; undefined if every commit is built. */
  readonly buildPaths?: readonly string[] | undefined;
  /** Undefined if there may be any number of environments. */
  readonly limits?: EnvironmentLimits | undefined;
  /** The prices of environments; undefined if their cost is not shown. */
  readonly cost?: CostSettings | undefined;
  /**
   * The status `showtime` of head commits; undefined if none is written. `required`: branch protection waits for it on
   * every head.
   */
  readonly status?: { readonly required: boolean } | undefined;
  /** When environments are put to sleep; undefined if only people do that. */
  readonly sleep?: SleepSettings | undefined;
  /** Undefined if nothing is pushed into environments. */
  readonly content?: ContentSettings | undefined;
  /** Undefined if no command runs in environments. */
  readonly hooks?: Hooks | undefined;
}

/** Whether requests of people decide how long environments live or stay awake. */
export function countsRequests(
  { sleep, ttlFrom }: Pick<EnvironmentSettings, "ttlFrom"> & {
    readonly sleep?: { readonly afterMs: number | undefined } | undefined;
  },
): boolean {
  return sleep?.afterMs !== undefined || ttlFrom === "traffic";
}

import type { SleepSettings } from "../sleep/mod.ts";
import type { Ttl } from "../labels/label.ts";

/** The settings of content that is pushed into each environment. */
export interface ContentSettings {
  /** Changes with the settings of the content: an environment with the content of other settings gets it anew. */
  readonly key: string;
  /** Whether an environment is failed if its content is. */
  readonly required: boolean;
}

/** The configured settings that decide about environments. They keep this form from the configuration to their use. */
export interface EnvironmentSettings {
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
  /** When environments are put to sleep; undefined if only people do that. */
  readonly sleep?: SleepSettings | undefined;
  /** Undefined if nothing is pushed into environments. */
  readonly content?: ContentSettings | undefined;
}

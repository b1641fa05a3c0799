import type { PrNumber, ShortSha } from "../../../lib/ids.ts";

/** What a person can ask for with a label. */
export type Trigger = "start" | "stop" | "sync";

/** The status of an environment for one commit. */
export type Status = "building" | "built" | "deploying" | "running" | "updating" | "failed" | "stopping";

/** A time-to-live: a number of minutes, hours, days or weeks, or `close`: until the pull request closes. */
export type Ttl =
  | { readonly kind: "close" }
  | { readonly kind: "duration"; readonly amount: number; readonly unit: "m" | "h" | "d" | "w" };

/** A label of ours, in meaning; its one written form is given by `formatLabel()`. */
export type Label =
  | { readonly kind: "trigger"; readonly trigger: Trigger }
  | { readonly kind: "freeze" }
  | { readonly kind: "blocked" }
  | { readonly kind: "flag"; readonly flag: string; readonly on: boolean }
  | { readonly kind: "pr_ttl"; readonly ttl: Ttl }
  | { readonly kind: "status"; readonly sha: ShortSha; readonly status: Status }
  | { readonly kind: "active"; readonly sha: ShortSha }
  | { readonly kind: "preparing"; readonly sha: ShortSha }
  /** `at`: milliseconds since 1970, a whole minute. */
  | { readonly kind: "created"; readonly sha: ShortSha; readonly at: number }
  /** `address`: `host:port`. */
  | { readonly kind: "address"; readonly sha: ShortSha; readonly address: string }
  | { readonly kind: "ttl"; readonly sha: ShortSha; readonly ttl: Ttl }
  /** `login`: as the label carries it, cut and ending in `…` where it was too long. */
  | { readonly kind: "requester"; readonly sha: ShortSha; readonly login: string }
  | { readonly kind: "lock"; readonly pr: PrNumber }
  | { readonly kind: "marker" };

/** What a label's name turns out to be. */
export type ParsedLabel =
  | Label
  /** A status label of ours with a status that is not known: the environment counts as failed. */
  | { readonly kind: "unknown_status"; readonly sha: ShortSha; readonly text: string }
  /** Starts with 🎪 and is none of ours: kept, ignored, reported. */
  | { readonly kind: "foreign" }
  /** Has nothing to do with Showtime. */
  | { readonly kind: "other" };

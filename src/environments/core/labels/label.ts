import type { PrNumber, ShortSha } from "../../../lib/ids.ts";

/** A request that a person makes with a label. */
export type Trigger = "start" | "stop" | "sync" | "sleep";

/** The status of an environment for one commit. */
export type Status =
  | "building"
  | "built"
  | "deploying"
  | "running"
  | "asleep"
  | "updating"
  | "failed"
  | "stopping";

/** A time-to-live: a number of minutes, hours, days or weeks, or `close`: until the pull request closes. */
export type Ttl =
  | { readonly kind: "close" }
  | { readonly kind: "duration"; readonly amount: number; readonly unit: "m" | "h" | "d" | "w" };

/** The meaning of one of Showtime's labels. `formatLabel()` gives its canonical written form. */
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
  /** `login`: as the label carries it. A login that was too long is cut and ends in `…`. */
  | { readonly kind: "requester"; readonly sha: ShortSha; readonly login: string }
  /** The environment of `sha` serves the commit `head` too: no file that goes into the image differs. */
  | { readonly kind: "serves"; readonly sha: ShortSha; readonly head: ShortSha }
  | { readonly kind: "lock"; readonly pr: PrNumber }
  /** The lock under which environments are counted. */
  | { readonly kind: "limits_lock" }
  | { readonly kind: "marker" };

/** The result of parsing a label's name. */
export type ParsedLabel =
  | Label
  /** A status label with a status that is not known: the environment counts as failed. */
  | { readonly kind: "unknown_status"; readonly sha: ShortSha; readonly text: string }
  /** A name that starts with 🎪 and is not in the language: it is kept, ignored and reported. */
  | { readonly kind: "foreign" }
  /** A name that has nothing to do with Showtime. */
  | { readonly kind: "other" };

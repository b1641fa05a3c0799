import { AppError } from "../../../lib/errors.ts";

/** The marks that say who owns something on a platform. */
export interface Ownership {
  /** The thing in words: `the container "pr-1-abc123f"`. */
  readonly what: string;
  /** Whether it carries `showtime_managed=true`. */
  readonly managed: boolean;
  /** Whether it has the strict name of the older scheme and the tag `pr` of the same number. */
  readonly legacy: boolean;
  /** `owner/name`; undefined if no tag names it. */
  readonly repo: string | undefined;
  readonly epoch: number;
  /** The command with which a person removes it. */
  readonly removal: string;
}

/**
 * Checks that something may be replaced or removed under `epoch`. Throws AppError `not_ours` if it has
 * neither Showtime's tag nor the strict name of the older scheme, or if it belongs to another repository; and
 * `stale_epoch` if a newer run has changed it.
 */
export function assertOurs(
  thing: Ownership,
  options: { readonly repo: string; readonly epoch: number; readonly action: string },
): void {
  const { action } = options;
  if (!thing.managed && !thing.legacy) {
    throw new AppError("not_ours", `${action}: ${thing.what} was not made by Showtime`, {
      hint: `Remove it yourself if it may go: ${thing.removal}`,
    });
  }
  // Everything that Showtime makes carries its repository; only the older scheme does not.
  const foreign = thing.repo === undefined ? thing.managed : !sameRepo(thing.repo, options.repo);
  if (foreign) {
    throw new AppError(
      "not_ours",
      `${action}: ${thing.what} belongs to ${thing.repo ?? "no known repository"}`,
      { hint: "Use --repo to work on that repository" },
    );
  }
  if (thing.epoch > options.epoch) {
    const theirs = thing.epoch === UNREADABLE_EPOCH
      ? "its epoch cannot be read"
      : `epoch ${thing.epoch}; this one is ${options.epoch}`;
    throw new AppError("stale_epoch", `${action}: ${thing.what} was changed by a later run (${theirs})`, {
      hint: `If no run is working on it: ${thing.removal}`,
    });
  }
}

/** Whether two names are the same repository to GitHub, which ignores letter case. */
export function sameRepo(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

const UNREADABLE_EPOCH = Number.MAX_SAFE_INTEGER;

/**
 * Parses an epoch tag. A tag that is not a number counts as higher than any, so that no run touches its
 * carrier.
 */
export function readEpoch(text: string | undefined): number {
  const epoch = Number(text ?? 0);
  return Number.isSafeInteger(epoch) ? epoch : UNREADABLE_EPOCH;
}

/** The end of the year 9999, in seconds since 1970: labels and texts have years of four digits. */
const LATEST_SECONDS = Date.UTC(10_000, 0) / 1000 - 1;

/**
 * Parses a tag of seconds since 1970 to milliseconds; undefined for any other text and after the year 9999.
 */
export function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,12}$/.test(text) || Number(text) > LATEST_SECONDS) return undefined;
  return Number(text) * 1000;
}

/** The request for a cleanup: which ages end an environment, and which kinds of things are removed. */
export interface CleanupOptions {
  /** Whether each environment lives as long as its own time-to-live says. */
  readonly respectTtl: boolean;
  /** The cap of `--max-age` in milliseconds: no environment lives longer, not even one with `close`. */
  readonly askedMaxAgeMs: number | undefined;
  /** One age in milliseconds for all environments, in place of each time-to-live. */
  readonly olderThanMs: number | undefined;
  /** Whether label definitions that nothing needs are removed. */
  readonly labels: boolean;
  /** Whether services and images that no pull request names are removed. */
  readonly platformOrphans: boolean;
  /** Whether closed pull requests that still carry Showtime's labels are cleaned up. */
  readonly closedPulls: boolean;
  /** Whether addresses that the platform no longer has are mended. */
  readonly addresses: boolean;
  /** The largest number of label definitions to remove. */
  readonly labelLimit: number | undefined;
}

/** The default cleanup: everything, and each environment by its own time-to-live. */
export const WHOLE_CLEANUP: CleanupOptions = {
  respectTtl: true,
  askedMaxAgeMs: undefined,
  olderThanMs: undefined,
  labels: true,
  platformOrphans: true,
  closedPulls: true,
  addresses: true,
  labelLimit: undefined,
};

/**
 * The grace period in milliseconds: anything younger that nothing names may still be coming up, so it stays.
 */
export const GRACE_MS = 30 * 60_000;

/** A clock that tests can replace. All instants are milliseconds since 1970. */
export interface Clock {
  /** Returns this machine's time, in milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

import { parseShortSha, type ShortSha } from "../../../lib/ids.ts";
import type { SleepCause } from "../environment/environment.ts";

/** The record of an environment that was put to sleep, as the comment keeps it. */
export interface RecordedSleep {
  readonly sha: ShortSha;
  readonly cause: SleepCause;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Parses a record of sleep; undefined for anything else. */
export function readRecordedSleep(data: unknown): RecordedSleep | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { sha, cause, since } = data as Record<string, unknown>;
  const short = typeof sha === "string" ? parseShortSha(sha) : undefined;
  const known = parseSleepCause(cause);
  if (short === undefined || known === undefined || !Number.isSafeInteger(since)) return undefined;
  return { sha: short, cause: known, since: Number(since) };
}

/** Parses a cause of sleep; undefined for any other value. */
export function parseSleepCause(value: unknown): SleepCause | undefined {
  return value === "person" || value === "schedule" || value === "idle" ? value : undefined;
}

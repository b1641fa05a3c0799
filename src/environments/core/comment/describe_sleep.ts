import type { SleepCause } from "../environment/environment.ts";
import type { ShortSha } from "../../../lib/ids.ts";
import { formatInstant } from "../../../lib/instant.ts";
import type { CommentRecord } from "./record.ts";

const CAUSES: Readonly<Record<SleepCause, string>> = {
  person: "",
  schedule: ", by its hours of sleep",
  idle: ", because it had no requests for a while",
};

/** Describes in Markdown that an environment sleeps, since when and why. The commit follows. */
export function describeSleep({ sleep }: CommentRecord, short: ShortSha): string {
  const known = sleep?.sha === short ? sleep : undefined;
  const since = known === undefined ? "" : ` since ${formatInstant(known.since)}${CAUSES[known.cause]}`;
  return `💤 **Asleep**${since}. Its commit is`;
}

/**
 * Every status of an environment, in words that finish the sentence "The environment …". `list --status`
 * takes the keys. docs/rules.md has the same words.
 */
export const STATUS_WORDS = {
  building: "is being built",
  built: "is built and is about to start",
  deploying: "is starting",
  running: "is running",
  asleep: "is asleep",
  updating: "is being updated",
  failed: "did not come up",
  stopping: "is being removed",
  drifted: "is not running, although its label says so",
  elsewhere: "is on another machine",
  absent: "is not there",
} as const;

/** A status as views and JSON have it. */
export type ViewStatus = keyof typeof STATUS_WORDS;

/** Returns the words of a status; the status itself if it has none. */
export function statusWords(status: string): string {
  return status in STATUS_WORDS ? STATUS_WORDS[status as ViewStatus] : `is ${status}`;
}

/**
 * Returns the word of a status for a column of a table: the status, except where only the program's words
 * name it.
 */
export function statusWord(status: string): string {
  if (status === "elsewhere") return "other machine";
  return status === "drifted" ? "not running" : status === "absent" ? "not there" : status;
}

import { formatSpan } from "../../lib/duration.ts";

/** The width of a bar, in characters. */
const WIDTH = 20;
/** The time left is a guess from the time so far, so it is shown only after this, in milliseconds. */
const GUESS_AFTER_MS = 2_000;

/** The progress of a stage. */
export interface StageProgress {
  readonly stage: string;
  readonly count: number;
  /** Undefined while it is not known. */
  readonly total: number | undefined;
  readonly bytes: number;
  /** The time since the stage began, in milliseconds. */
  readonly elapsedMs: number;
}

/** Renders a stage as a bar with count, bytes and time left: `Exporting ██████░░░░ 50 of 88, 1.2 MB, 3 s left`. */
export function renderBar({ stage, count, total, bytes, elapsedMs }: StageProgress): string {
  const size = bytes === 0 ? "" : `, ${(bytes / 1e6).toFixed(1)} MB`;
  if (total === undefined || total === 0) return `${stage} ${count}${size}`;
  const share = Math.min(1, count / total);
  const filled = Math.floor(share * WIDTH);
  const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
  const isGuessable = count > 0 && count < total && elapsedMs >= GUESS_AFTER_MS;
  const left = isGuessable ? `, ${formatSpan(elapsedMs / share - elapsedMs, Math.ceil)} left` : "";
  return `${stage} ${bar} ${count} of ${total}${size}${left}`;
}

/** Renders the beginning of a stage as a line of a log: `Exporting 88 assets`. */
export function renderStage({ stage, total }: Pick<StageProgress, "stage" | "total">): string {
  return total === undefined ? stage : `${stage} ${total} ${total === 1 ? "asset" : "assets"}`;
}

/**
 * A schedule as text: moves with dots between them. `a3` lets run a go three times, `b:502` answers b's next request
 * with 502 after its effect, `c:kill` ends c before its next request. Where a schedule ends, whoever was at work goes on.
 */

import type { Fate } from "./border.ts";

/** Lets one request of a run go. */
export interface Move {
  readonly run: string;
  readonly fate: Fate;
}

const FATES: readonly Fate[] = [
  "go",
  "kill",
  "killed",
  "500",
  "502",
  "403",
  "429",
  "timeout",
  "late",
  "reset",
  "lost",
  "stale",
];

/** Writes moves; `parseSchedule()` reads them back. */
export function renderSchedule(moves: readonly Move[]): string {
  const words: string[] = [];
  for (let at = 0; at < moves.length;) {
    const { run, fate } = moves[at] ?? { run: "", fate: "go" };
    let count = 1;
    while (moves[at + count]?.run === run && moves[at + count]?.fate === fate) count += 1;
    words.push(
      `${run}${fate === "go" ? "" : `:${fate}`}${count === 1 ? "" : fate === "go" ? count : `*${count}`}`,
    );
    at += count;
  }
  return words.join(".");
}

/** Reads a schedule. Throws where it is none. */
export function parseSchedule(text: string): readonly Move[] {
  return text.split(".").filter((word) => word !== "").flatMap((word) => {
    const [, run, fate = "go", plain, times] =
      /^([a-z])(?::(\w+?))?(?:(?<!:\w+)(\d+)|\*(\d+))?$/.exec(word) ?? [];
    const known = FATES.find((each) => each === fate);
    if (run === undefined || known === undefined) throw new Error(`Reading a schedule: "${word}" is no move`);
    return Array.from({ length: Number(plain ?? times ?? 1) }, () => ({ run, fate: known }));
  });
}

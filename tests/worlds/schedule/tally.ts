/** What was played, counted over all test files: the runner adds up the lines and tells them at its end. */

/** Counts, by what they count. */
export interface Tally {
  readonly interleavings?: number;
  readonly crashes?: number;
  readonly faults?: number;
  readonly worlds?: number;
  readonly kills?: number;
  readonly leaks?: number;
}

/** Adds to what was played; to the file that `SHOWTIME_TALLY` names, or for whoever runs a file by itself. */
export async function tally(counts: Tally): Promise<void> {
  const lines = Object.entries(counts).map(([what, count]) => `${what}\t${count}\n`).join("");
  const file = Deno.env.get("SHOWTIME_TALLY");
  if (file) await Deno.writeTextFile(file, lines, { append: true });
  else console.log(lines.replaceAll("\t", ": ").trimEnd());
}

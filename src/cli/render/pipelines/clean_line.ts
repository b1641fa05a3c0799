import { stripControls } from "../../../lib/sanitize.ts";

/** The part of a line that is looked at for the one line in which a running step is shown. */
const LOOKED_AT = 2_000;

/** Makes the end of a step's output short and harmless: the part that a progress bar wrote last, without tabs. */
export function cleanLastLine(line: string): string {
  const last = line.split("\r").findLast((part) => part.trim() !== "") ?? "";
  return stripControls(last.slice(0, LOOKED_AT).toWellFormed()).trim();
}

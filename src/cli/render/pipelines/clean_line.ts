import { cleanLine, stripControls } from "../../../lib/sanitize.ts";

/** The characters of a line that a report shows. Longer ones are rarely for people. */
const REPORTED = 1_000;

/** Makes a line of a report harmless, and cuts it if it is very long. */
export function cleanReportLine(line: string): string {
  const more = line.length - REPORTED;
  if (more <= 0) return cleanLine(line);
  return `${cleanLine(line.slice(0, REPORTED).toWellFormed())}… ${more} more characters`;
}

/** The part of a line that is looked at for the one line in which a running step is shown. */
const LOOKED_AT = 2_000;

/** Makes the end of a step's output short and harmless: the part that a progress bar wrote last, without tabs. */
export function cleanLastLine(line: string): string {
  const last = line.split("\r").findLast((part) => part.trim() !== "") ?? "";
  return stripControls(last.slice(0, LOOKED_AT).toWellFormed()).trim();
}

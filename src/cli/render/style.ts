import { makePaints } from "../../lib/paint.ts";
import { stripControls } from "../../lib/sanitize.ts";
import type { TerminalAbilities } from "../../ports/terminal.ts";

/** Functions that paint and link words. Without colours and links each returns the plain text. */
export interface Style {
  readonly columns: number | undefined;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warm: (text: string) => string;
  /** Makes an OSC 8 hyperlink; the text alone if the terminal has no links or the address is no web address. */
  readonly link: (text: string, url: string | undefined) => string;
}

/** Makes the style for the abilities of a terminal. */
export function makeStyle(can: TerminalAbilities): Style {
  const { bold, dim, green, red, yellow } = makePaints(can.color);
  return {
    columns: can.tty ? can.columns : undefined,
    bold,
    dim,
    good: green,
    bad: red,
    warm: yellow,
    link: (text, url) => can.links && url !== undefined && isWebAddress(url) ? hyperlink(text, url) : text,
  };
}

function hyperlink(text: string, url: string): string {
  return `\x1b]8;;${url}\x1b\\${text}\x1b]8;;\x1b\\`;
}

/** Whether text is a web address that cannot end the escape sequence around it. */
function isWebAddress(url: string): boolean {
  return /^https?:\/\/[\x21-\x7e]+$/.test(url) && stripControls(url) === url;
}

import { stripControls } from "../../lib/sanitize.ts";
import type { Style } from "./style.ts";
import { wrapText } from "./wrap_text.ts";

const DONE = "✓";

/** Breaks a sentence of the answer between its words; lines after the first are indented. */
export function renderSentence(
  text: string,
  { columns }: Pick<Style, "columns">,
  { indent = 2 }: { readonly indent?: number } = {},
): readonly string[] {
  return wrapText(stripControls(text), { columns, indent });
}

/** Renders a step that was done, with a painted mark before it. */
export function renderDone(text: string, style: Style): readonly string[] {
  const [first = "", ...rest] = renderSentence(`${DONE} ${text}`, style);
  return [style.good(DONE) + first.slice(DONE.length), ...rest];
}

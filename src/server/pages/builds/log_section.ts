import { html } from "hono/html";
import { type LogPart, PART_LINES } from "../../../pipelines/app/server/show_log.ts";
import { type Html, plain } from "../elements.ts";
import { painted } from "./ansi.ts";
import { logAddress } from "./step_row.ts";

/** The number of lines that the browser lays out together. */
const CHUNK = 100;

/** Renders a part of a step's output, with links to its lines and to the other parts. */
export function logSection(build: string, { step, from, lines, total, place }: LogPart): Html {
  const part = (to: number) => `${logAddress(build, { step: step.id, from: to })}#log`;
  const next = from + lines.length;
  const jump = (to: number, text: string) =>
    html`
      <a href="${part(to)}" data-step="${step.id}" data-from="${to}">${text}</a>
    `;
  const chunks = Array.from({ length: Math.ceil(lines.length / CHUNK) }, (_, at) => at * CHUNK);
  return html`
    <section id="log" aria-labelledby="log-title" data-step="${step.id}" data-from="${from}"
      data-next="${next}" data-total="${total}" data-place="${place}">
      <h2 id="log-title">Output of ${plain(step.path)}</h2>
      <div class="play"><span id="log-lines">${linesWords(total)}, from line ${from}</span>
    ${from > 1 ? jump(1, "First lines") : ""}${from > 1
      ? jump(Math.max(1, from - PART_LINES), "Earlier lines")
      : ""}
    ${next <= total ? jump(next, "Later lines") : ""}${next <= total
      ? html`
        <a href="${logAddress(build, { step: step.id })}#log" data-step="${step.id}">Last lines</a>
      `
      : ""}<a href="/api/v1/builds/${build}/log">Whole log as text</a> <a href="/builds/${build}#row-${step
      .id}" id="log-close">Close</a>
    <form method="get" action="/builds/${build}"><input type="hidden" name="step" value="${step
      .id}"><label>Line
    <input name="line" inputmode="numeric" pattern="[0-9]{1,9}" size="7" required id="log-line"></label> <button>Go to it</button></form></div>
      <div class="lines" tabindex="0" role="region" aria-label="Lines of output">${chunks.map((at) =>
        html`<div class="chunk">${
          logLines(build, { step: step.id, from, first: from + at, lines: lines.slice(at, at + CHUNK) })
        }</div>`
      )}</div>
    </section>
  `;
}

/** Says how many lines there are. */
export function linesWords(total: number): string {
  return total === 1 ? "1 line" : `${total} lines`;
}

/** Renders lines of output. A link to a line names the part that shows it, so that it works without a script. */
export function logLines(
  build: string,
  { step, from, first, lines }: {
    readonly step: string;
    /** The first line of the part. */
    readonly from: number;
    /** The number of the first of these lines. */
    readonly first: number;
    readonly lines: readonly string[];
  },
): Html {
  const address = logAddress(build, { step, from });
  // The links are left out of the tab order, which would have a thousand stops. The form above leads to each line, too.
  const link = (number: number) => html`<a href="${address}#L${number}" tabindex="-1">${number}</a>`;
  return html`${
    lines.map((line, at) => html`<p id="L${first + at}">${link(first + at)}<code>${painted(line)}</code></p>`)
  }`;
}

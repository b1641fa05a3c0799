import { html } from "hono/html";
import type { BuildStep } from "../../../pipelines/core/builds/step_tree.ts";
import { type Html, plain } from "../elements.ts";
import { formatTook, stateOf, toneOfBuild } from "./build_words.ts";

/** The stretch of time that the bars of a build are drawn in. */
export interface TimeScale {
  /** The start of the first step, in milliseconds since 1970. */
  readonly base: number;
  /** The length in milliseconds. */
  readonly total: number;
  /** Now, in milliseconds since 1970. */
  readonly now: number;
}

/**
 * Makes the scale for a build. It is as long as an ended build. For one that runs it is longer, so that bars have room to
 * grow.
 */
export function makeScale(
  roots: readonly BuildStep[],
  { now, ended }: { readonly now: number; readonly ended: boolean },
): TimeScale {
  let [base, last] = [roots[0]?.startedAt ?? now, 0];
  for (const { startedAt, durationMs } of roots) {
    base = Math.min(base, startedAt);
    last = Math.max(last, startedAt + (durationMs ?? 0));
  }
  const length = Math.max(1, (ended ? last : Math.max(last, now)) - base);
  return { base, now, total: ended ? length : roomyLength(length) };
}

/** Returns the next length that is easy to read. */
function roomyLength(ms: number): number {
  const seconds = [10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400];
  return (seconds.find((each) => each * 1000 > ms * 1.1) ?? ms / 500) * 1000;
}

/** The address of a step's output on the page of its build. */
export function logAddress(
  build: string,
  { step, from }: { readonly step: string; readonly from?: number },
): string {
  return `/builds/${build}?step=${encodeURIComponent(step)}${from === undefined ? "" : `&from=${from}`}`;
}

/** Renders the row of a step, without the steps in it. */
export function stepRow(
  step: BuildStep,
  { build, scale }: { readonly build: string; readonly scale: TimeScale },
): Html {
  const { id, name, path, status, reason, startedAt, durationMs, lines, kind } = step;
  const start = Math.max(0, startedAt - scale.base);
  const width = durationMs ?? Math.max(0, scale.now - startedAt);
  const title = plain(name) === "" ? "step" : plain(name);
  const part = kind === "setup" ? "set-up" : kind === "teardown" ? "tear-down" : "";
  const notes = [part, plain(reason ?? "")].filter((each) => each !== "").join(": ");
  const address = `${logAddress(build, { step: id })}#log`;
  const shownName = lines === 0
    ? html`<span title="${plain(path)}">${title}</span>`
    : html`<a href="${address}" data-step="${id}" title="${plain(path)}">${title}</a>`;
  const took = status === "skipped"
    ? ""
    : html`<small>+${formatTook(start)}</small> <span class="length">${formatTook(width)}</span>`;
  const open = durationMs === undefined
    ? html`
      data-open
    `
    : "";
  const bar = html`
    <rect x="${start}" width="${width}" height="10" ${open}></rect>
  `;
  const svg = html`viewBox="0 0 ${scale.total} 10" preserveAspectRatio="none" aria-hidden="true"`;
  return html`
    <div class="step"
      id="row-${id}"><span class="name">${stateOf(status)} ${shownName}${notes === "" ? "" : html`
        <small>${notes}</small>
      `}</span><span class="took">${took}</span><svg class="bar ${toneOfBuild(
        status,
      )}" ${svg}>${bar}</svg></div>
  `;
}

/** Renders steps with those in them. `log` is shown below the step that it is of. */
export function stepList(
  steps: readonly BuildStep[],
  options: {
    readonly build: string;
    readonly scale: TimeScale;
    readonly log: { readonly step: string; readonly section: Html } | undefined;
  },
): Html {
  return html`<ol>${
    steps.map((step) =>
      html`<li id="step-${step.id}">${stepRow(step, options)}${
        options.log?.step === step.id ? options.log.section : ""
      }${step.steps.length === 0 ? "" : stepList(step.steps, options)}</li>`
    )
  }</ol>`;
}

import { html } from "hono/html";
import type { ShownBuild } from "../../../pipelines/app/server/show_builds.ts";
import type { LogPart } from "../../../pipelines/app/server/show_log.ts";
import { type Build, OPEN_STATES } from "../../../pipelines/core/builds/build.ts";
import type { BuildStep } from "../../../pipelines/core/builds/step_tree.ts";
import { type Html, plain } from "../elements.ts";
import { causeWords, formatTook, instant, revision, stateOf, tookOf } from "./build_words.ts";
import { logSection } from "./log_section.ts";
import { logAddress, makeScale, stepList } from "./step_row.ts";

/**
 * Renders the steps of a build as a waterfall, with what is known from them alone. `changes` is the address of the stream
 * of changes.
 */
export function renderSteps(
  shown: ShownBuild,
  { now, log, changes }: {
    /** Now, in milliseconds since 1970. */
    readonly now: number;
    readonly log: LogPart | undefined;
    readonly changes: string;
  },
): Html {
  const { build, steps } = shown;
  const isOpen = OPEN_STATES.includes(build.state);
  const scale = makeScale(steps, { now, ended: !isOpen });
  const section = log === undefined ? undefined : { step: log.step.id, section: logSection(build.id, log) };
  return html`
    <div id="notes">${buildNotes(shown)}</div>
    <h2>Steps</h2>
    <div class="axis" aria-hidden="true"><span>Step</span><span class="took">Start, duration</span>
    <span class="scale"><span>0 s</span><span id="axis-end">${formatTook(scale.total)}</span></span></div>
    <div id="steps" data-base="${scale.base}" data-now="${now}" data-total="${scale.total}"
      data-changes="${changes}" ${isOpen
        ? html`
          data-open
        `
        : ""}>${stepList(steps, { build: build.id, scale, log: section })}</div>
  `;
}

/** Renders the first failed step and the warnings of a build. */
export function buildNotes({ build, steps, warnings }: ShownBuild): Html {
  const failed = build.state === "failed" || build.state === "timed_out" ? failedStep(steps) : undefined;
  const address = failed === undefined ? "" : `${logAddress(build.id, { step: failed.id })}#log`;
  return html`${
    failed === undefined
      ? ""
      : html`<p>The first failed step is <a href="${address}" data-step="${failed.id}" id="first-failed">${
        plain(failed.path)
      }</a>.</p>`
  }${warnings.map((text) => html`<p class="note">${plain(text)}</p>`)}`;
}

/** Renders the state of a build and the changes that its reader may make. */
export function buildHead(
  build: Build,
  { now, mayTrigger }: {
    readonly now: number;
    /** Whether the reader may cancel the build and run it again. */
    readonly mayTrigger: boolean;
  },
): Html {
  const { id, pipeline, state, reason, cause, attempt, worker, queuedAt, startedAt, exitCode } = build;
  const took = tookOf(build, now);
  return html`<h1>Build ${id} of <a href="/pipelines/${encodeURIComponent(pipeline)}">${
    plain(pipeline)
  }</a></h1>
<p role="status">${stateOf(state)}${reason === undefined ? "" : ` ${plain(reason)}`}${
    exitCode === undefined || exitCode === 0 ? "" : ` (exit code ${exitCode})`
  }</p>
<dl class="facts"><div><dt>Revision</dt><dd>${revision(build)}</dd></div>
<div><dt>Cause</dt><dd>${causeWords(cause)}</dd></div>
<div><dt>Queued</dt><dd>${instant(queuedAt)}</dd></div>
${
    startedAt === undefined ? "" : html`
      <div>
        <dt>Started</dt>
        <dd>${instant(startedAt)}</dd>
      </div>
    `
  }
${
    took === undefined ? "" : html`
      <div>
        <dt>Duration</dt>
        <dd id="took" data-since="${startedAt}">${took}</dd>
      </div>
    `
  }
${
    worker === undefined ? "" : html`
      <div>
        <dt>Worker</dt>
        <dd>${plain(worker)}</dd>
      </div>
    `
  }
${
    attempt > 1
      ? html`
        <div>
          <dt>Attempt</dt>
          <dd>${attempt}</dd>
        </div>
      `
      : ""
  }</dl>
${mayTrigger ? change(build) : ""}`;
}

function change({ id, state }: Build): Html {
  const [what, text] = OPEN_STATES.includes(state) ? ["cancel", "Cancel"] : ["rerun", "Run again"];
  if (state === "cancelling") return html`<p>The worker has been asked to stop.</p>`;
  return html`
    <form method="post"
      action="/builds/${id}/${what}"><button id="do-${what}">${text}</button></form>
  `;
}

/** Finds the first failed step without a failed step in it. */
export function failedStep(steps: readonly BuildStep[]): BuildStep | undefined {
  const failed = steps.find(({ status }) => status === "failed" || status === "timed_out");
  return failed === undefined ? undefined : failedStep(failed.steps) ?? failed;
}

/** Finds the step whose output is shown unless the reader chose one: the failed one, or the only one with output. */
export function chosenStep(steps: readonly BuildStep[]): BuildStep | undefined {
  const failed = failedStep(steps);
  if (failed !== undefined) return failed.lines > 0 ? failed : undefined;
  const printing: BuildStep[] = [];
  const visit = (step: BuildStep): void => {
    if (step.lines > 0) printing.push(step);
    step.steps.forEach(visit);
  };
  steps.forEach(visit);
  return printing.length === 1 ? printing[0] : undefined;
}

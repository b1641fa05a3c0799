/**
 * The views of a build: each turns the events of a build into output for one kind of reader. `live_tree.ts` and
 * `report.ts` render, `terminal_view.ts`, `lines_view.ts` and `actions_view.ts` write to the streams that they are given,
 * and `job_summary.ts` is the page of a job in GitHub Actions. Each view is imported by its own file, so that the others
 * cost nothing at the start.
 *
 * What must not happen here: text of a step that reaches a stream without `cleanLine()`, an observer that throws or
 * waits, the output of a step held in memory, and work per event or per picture that grows with the number of steps.
 *
 * @module
 */

import type { BuildObserver } from "../../../pipelines/core/build_event.ts";

/** A view of one build. */
export interface BuildView {
  readonly observe: BuildObserver;
  /** Ends the view, also without the end of the build: nothing of it stays open. A second call has no effect. */
  end(): void;
}

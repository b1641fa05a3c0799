/**
 * The views of a build: each turns the events of a build into output for one kind of reader. `live_tree.ts` and
 * `report.ts` render, `terminal_view.ts`, `lines_view.ts` and `actions_view.ts` write to the streams that they are given,
 * and `job_summary.ts` is the page of a job in GitHub Actions.
 *
 * What must not happen here: text of a step that reaches a stream without `cleanLine()`, an observer that throws or
 * waits, the output of a step held in memory, and work per event or per picture that grows with the number of steps.
 *
 * Commands load the view that they need by its file, so that the others cost nothing at the start.
 *
 * @module
 */

export { BuildTree, type LiveNode } from "./build_tree.ts";
export { cleanLine } from "./clean_line.ts";
export { renderLiveTree, type ScreenLine } from "./live_tree.ts";
export { renderReport } from "./report.ts";
export type { BuildView } from "./build_view.ts";

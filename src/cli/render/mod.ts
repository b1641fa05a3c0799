/**
 * Rendering of results as text: tables, plans, environments, JSON, and the files that Actions reads. Every function
 * returns text or lines and has no side effect: none writes to a stream, asks a clock or reads a variable. Text from
 * people is cleaned where it enters.
 *
 * Start with `table.ts`, then `environment.ts`.
 *
 * @module
 */

export { describeLeft, renderEnvironment, renderEnvironmentTable } from "./environment.ts";
export { makeDelimiter, renderCleanupSummary, renderOutputs, renderSummary } from "./gha.ts";
export { renderJson, renderJsonLine } from "./json.ts";
export { renderPlan, renderSteps } from "./plan.ts";
export { renderBar, renderStage } from "./progress.ts";
export { renderDone, renderSentence } from "./sentence.ts";
export { makeStyle, type Style } from "./style.ts";
export { type Cell, type Column, cut, renderTable } from "./table.ts";
export { wrapFact, wrapText } from "./wrap_text.ts";

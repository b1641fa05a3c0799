/**
 * From results to text: tables, plans, environments, JSON, what Actions reads. Every function returns text or lines;
 * nobody writes to a stream here, asks a clock or reads a variable. Text from people is cleaned where it enters.
 *
 * Start with `table.ts`, then `environment.ts`.
 *
 * @module
 */

export { describeLeft, renderEnvironment, renderEnvironmentTable } from "./environment.ts";
export { makeDelimiter, renderOutputs, renderSummary } from "./gha.ts";
export { renderJson, renderJsonLine } from "./json.ts";
export { renderPlan, renderSteps } from "./plan.ts";
export { makeStyle, type Style } from "./style.ts";
export { type Cell, type Column, cut, renderTable } from "./table.ts";
export { wrapFact, wrapText } from "./wrap_text.ts";

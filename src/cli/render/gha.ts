/** Renders files for GitHub Actions: step outputs and the job's summary. */

import { AppError } from "../../lib/errors.ts";
import type { EnvironmentView } from "../../environments/app/show/environment_view.ts";
import { describeDecision, type Plan } from "../../environments/core/plan/mod.ts";
import { escapeMarkdown } from "../../lib/sanitize.ts";

/**
 * Renders text to append to the file of step outputs. Each value stands between two lines of an unpredictable delimiter.
 * Throws AppError `output_refused` for a value that contains the delimiter, and for an invalid name.
 */
export function renderOutputs(outputs: Readonly<Record<string, string>>, delimiter: string): string {
  let text = "";
  for (const [name, value] of Object.entries(outputs)) {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) throw refused(name, "that is no name of an output");
    if (value.includes(delimiter)) throw refused(name, "the value holds the delimiter");
    text += `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
  }
  return text;
}

function refused(name: string, why: string): AppError {
  return new AppError("output_refused", `Writing the step output "${name}": ${why}`, {
    hint: "Run it again: every run draws a new delimiter",
  });
}

/** Makes a delimiter that cannot be guessed. */
export function makeDelimiter(): string {
  return `showtime_${crypto.randomUUID().replaceAll("-", "")}`;
}

/** Renders the job's summary of a change as Markdown. Text from people is escaped. */
export function renderSummary(result: {
  readonly plan: Plan;
  readonly applied: readonly string[];
  readonly environment: EnvironmentView | undefined;
  readonly failure: string | undefined;
  /** The next step after the failure. */
  readonly hint?: string | undefined;
  /** The next step on the pull request, in Markdown. */
  readonly next?: string;
}): string {
  const { plan, applied, environment, failure, hint, next } = result;
  const serves = environment?.status === "running" || environment?.status === "updating";
  const url = serves ? environment.url ?? undefined : undefined;
  const title = failure === undefined
    ? describeDecision(plan)
    : serves
    ? "the update failed, and the environment keeps running"
    : "it failed";
  return [
    `### 🎪 Pull request ${plan.pr}: ${escapeMarkdown(title)}`,
    "",
    ...(failure === undefined ? [] : [`❌ ${escapeMarkdown(failure)}`, ""]),
    ...(hint === undefined ? [] : [`Next step: ${escapeMarkdown(hint)}`, ""]),
    ...(url === undefined ? [] : [`🟢 **Running** at <${encodeURI(url)}>`, ""]),
    ...plan.because.map((sentence) => `Why: ${escapeMarkdown(sentence)}.`),
    "",
    ...applied.map((sentence) => `- ${escapeMarkdown(sentence)}`),
    "",
    ...(next === undefined ? [] : [next, ""]),
  ].join("\n");
}

/** Renders the job's summary of a cleanup as Markdown. Text from people is escaped. */
export function renderCleanupSummary(result: {
  readonly removed: readonly string[];
  readonly mended: readonly string[];
  readonly extended?: readonly string[];
  readonly slept?: readonly string[];
  readonly kept: readonly { readonly what: string; readonly why: string }[];
  readonly incomplete: readonly string[];
}): string {
  const { removed, mended, extended = [], slept = [], kept, incomplete } = result;
  const list = (title: string, sentences: readonly string[]) =>
    sentences.length === 0
      ? []
      : [`**${title}**`, "", ...sentences.map((each) => `- ${escapeMarkdown(each)}`), ""];
  const quiet = [removed, mended, extended, slept].every(({ length }) => length === 0);
  return [
    "### 🎪 Cleanup",
    "",
    ...(quiet ? ["There was nothing to remove and no address to mend.", ""] : []),
    ...list("Removed", removed),
    ...list("Mended", mended),
    ...list("Extended", extended),
    ...list("Put to sleep, or woken", slept),
    ...list("Kept", kept.map(({ what, why }) => `${what}: ${why}`)),
    ...list("Not seen or not done", incomplete.map((each) => `❌ ${each}`)),
  ].join("\n");
}

/** Pushes the commit's own content into its environment, between health and the record that it runs. */

import { AppError, toError } from "../../../lib/errors.ts";
import { escapeMarkdown } from "../../../lib/sanitize.ts";
import { shortSha } from "../../../lib/ids.ts";
import type { Plan, Step } from "../../core/plan/mod.ts";
import type { PushedContent } from "../../ports/content.ts";
import type { PullWriter } from "../record/pull_writer.ts";
import { type ApplyTools, assertStillDue } from "./assert_still_due.ts";
import type { Progress } from "./bring_up.ts";

/**
 * Pushes the content, and remembers the result for the comment. Throws AppError `assets_failed` if the environment may
 * not run without the content. An environment that serves already keeps running.
 */
export async function pushContent(
  writer: PullWriter,
  at: {
    readonly step: Step & { readonly kind: "push_content" };
    readonly plan: Plan;
    readonly state: Progress;
    readonly tools: ApplyTools;
  },
  signal: AbortSignal,
): Promise<void> {
  const { step, plan, state, tools } = at;
  const { ports } = writer;
  const settings = ports.settings.content;
  const address = state.address ?? step.address;
  if (settings === undefined || ports.content === undefined || address === undefined) return;
  await assertStillDue(writer, plan, tools);
  const short = shortSha(step.sha);
  ports.terminal.progress(`Pushing the assets of ${short}`);
  const { pushed, hint } = await tryPush(writer, { step, address }, signal);
  const { failed, sentence } = pushed;
  writer.remember({
    content: { sha: short, address, key: settings.key, failed, text: join(sentence, hint) },
  });
  if (failed) {
    ports.terminal.warn(`Assets of ${short}: ${join(sentence, hint)}`);
    writer.note(`The assets of \`${short}\` are not complete: ${escapeMarkdown(sentence)}`, {
      unlabeled: true,
    });
  } else ports.terminal.say(`Assets of ${short}: ${sentence}`);
  if (step.serving) {
    await assertStillDue(writer, plan, { ...tools, sent: true });
    await writer.write({ comment: true }, signal);
  } else if (failed && settings.required) {
    throw new AppError("assets_failed", `Pushing the assets of ${short}: ${sentence}`, {
      hint: hint ?? "Correct the named assets and push a commit, or set assets.environment.required: false",
    });
  }
}

function join(sentence: string, hint: string | undefined): string {
  return hint === undefined ? sentence : `${sentence}. ${hint}`;
}

/** Pushes; an error becomes a result, so that it is recorded and does not end the run. */
async function tryPush(
  { ports }: PullWriter,
  { step, address }: {
    readonly step: Step & { readonly kind: "push_content" };
    readonly address: string;
  },
  signal: AbortSignal,
): Promise<{ readonly pushed: PushedContent; readonly hint?: string | undefined }> {
  try {
    const content = await ports.content?.();
    if (content === undefined) return { pushed: { failed: false, sentence: "there is nothing to push" } };
    return { pushed: await content.push({ sha: step.sha, address, login: step.login }, signal) };
  } catch (error) {
    signal.throwIfAborted();
    const hint = error instanceof AppError ? error.hint : undefined;
    return { pushed: { failed: true, sentence: toError(error).message }, hint };
  } finally {
    ports.terminal.progress(undefined);
  }
}

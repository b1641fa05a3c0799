import type { Extension } from "../../../../environments/app/sync/extend.ts";
import type { PrNumber } from "../../../../lib/ids.ts";
import type { CommandEnv } from "../../../command.ts";
import { renderDone, renderEnvironment, renderSentence } from "../../../render/mod.ts";

/** Makes the document of an extension. */
export function extensionDocument(
  { flags: { dryRun } }: CommandEnv,
  { pr, extension: { view, applied }, requests }: {
    readonly pr: PrNumber;
    readonly extension: Extension;
    readonly requests: number;
  },
): Readonly<Record<string, unknown>> {
  return {
    pr,
    action_needed: "no_action",
    action_reason: "extended",
    applied: dryRun ? [] : applied,
    environment: view,
    requests,
    ...(dryRun ? { dry_run: true } : {}),
  };
}

/** Renders what an extension changed, and the environment. */
export function renderExtension(
  { style, flags: { dryRun } }: CommandEnv,
  { extension: { view, applied }, now }: { readonly extension: Extension; readonly now: number },
): readonly string[] {
  const did = applied.flatMap((sentence) =>
    dryRun ? renderSentence(`Would: say that ${sentence}`, style) : renderDone(sentence, style)
  );
  return [
    ...(did.length === 0 ? ["It already lives that long"] : did),
    ...renderEnvironment(view, { style, now }),
  ];
}

/** `sync` for the event of a comment: obeys the command, and reports what came of it. */

import { extensionDocument, renderExtension } from "./extension_report.ts";
import { checkOfComment } from "../../../../environments/app/commands/check_comment.ts";
import type { Obeyed, Obeying } from "../../../../environments/app/commands/obey_comment.ts";
import { checkOnly, type CheckPorts } from "../../../../environments/app/sync/check_only.ts";
import type { AppSettings, RunIdentity } from "../../../../environments/app/run.ts";
import type { ExtendPorts } from "../../../../environments/app/sync/extend.ts";
import type { SyncOptions, SyncResult } from "../../../../environments/app/sync/sync_pull.ts";
import { COMMAND_WORD, readCommentRequest } from "../../../../environments/core/commands/mod.ts";
import { type PrNumber } from "../../../../lib/ids.ts";
import type { CommandEnv } from "../../../command.ts";
import { tellActions } from "../shared.ts";

/** Finds the request of the comment whose event started this run; undefined if it asks for nothing. */
export function findCommented(
  env: CommandEnv,
  ports: {
    readonly identity: Pick<RunIdentity, "comment">;
    readonly settings: Pick<AppSettings, "commands">;
  },
  options: SyncOptions,
): Obeying | undefined {
  const event = ports.identity.comment;
  const request = event === undefined ? undefined : readCommentRequest(event);
  if (event === undefined || request === undefined) return undefined;
  if (request.kind !== "tick" && ports.settings.commands !== true) {
    env.terminal.say(`${COMMAND_WORD} in comments does nothing here: comment.commands is off`);
    return undefined;
  }
  return { event, request, options };
}

/** Decides for a comment's request and prints the decision, as `sync --check-only` does. Writes nothing. */
export async function checkCommented(
  ports: CheckPorts,
  { pr, obeying }: { readonly pr: PrNumber; readonly obeying: Obeying },
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { options, assume, mayBuild } = checkOfComment(obeying);
  const asking = { ...ports, identity: { ...ports.identity, actor: obeying.request.by } };
  const facts = await checkOnly(asking, pr, { ...options, assume }, signal);
  // The reaction is a write.
  return { ...facts, sync_needed: "true", ...(mayBuild ? {} : { build_needed: "false" }) };
}

/** Obeys a comment's request. Returns the result of a sync, for the report of all syncs; undefined if it is reported. */
export async function obeyCommented(
  env: CommandEnv,
  ports: ExtendPorts,
  { pr, obeying }: { readonly pr: PrNumber; readonly obeying: Obeying },
): Promise<SyncResult | undefined> {
  const { obeyComment } = await import("../../../../environments/app/commands/obey_comment.ts");
  const obeyed: Obeyed = await obeyComment(ports, pr, obeying, env.signal);
  if (obeyed.kind === "synced") return obeyed.result;
  const requests = ports.forge.requestCount();
  if (obeyed.kind === "extended") {
    const { extension } = obeyed;
    if (env.flags.json) env.json(extensionDocument(env, { pr, extension, requests }));
    else env.lines(renderExtension(env, { extension, now: ports.forge.now() }));
    await tellActions(env, { outputs: { pr_number: String(pr), action_reason: "extended" } });
  } else if (env.flags.json) {
    env.json({
      pr,
      action_needed: "no_action",
      action_reason: "comment_ignored",
      applied: [],
      environment: null,
      requests,
    });
  } else env.lines([obeyed.why]);
  env.next(`"showtime status ${pr}" shows the environment`);
  return undefined;
}

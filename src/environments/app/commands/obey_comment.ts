/**
 * Obeys a command in a comment. What the command asks for goes through the planner, as the label of the same meaning does;
 * reactions tell the person that it was heard. Nothing here decides about an environment.
 */

import { AppError, EXIT, toError } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import { escapeMarkdown } from "../../../lib/sanitize.ts";
import type { Command, CommentEvent, CommentRequest } from "../../core/commands/mod.ts";
import { formatCommand } from "../../core/commands/mod.ts";
import { assertWithinMaxAge } from "../../core/environment/expiry.ts";
import { describeRefusal, mayCauseBuild, type Plan, type Request } from "../../core/plan/mod.ts";
import { type ExtendPorts, extendPull, type Extension } from "../sync/extend.ts";
import { type SyncOptions, syncPull, type SyncResult } from "../sync/sync_pull.ts";
import { Acknowledgement } from "./acknowledgement.ts";
import { freezePull } from "./freeze.ts";
import { actWhenFree } from "./patience.ts";
import { refusalOfSleep } from "./sleeping.ts";
import { tellCommandRefusal } from "./tell_refusal.ts";
import { obeyTick } from "./tick.ts";

/** The result of a comment's request. */
export type Obeyed =
  | { readonly kind: "synced"; readonly result: SyncResult }
  | { readonly kind: "extended"; readonly extension: Extension }
  /** Nothing was to be done; `why` is a sentence. */
  | { readonly kind: "ignored"; readonly why: string };

/** A comment's request, and the options of the sync that read it. */
export interface Obeying {
  readonly event: CommentEvent;
  readonly request: CommentRequest;
  readonly options: SyncOptions;
}

/** Makes the request that a command of the kind of a trigger is; undefined for other commands. */
export function triggerOf(command: Command, event: Pick<CommentEvent, "at">): Request | undefined {
  const comment = { at: event.at };
  switch (command.kind) {
    case "start":
    case "stop":
    case "sync":
      return { trigger: command.kind, force: true, comment };
    case "wake":
    case "sleep":
      return { trigger: command.kind, force: false, comment };
    default:
      return undefined;
  }
}

/**
 * Obeys the request of a comment, and reacts to it. Throws the AppError of a refusal, which the comment shows too:
 * `not_authorized`, `command_malformed`, `command_refused` (exit code 3) and those of the work itself.
 */
export async function obeyComment(
  ports: ExtendPorts,
  pr: PrNumber,
  { event, request, options }: Obeying,
  signal: AbortSignal,
): Promise<Obeyed> {
  // The person who wrote the comment asks, even if another person runs the job again.
  const asking: ExtendPorts = { ...ports, identity: { ...ports.identity, actor: request.by } };
  if (request.kind === "tick") return await obeyTick(asking, pr, request, signal);
  const told = new Acknowledgement(asking, event.id, signal);
  try {
    await assertAuthorized(asking, pr, { by: request.by, signal });
    if (request.kind === "mistake") {
      throw new AppError("command_malformed", `Reading the command of ${request.by}: ${request.words}`, {
        exitCode: EXIT.refused,
        hint: "Write it in a new comment: an edited one is no command",
      });
    }
    const heard = await told.accept();
    if (heard === "gone") {
      return { kind: "ignored", why: "The comment was deleted, so its command is not obeyed" };
    }
    if (heard === "done") return { kind: "ignored", why: "The command was obeyed before" };
    const { command } = request;
    const obeyed = await actWhenFree(
      asking,
      () => act(asking, pr, { event, options, command }, signal),
      signal,
    );
    const refusal = obeyed.kind === "synced" ? refusalIn(obeyed.result, command) : undefined;
    if (refusal !== undefined) throw refusal;
    const failed = obeyed.kind === "synced" && obeyed.result.failure !== undefined;
    await (failed ? told.refuse() : told.done());
    return obeyed;
  } catch (thrown) {
    signal.throwIfAborted();
    await told.refuse();
    const error = toError(thrown);
    if (error instanceof AppError && isTold(error)) {
      await tellCommandRefusal(asking, pr, noticeOf(error, { event, request }), signal);
    }
    throw thrown;
  }
}

async function act(
  ports: ExtendPorts,
  pr: PrNumber,
  { command, event, options }: Pick<Obeying, "event" | "options"> & { readonly command: Command },
  signal: AbortSignal,
): Promise<Obeyed> {
  switch (command.kind) {
    case "start":
    case "stop":
    case "sync":
    case "wake":
    case "sleep": {
      const request = triggerOf(command, event);
      return { kind: "synced", result: await syncPull(ports, pr, { ...options, request }, signal) };
    }
    case "freeze":
    case "unfreeze": {
      const freeze = command.kind === "freeze";
      return { kind: "synced", result: await freezePull(ports, pr, { freeze, options }, signal) };
    }
    case "extend": {
      assertWithinMaxAge(command.ttl, { maxAgeMs: ports.settings.maxAgeMs, where: formatCommand(command) });
      return { kind: "extended", extension: await extendPull(ports, pr, command.ttl, signal) };
    }
  }
}

/** Throws AppError `not_authorized` if the person may not cause builds. What GitHub does not report counts as no. */
async function assertAuthorized(
  { forge, repo }: ExtendPorts,
  pr: PrNumber,
  { by, signal }: { readonly by: string; readonly signal: AbortSignal },
): Promise<void> {
  const people = await forge.permissions([by], signal);
  if (mayCauseBuild(people.get(by))) return;
  throw new AppError(
    "not_authorized",
    `Obeying a command on pull request #${pr}: ${describeRefusal({ repo, people }, by)}`,
    { exitCode: EXIT.refused, hint: "Ask a person with write permission to write the command" },
  );
}

/** The reasons of plans that leave a start or a sync undone. No label keeps the command for later. */
const REFUSING: readonly Plan["reason"][] = ["blocked", "not_authorized", "untrusted_commit"];

function refusalIn(result: SyncResult, command: Command): AppError | undefined {
  const { plan, failure } = result;
  if (failure !== undefined) return undefined;
  if (!REFUSING.includes(plan.reason)) return refusalOfSleep(result, command);
  if (command.kind === "freeze" || command.kind === "unfreeze") return undefined;
  return new AppError(
    plan.reason === "untrusted_commit" ? "commit_not_approved" : "command_refused",
    `Obeying "${formatCommand(command)}" on pull request #${plan.pr}: ${plan.because.join(". ")}`,
    { exitCode: EXIT.refused, hint: "No label keeps the command: write it again in a new comment then" },
  );
}

/** Whether the comment has to tell an error: GitHub's own failures are not, and what the planner has told is not. */
function isTold(error: AppError): boolean {
  return !error.code.startsWith("forge_") &&
    !["commit_not_approved", "token_invalid", "lock_lost"].includes(error.code);
}

function noticeOf(
  error: AppError,
  { event, request }: Pick<Obeying, "event" | "request">,
): { readonly key: string; readonly words: string } {
  const unknown = error.code === "not_authorized";
  const sentences = [error.message, ...(error.hint === undefined ? [] : [error.hint])];
  return {
    key: unknown ? `not_authorized:${request.by}` : `command:${event.id}`,
    words: sentences.map((each) => escapeMarkdown(each)).join(". "),
  };
}

/** Obeys the box in a warning: the environment is kept for as long as the box says, and the warning is written anew. */

import { AppError, EXIT, toError } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import { escapeMarkdown } from "../../../lib/sanitize.ts";
import type { CommentRequest } from "../../core/commands/mod.ts";
import { creationOf } from "../../core/environment/expiry.ts";
import { activeSha } from "../../core/labels/mod.ts";
import { describeRefusal, mayCauseBuild, viewShas } from "../../core/plan/mod.ts";
import { shortSha } from "../../../lib/ids.ts";
import { clampTtl } from "../../core/warning/mod.ts";
import { withLock } from "../lock/with_lock.ts";
import { isShowtimesComment } from "../observe/pull_record.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";
import { type FoundWarning, ownWarnings } from "../observe/warnings.ts";
import { type ExtendPorts, extendPull, type Extension } from "../sync/extend.ts";
import { DEFAULT_OPTIONS } from "../sync/make_policy.ts";
import { planOnce } from "../sync/sync_pull.ts";
import { noteOf } from "../warning/warning_note.ts";
import { actWhenFree } from "./patience.ts";

/** The result of a tick. `ignored`: Showtime did not write the comment, or the warning is gone. */
export type Ticked =
  | { readonly kind: "extended"; readonly extension: Extension }
  | { readonly kind: "ignored"; readonly why: string };

/**
 * Extends the life of the environment that a warning is about. Throws the AppError of a refusal, which the warning
 * shows too.
 */
export async function obeyTick(
  ports: ExtendPorts,
  pr: PrNumber,
  { by }: CommentRequest & { readonly kind: "tick" },
  signal: AbortSignal,
): Promise<Ticked> {
  const options = { ...DEFAULT_OPTIONS, request: undefined, planOnly: true };
  const { observed } = await planOnce(ports, pr, options, signal);
  const { trustedBots } = ports.settings;
  const { comment: event } = ports.identity;
  const viewer = observed.snapshot.viewer?.login;
  const own = event !== undefined &&
    isShowtimesComment({ own: event.author.login === viewer, author: event.author }, trustedBots);
  if (event === undefined || !own) return { kind: "ignored", why: "Showtime did not write that comment" };
  const warning = ownWarnings(observed.snapshot.warnings, trustedBots).find(({ nodeId }) =>
    nodeId === event.nodeId
  );
  if (warning === undefined) return { kind: "ignored", why: "The warning is gone" };
  try {
    const extension = await extendBy(ports, observed, { by, warning, signal });
    // What was extended has written the warning anew.
    if (extension.applied.length === 0) await emptyBox(ports, pr, { warning, refusal: undefined }, signal);
    return { kind: "extended", extension };
  } catch (thrown) {
    signal.throwIfAborted();
    const error = toError(thrown);
    if (error instanceof AppError && error.exitCode !== EXIT.busy) {
      await emptyBox(ports, pr, { warning, refusal: `${escapeMarkdown(error.message)}.` }, signal);
    }
    throw thrown;
  }
}

async function extendBy(
  ports: ExtendPorts,
  { observation }: ObservedPull,
  { by, warning, signal }: {
    readonly by: string;
    readonly warning: FoundWarning;
    readonly signal: AbortSignal;
  },
): Promise<Extension> {
  const { pr, labels } = observation;
  const what = `Keeping the environment ${warning.short} of pull request #${pr}`;
  const people = await ports.forge.permissions([by], signal);
  if (!mayCauseBuild(people.get(by))) {
    const why = describeRefusal({ repo: ports.repo, people }, by);
    throw new AppError("not_authorized", `${what}: ${why}`, {
      exitCode: EXIT.refused,
      hint: "Ask a person with write permission to tick the box",
    });
  }
  const view = viewShas(observation).get(warning.short);
  const now = ports.forge.now();
  const ttl = warning.ttl === undefined || view === undefined ? undefined : clampTtl(warning.ttl, {
    createdAt: creationOf(view, now),
    maxAgeMs: ports.settings.maxAgeMs,
    now,
  });
  if (activeSha(labels, shortSha(observation.target)) !== warning.short) {
    throw new AppError("no_environment", `${what}: people are sent to another one by now`, {
      exitCode: EXIT.refused,
      hint: `"showtime extend ${pr} <ttl>" keeps the one that people are sent to`,
    });
  }
  if (ttl === undefined) {
    throw new AppError("ttl_too_long", `${what}: max_age ends it`, {
      exitCode: EXIT.refused,
      hint: `"showtime extend ${pr} close" keeps it until the pull request closes`,
    });
  }
  return await actWhenFree(ports, () => extendPull(ports, pr, ttl, signal), signal);
}

/** Writes the warning anew with its box empty, so that it can be ticked again. */
async function emptyBox(
  ports: ExtendPorts,
  pr: PrNumber,
  { warning, refusal }: { readonly warning: FoundWarning; readonly refusal: string | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { short, nodeId, warnedOf, ttl: offered } = warning;
  await withLock(ports, pr, {
    doing: "extend",
    work: async ({ writer, signal: both }) => {
      const { observed, labels } = writer;
      if (!observed.snapshot.warnings.some((each) => each.nodeId === nodeId)) return;
      const now = ports.forge.now();
      const note = noteOf(ports.settings, {
        observed,
        labels,
        short,
        nodeId,
        warnedOf,
        offered,
        refusal,
        now,
      });
      await writer.write({ also: [note] }, both);
    },
  }, signal);
}

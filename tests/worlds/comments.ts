/** Comments of people on a world's pull request, and the runs that their events start. */

import assert from "node:assert/strict";
import { readActionsContext } from "../../src/drivers/actions/mod.ts";
import { obeyComment, type Obeyed } from "../../src/environments/app/commands/obey_comment.ts";
import { DEFAULT_OPTIONS } from "../../src/environments/app/sync/make_policy.ts";
import { type CommentEvent, readCommentRequest } from "../../src/environments/core/commands/mod.ts";
import type { SimulatorState } from "../../src/simulators/github/mod.ts";
import { never, type RunChange, type World, type WorldContext } from "./world.ts";

/** What a person writes. */
export interface Written {
  readonly body: string;
  readonly actor?: string;
  /** The id of the comment that is edited. */
  readonly edit?: number;
}

/** Plays a person who comments, and reads the event's payload as a workflow's run reads it. */
export async function writeComment(world: World, written: Written): Promise<CommentEvent> {
  const payload = world.simulator.comment({ pr: world.pr, ...written });
  const env = { GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: "issue_comment", GITHUB_EVENT_PATH: "event.json" };
  const { event, warnings } = await readActionsContext(env, () => JSON.stringify(payload));
  assert.deepEqual(warnings, []);
  assert.ok(event.comment !== undefined);
  return event.comment;
}

/** The run of a workflow for the event of a comment, with the workflow's own token. */
export function commentRun(comment: CommentEvent, change: RunChange = {}): RunChange {
  return { token: "bot-token", inActions: true, actor: comment.sender.login, comment, ...change };
}

/** Obeys the comment in a context; undefined if its event asks for nothing. */
export async function obeyIn(context: WorldContext, world: World): Promise<Obeyed | undefined> {
  const { comment: event } = context.identity;
  assert.ok(event !== undefined);
  const request = readCommentRequest(event);
  if (request === undefined) return undefined;
  const options = { ...DEFAULT_OPTIONS, request: undefined, planOnly: false };
  return await obeyComment(context, world.pr, { event, request, options }, never());
}

/** Writes a comment, and lets its run obey it. */
export async function say(world: World, written: Written): Promise<Obeyed | undefined> {
  const event = await writeComment(world, written);
  return await obeyIn(world.context(commentRun(event)), world);
}

/** The pull request's comments. */
export function commentsOf(world: World): SimulatorState["pulls"][number]["comments"] {
  return world.simulator.state().pulls.find(({ number }) => number === world.pr)?.comments ?? [];
}

/** The reactions to the newest comment with that text. */
export function reactionsTo(world: World, body: string): readonly string[] {
  return commentsOf(world).findLast((each) => each.body === body)?.reactions.map(({ content }) => content) ??
    [];
}

/**
 * The one comment that Showtime keeps on a pull request: its text and the record hidden in it. Everything
 * here is pure; `src/environments/app` decides when the comment is written. Text from people is escaped here
 * and nowhere later. Read `render.ts` first.
 *
 * @module
 */

export { type AdviceFacts, adviseInComment } from "./advice.ts";
export { type CommentHookFailure } from "./hook_text.ts";
export { COMMENT_MARKER } from "./marker.ts";
export {
  type CommentEvent,
  type CommentRecord,
  EMPTY_RECORD,
  EVENT_LIMIT,
  type FailedUpdate,
  formatRecord,
  parseRecord,
  type RecordedContent,
  type RememberedFailure,
} from "./record.ts";
export { describeShown } from "./shown.ts";
export { type CommentEnvironment, type CommentFailure, type CommentModel, renderComment } from "./render.ts";

/**
 * The requests that people make in comments: the grammar of commands, and which events of comments count. Everything here is pure.
 * Nothing here knows who may ask, and nothing asks GitHub: `src/environments/app/commands` does. Read `command.ts` first.
 *
 * @module
 */

export {
  type Command,
  COMMAND_NAMES,
  COMMAND_WORD,
  formatCommand,
  parseCommand,
  type ReadCommand,
} from "./command.ts";
export {
  type CommentAccount,
  type CommentEvent,
  type CommentRequest,
  readCommentRequest,
} from "./comment_event.ts";

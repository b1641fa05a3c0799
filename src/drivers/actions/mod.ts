/**
 * GitHub Actions as the runner describes it: variables, and the file with the event's payload.
 *
 * What must not happen here: reading the process's environment or a file directly (the caller passes both),
 * asking GitHub, or a rule of an environment. Text that Actions sets is never trusted: a field that cannot be
 * read becomes a warning. Next: `actions.ts`.
 *
 * @module
 */

export {
  type ActionsContext,
  type ActionsEvent,
  type GithubUrls,
  readActionsContext,
  readGithubUrls,
} from "./actions.ts";

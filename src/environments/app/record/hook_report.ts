/** Shows the output of hooks, and records the failure of a hook that keeps nothing alive. */

import { escapeMarkdown } from "../../../lib/sanitize.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import type { HookEvents } from "../../ports/hook_events.ts";
import type { PullWriter } from "./pull_writer.ts";

/** Makes the events of hooks that are shown and not recorded. */
export function showHooks(terminal: Pick<Terminal, "group" | "log" | "progress" | "warn">): HookEvents {
  return {
    onHook(title) {
      terminal.progress(undefined);
      const close = terminal.group(title);
      return { line: (text) => terminal.log(text), end: close };
    },
    onHookFailed({ message, hint }) {
      terminal.warn(`${message}. The environment is removed all the same. ${hint ?? ""}`.trimEnd());
    },
  };
}

/** Makes the events of hooks of a pull request: the comment has the failure with the last lines of the output. */
export function reportHooks(writer: PullWriter): HookEvents {
  const shown = showHooks(writer.ports.terminal);
  return {
    ...shown,
    onHookFailed(failure) {
      shown.onHookFailed?.(failure);
      const { message, hint, logTail } = failure;
      writer.hookFailures.push({ message, hint, logTail });
      writer.note(escapeMarkdown(message), { unlabeled: true });
    },
  };
}

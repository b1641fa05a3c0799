/** Reads a log as the runner of GitHub Actions does: which lines are commands, and what stands in which group. */

import assert from "node:assert/strict";

/** The log of a step as a person sees it. */
export interface ActionsLog {
  /** The lines outside of groups. */
  readonly lines: readonly string[];
  readonly groups: readonly { readonly title: string; readonly lines: readonly string[] }[];
  /** The commands that took effect, without those for groups and for switching commands off. */
  readonly commands: readonly string[];
}

/** Reads a log. Fails if a group or the switch for commands is left open. */
export function readActionsLog(text: string): ActionsLog {
  const lines: string[] = [];
  const groups: { title: string; lines: string[] }[] = [];
  const commands: string[] = [];
  let group: { title: string; lines: string[] } | undefined;
  let stopped: string | undefined;
  // The runner breaks lines at carriage returns too.
  for (const line of text.split(/\r\n|[\r\n]/)) {
    const command = /^\s*::([\w-]+)(?: ([^:]*))?::(.*)$/.exec(line) ??
      /##\[([\w-]+)(?: ([^\]]*))?\](.*)/.exec(line);
    const [, name = "", , rest = ""] = command ?? [];
    if (stopped !== undefined) {
      if (name.toLowerCase() === stopped.toLowerCase()) stopped = undefined;
      else (group?.lines ?? lines).push(line);
    } else if (command === null) (group?.lines ?? lines).push(line);
    else if (name === "stop-commands") stopped = rest;
    else if (name === "group") {
      assert.equal(group, undefined, "a group in a group");
      group = { title: rest, lines: [] };
      groups.push(group);
    } else if (name === "endgroup") group = undefined;
    else commands.push(line);
  }
  assert.equal(stopped, undefined, "commands stay switched off");
  assert.equal(group, undefined, "a group stays open");
  return { lines, groups, commands };
}

/** The commands that people write in comments: their grammar, and what a mistake is answered with. */

import { nearest } from "../../../lib/nearest.ts";
import { quote } from "../../../lib/quote.ts";
import type { Trigger, Ttl } from "../labels/label.ts";
import { formatTtl, parseTtl } from "../labels/mod.ts";

/** A command without an argument. */
export type PlainName = Trigger | "freeze" | "unfreeze" | "wake" | "sleep";

/** A command in a comment. */
export type Command =
  | { readonly kind: PlainName }
  /** Prolongs the environment's life, from now. */
  | { readonly kind: "extend"; readonly ttl: Ttl };

/** The first line of a comment that addresses Showtime. `words`: why it is no command, as sentences. */
export type ReadCommand =
  | { readonly kind: "command"; readonly command: Command }
  | { readonly kind: "mistake"; readonly words: string };

/** The names of the commands, in the order in which people read them. */
export const COMMAND_NAMES: readonly Command["kind"][] = [
  "start",
  "stop",
  "sync",
  "extend",
  "freeze",
  "unfreeze",
  "wake",
  "sleep",
];

/** The word that begins a command. Workflows look for it too. */
export const COMMAND_WORD = "/showtime";

/** The commands as people write them. */
const LIST = COMMAND_NAMES.map((name) => name === "extend" ? "extend 2d" : name).join(", ");

/**
 * Reads the command of a new comment: its first line, which begins with `/showtime`. Undefined for a comment that only
 * mentions the word, as in a quotation, in code or further down.
 */
export function parseCommand(body: string): ReadCommand | undefined {
  const [line = ""] = body.split(/\r\n|[\r\n]/, 1);
  const [word = "", name, ...rest] = line.trimEnd().split(/\s+/);
  if (!/^\S/.test(line) || word.toLowerCase() !== COMMAND_WORD) return undefined;
  if (name === undefined) return mistake(`${COMMAND_WORD} needs a command`);
  const kind = COMMAND_NAMES.find((each) => each === name.toLowerCase());
  if (kind === undefined) {
    const meant = nearest(name, COMMAND_NAMES);
    return mistake(
      `${quote(name)} is not a command${meant === undefined ? "" : `; did you mean "${meant}"?`}`,
    );
  }
  if (kind !== "extend") {
    return rest.length === 0
      ? { kind: "command", command: { kind } }
      : mistake(`"${kind}" takes no argument, and ${quote(rest.join(" "))} was given`);
  }
  const [time, ...more] = rest;
  const ttl = time === undefined || more.length > 0 ? undefined : parseTtl(time);
  if (ttl !== undefined) return { kind: "command", command: { kind, ttl } };
  const given = time === undefined ? "none was given" : `${quote(rest.join(" "))} is not one`;
  return mistake(`"extend" needs a time such as 90m, 24h, 2d, 2w or close, and ${given}`);
}

function mistake(what: string): ReadCommand {
  return { kind: "mistake", words: `${what}${what.endsWith("?") ? "" : "."} The commands are ${LIST}` };
}

/** Formats a command as people write it. */
export function formatCommand(command: Command): string {
  const argument = command.kind === "extend" ? ` ${formatTtl(command.ttl)}` : "";
  return `${COMMAND_WORD} ${command.kind}${argument}`;
}

import type { CommandSpec } from "./command.ts";

/** Help is never wider: it is read in mails and issues too. */
export const HELP_WIDTH = 80;

const EXIT_CODES = `Exit codes:
  0    done, or nothing to do
  1    failed
  2    wrong usage or configuration
  3    refused: blocked or not authorised
  4    another run holds the pull request
  5    incomplete: some of it could not be seen or cleaned
  130, 143   interrupted, terminated`;

/** What stands below the list of commands. */
export function programFooter(): string {
  return `
Examples:
  showtime start 1234          bring up an environment for pull request 1234
  showtime status 1234         see its address, age and time left
  showtime list                see all environments
  showtime explain 1234        learn what would be done, and why

${EXIT_CODES}

"showtime help <command>" tells more about a command.`;
}

/** What stands below the flags of a command. */
export function commandFooter(spec: CommandSpec): string {
  const examples = spec.examples.map(([line, what]) => `  # ${what}\n  showtime ${line}`);
  return `\nExamples:\n${examples.join("\n")}\n\n${EXIT_CODES}`;
}

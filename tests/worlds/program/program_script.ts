import { programCommand } from "./process.ts";

/** A shell script that stands for the program in a PATH: it notes how it is called. */
export interface ProgramScript {
  /** The file for the notes, a command line each. */
  readonly log: string;
  /** Only these commands are carried out, and not noted; undefined: all are, and noted. */
  readonly only?: string;
  /** Added to each command line. */
  readonly flags?: readonly string[];
}

/** The text of the script. */
export function programScript({ log, only, flags = [] }: ProgramScript): string {
  const note = `echo "$*" >> ${quote(log)}`;
  return [
    "#!/bin/sh",
    only === undefined ? note : `if [ "$1" != ${quote(only)} ]; then ${note}; exit; fi`,
    // Its home may be empty: from source, the packages that are here already are to be found.
    `export DENO_DIR=${quote(Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME") ?? ""}/.cache/deno`)}`,
    `exec ${programCommand().map(quote).join(" ")} "$@" ${flags.map(quote).join(" ")}`.trimEnd(),
    "",
  ].join("\n");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

import type { CommandEntry, OptionSpec } from "../../command.ts";

/** The flag that names the context. */
export const ID: OptionSpec = {
  name: "id",
  value: "id",
  description: "ID of the context; SHOWTIME_CONTEXT_ID if left out",
};

/** The flag for how long a write is tried while others write. */
export const WAIT: OptionSpec = {
  name: "wait",
  value: "duration",
  default: "30s",
  description: "how long to try if others write at the same time",
};

/** The flag for pairs that are set first. */
export const SET: OptionSpec = {
  name: "set",
  value: "pair",
  repeats: true,
  description: "set a value first, in a form of `context set`",
};

/** The flag for more variables of templates. */
export const VAR: OptionSpec = {
  name: "var",
  value: "name=path",
  repeats: true,
  description: "give templates a variable with the value at a path",
};

/** The flag for showing what a command would change. */
export const DRY_RUN: OptionSpec = {
  name: "dry-run",
  description: "print what would change; store nothing",
};

type Rights = Pick<CommandEntry, "permissions" | "runsPrograms" | "takesLock">;

/** A command about contexts. It reads and writes the store, which may be a file or a server. */
export const USES_STORE: Rights = {
  permissions: ["net", "read", "write", "sys", "env"],
  runsPrograms: false,
  takesLock: false,
};

/** A command that checks files and reaches no store. */
export const CHECKS_FILES: Rights = { permissions: ["read", "env"], runsPrograms: false, takesLock: false };

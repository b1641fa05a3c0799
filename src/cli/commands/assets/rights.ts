/** The rights of commands about assets. */

import type { CommandEntry } from "../../command.ts";

type Rights = Pick<CommandEntry, "permissions" | "runsPrograms" | "takesLock">;

/** A command that looks at the configuration. */
export const LOOKS_AT_CONFIG: Rights = {
  permissions: ["net", "read", "run", "env"],
  runsPrograms: false,
  takesLock: false,
};

/**
 * A command that reads an instance. It writes one file only: the saved login, whose refresh token some identity
 * providers replace whenever it is used.
 */
export const LOOKS_AT_INSTANCE: Rights = {
  permissions: ["net", "read", "write", "run", "env"],
  runsPrograms: false,
  takesLock: false,
};

/** A command that writes to an instance, into the folder, or into the configuration. */
export const WRITES: Rights = LOOKS_AT_INSTANCE;

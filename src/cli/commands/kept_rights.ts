import type { CommandRights } from "../command_rights.ts";

type Use = CommandRights & { readonly takesLock: boolean };

/** A command that prints what the program knows by itself. */
export const NOTHING: Use = { permissions: [], runsPrograms: false, takesLock: false };

/** A command that only reads, or writes to GitHub alone. It writes no file. */
export const LOOKS: Use = {
  permissions: ["net", "read", "run", "sys", "env"],
  runsPrograms: false,
  takesLock: false,
};

/** A command that builds, starts or removes environments. */
export const CHANGES: Use = {
  permissions: ["net", "read", "write", "run", "sys", "env"],
  runsPrograms: true,
  takesLock: true,
};

/** A command that runs the steps of pipelines on this machine. It starts them through the launcher, and nothing else. */
export const RUNS_STEPS: Use = {
  permissions: ["net", "read", "write", "run", "sys", "env"],
  runsPrograms: false,
  runsSteps: true,
  takesLock: false,
};

/** A command about the clone in the working folder and its configuration. It needs no cloud SDK. */
export const READS_CLONE: Use = {
  permissions: ["net", "read", "run", "env"],
  runsPrograms: true,
  takesLock: false,
};

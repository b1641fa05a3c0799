/** Loads commands when they are asked for: the other ones, and all that they need, are not even read. */

import type { CommandSpec } from "../command.ts";

/** Where each command is, by name. */
const COMMAND_FILES = new Map<string, () => Promise<CommandSpec>>([
  ["sync", async () => (await import("./environments/sync.ts")).SYNC],
  ["start", async () => (await import("./environments/start.ts")).START],
  ["stop", async () => (await import("./environments/stop.ts")).STOP],
  ["status", async () => (await import("./environments/status.ts")).STATUS],
  ["list", async () => (await import("./environments/list.ts")).LIST],
  ["explain", async () => (await import("./environments/explain.ts")).EXPLAIN],
  ["history", async () => (await import("./environments/history.ts")).HISTORY],
  ["logs", async () => (await import("./environments/logs.ts")).LOGS],
  ["url", async () => (await import("./environments/url.ts")).URL_COMMAND],
  ["unlock", async () => (await import("./environments/unlock.ts")).UNLOCK],
  ["extend", async () => (await import("./environments/extend.ts")).EXTEND],
  ["labels", async () => (await import("./environments/labels.ts")).LABELS],
  ["setup-labels", async () => (await import("./environments/setup_labels.ts")).SETUP_LABELS],
  ["cleanup", async () => (await import("./environments/cleanup.ts")).CLEANUP],
  ["handle-trigger", async () => (await import("./environments/sync.ts")).HANDLE_TRIGGER],
  ["cleanup-labels", async () => (await import("./environments/cleanup.ts")).CLEANUP_LABELS],
  ["test-lifecycle", async () => (await import("./general/test_lifecycle.ts")).TEST_LIFECYCLE],
  ["simulate", async () => (await import("./general/simulate.ts")).SIMULATE],
  ["doctor", async () => (await import("./general/doctor.ts")).DOCTOR],
  ["init", async () => (await import("./general/init.ts")).INIT],
  ["config", async () => (await import("./general/config.ts")).CONFIG],
  ["git-check", async () => (await import("./environments/git_check.ts")).GIT_CHECK],
  ["completions", async () => (await import("./general/completions.ts")).COMPLETIONS],
  ["version", async () => (await import("./general/version.ts")).VERSION_COMMAND],
]);

/** The commands whose names are among the words, in no order. A value that is spelled like a command counts too. */
export function loadNamedCommands(argv: readonly string[]): Promise<readonly CommandSpec[]> {
  const loads = [...new Set(argv)].flatMap((word) => COMMAND_FILES.get(word) ?? []);
  return Promise.all(loads.map((load) => load()));
}

/** Every command, in the order of help. */
export async function loadAllCommands(): Promise<readonly CommandSpec[]> {
  return (await import("./mod.ts")).COMMANDS;
}

/** Names of the commands that can be loaded. */
export function commandNames(): readonly string[] {
  return [...COMMAND_FILES.keys()];
}

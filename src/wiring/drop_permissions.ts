/** What each command gives back as soon as it is known: a mistake in what it does later cannot use it. */

import type { PlatformKind } from "../environments/core/environment/environment.ts";

type Permission = "net" | "read" | "write" | "run" | "sys" | "env";

const ALL: readonly Permission[] = ["net", "read", "write", "run", "sys", "env"];

/** For looking and for what only GitHub is told: no file is written. */
const LOOKS: readonly Permission[] = ["net", "read", "run", "sys", "env"];

/** What a command keeps. One that is not here keeps nothing. */
const KEPT = new Map<string, readonly Permission[]>([
  ["sync", ALL],
  ["handle-trigger", ALL],
  ["start", ALL],
  ["stop", ALL],
  ["test-lifecycle", ALL],
  ["cleanup", LOOKS],
  ["cleanup-labels", LOOKS],
  ["status", LOOKS],
  ["list", LOOKS],
  ["explain", LOOKS],
  ["history", LOOKS],
  ["logs", LOOKS],
  ["url", LOOKS],
  ["unlock", LOOKS],
  ["extend", LOOKS],
  ["setup-labels", LOOKS],
  ["doctor", LOOKS],
  ["complete", LOOKS],
  ["init", ["net", "read", "write", "run", "env"]],
  ["config", ["net", "read", "run", "env"]],
  ["git-check", ["net", "read", "run", "env"]],
  // Packages look at a variable or two while they load.
  ["simulate", ["net", "read", "env"]],
  ["labels", []],
  ["completions", []],
  ["version", []],
  ["help", []],
]);

/**
 * Commands that run no program but to learn the repository (git) and the token (gh), unless environments are
 * containers of the local engine.
 */
const RUNS_NOTHING: ReadonlySet<string> = new Set([
  "status",
  "list",
  "explain",
  "history",
  "logs",
  "url",
  "unlock",
  "extend",
  "setup-labels",
  "complete",
]);

/** Names of the commands that have a row. */
export function commandsWithPermissions(): readonly string[] {
  return [...KEPT.keys()];
}

/** Gives back what the command never uses. Called before it does anything. */
export function dropForCommand(command: string): void {
  const kept = KEPT.get(command) ?? [];
  for (const name of ALL) {
    if (!kept.includes(name)) Deno.permissions.revokeSync({ name });
  }
}

/** Gives back the right to run programs, where none is run once repository, token and platform are known. */
export function dropForPlatform(command: string, platform: PlatformKind): void {
  if (platform !== "docker" && RUNS_NOTHING.has(command)) Deno.permissions.revokeSync({ name: "run" });
  else Deno.permissions.revokeSync({ name: "run", command: "gh" });
}

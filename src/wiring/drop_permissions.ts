/** The permissions that each command drops at its start, so that no later mistake can use them. */

import type { PlatformKind } from "../environments/core/environment/environment.ts";

type Permission = "net" | "read" | "write" | "run" | "sys" | "env";

const ALL: readonly Permission[] = ["net", "read", "write", "run", "sys", "env"];

/** The permissions of commands that write no file: they read, or change only GitHub. */
const LOOKS: readonly Permission[] = ["net", "read", "run", "sys", "env"];

/** The permissions that each command keeps. A command without a row keeps none. */
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
  // Packages read a few variables while they load.
  ["simulate", ["net", "read", "env"]],
  ["labels", []],
  ["completions", []],
  ["version", []],
  ["help", []],
]);

/**
 * The commands that run no program once git has named the repository and gh the token, unless environments
 * are containers of the local engine.
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

/** Lists the commands that have a row. */
export function commandsWithPermissions(): readonly string[] {
  return [...KEPT.keys()];
}

/** Drops the permissions that the command never uses. Call it before the command starts. */
export function dropForCommand(command: string): void {
  const kept = KEPT.get(command) ?? [];
  for (const name of ALL) {
    if (!kept.includes(name)) Deno.permissions.revokeSync({ name });
  }
}

/** Drops the right to run programs that the command needs no longer once the platform is known. */
export function dropForPlatform(command: string, platform: PlatformKind): void {
  if (platform !== "docker" && RUNS_NOTHING.has(command)) Deno.permissions.revokeSync({ name: "run" });
  else Deno.permissions.revokeSync({ name: "run", command: "gh" });
}

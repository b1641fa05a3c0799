/** Gives up the permissions that a command does not keep, so that a bug in it or in a package cannot use them. */

import type { CommandRights, DenoPermission } from "../cli/command_rights.ts";
import type { PlatformKind } from "../environments/core/environment/environment.ts";

const ALL: readonly DenoPermission[] = ["net", "read", "write", "run", "sys", "env"];

/** The script that starts the programs of steps. */
const LAUNCHER = "showtime-run";

/** Gives up every permission that the command does not keep, before the command starts. */
export function dropForCommand({ permissions, runsPrograms, runsSteps }: CommandRights): void {
  for (const name of ALL) {
    if (!permissions.includes(name)) Deno.permissions.revokeSync({ name });
  }
  if (!permissions.includes("run")) return;
  const unused = runsSteps !== true ? [LAUNCHER] : runsPrograms ? [] : ["gh", "git", "docker"];
  for (const command of unused) Deno.permissions.revokeSync({ name: "run", command });
}

/**
 * Gives up the right to run programs, if the command runs none on that platform once repository and token are known.
 * Otherwise it gives up only the right to run `gh`. A command that opens a browser keeps a right to run other
 * programs, if the process was started with one.
 */
export function dropForPlatform({ runsPrograms, opensBrowser }: CommandRights, platform: PlatformKind): void {
  const runs = platform === "docker" || runsPrograms;
  if (!runs && opensBrowser !== true) return void Deno.permissions.revokeSync({ name: "run" });
  for (const command of runs ? ["gh"] : ["gh", "git", "docker", LAUNCHER]) {
    Deno.permissions.revokeSync({ name: "run", command });
  }
}

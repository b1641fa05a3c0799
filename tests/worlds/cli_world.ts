/** The command line in a world in memory: real use-cases, a simulated GitHub, platform and clock. */

import { loadConfig } from "../../src/config/mod.ts";
import { dryForge } from "../../src/drivers/dry_run/mod.ts";
import { type CliResult, type CliWorld, runCli, type TestWiring } from "./program/cli.ts";
import type { RunChange, World } from "./world.ts";

/** What one command line changes about its run. */
export interface InWorld extends Omit<CliWorld, "wiring"> {
  readonly run?: RunChange;
  /** Outweighs what the world gives. */
  readonly wiring?: TestWiring;
  /** Files of the runner, by path. */
  readonly files?: Map<string, string>;
}

/** Runs a command line in that world. */
export function runIn(world: World, argv: readonly string[], options: InWorld = {}): Promise<CliResult> {
  const { files, run } = options;
  const wiring: TestWiring = {
    makeContext({ terminal, flags }) {
      const context = world.context(run);
      const loaded = loadConfig({ repo: "apache/superset", env: {}, flags: {} });
      return Promise.resolve({
        context: {
          ...context,
          terminal,
          platformKind: flags.platform ?? context.platformKind,
          forge: flags.dryRunGithub ? dryForge(context.forge, terminal.detail) : context.forge,
          githubDryRun: flags.dryRunGithub,
        },
        loaded,
      });
    },
    config: () => Promise.resolve(loadConfig({ repo: "apache/superset", env: {}, flags: {} })),
    repository: () => Promise.resolve({ repo: "apache/superset", source: "git remote" }),
    diagnoses: () => Promise.resolve([]),
    files: () =>
      Promise.resolve({
        read: () => Promise.resolve(undefined),
        write: () => Promise.reject(new Deno.errors.PermissionDenied("no access")),
        append(path, text) {
          if (files === undefined) return Promise.reject(new Deno.errors.PermissionDenied("no access"));
          files.set(path, (files.get(path) ?? "") + text);
          return Promise.resolve();
        },
      }),
    browser: () => Promise.resolve({ open: () => Promise.resolve(false) }),
    ...options.wiring,
  };
  return runCli(argv, { ...options, wiring: () => wiring });
}

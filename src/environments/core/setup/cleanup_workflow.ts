import { DEFAULTS, indent, installStep } from "../../../lib/workflows/steps.ts";
import type { Setup } from "./setup.ts";
import { awsStep, hubLogin, rightsOf, runsOn } from "./sync_steps.ts";

/** Renders the workflow that removes expired environments and everything that nothing needs any more. */
export function renderCleanupWorkflow(setup: Setup): string {
  const aws = awsStep(setup, undefined);
  return [
    "# Removes environments whose time is up and what closed pull requests left. Written by `showtime init`.",
    "#",
    "# The schedule is the real precision of a time to live. It also catches what no event told: GitHub runs no workflow",
    "# for a pull request that has a merge conflict, not even when it is closed.",
    "name: Showtime cleanup",
    "",
    "on:",
    "  schedule:",
    "    - cron: 17 * * * *",
    "  workflow_dispatch:",
    "",
    "permissions: {}",
    "",
    "concurrency:",
    "  group: showtime-cleanup",
    "  cancel-in-progress: false",
    "",
    ...DEFAULTS,
    "",
    "jobs:",
    "  cleanup:",
    `    ${runsOn(setup)}`,
    "    timeout-minutes: 60",
    "    permissions:",
    ...indent(rightsOf(setup).filter((right) => !right.startsWith("packages:")), 6),
    "    steps:",
    ...indent(installStep(setup.release), 6),
    "",
    ...(aws.length === 0 ? [] : [...indent(aws, 6), ""]),
    ...indent([
      "# --force: what carries our tag and no pull request speaks of goes without a question; nothing else ever goes.",
      "- name: Clean up",
      "  env:",
      "    GITHUB_TOKEN: ${{ github.token }}",
      ...hubLogin(setup),
      "  run: showtime cleanup --respect-ttl --force",
    ], 6),
    "",
  ].join("\n");
}

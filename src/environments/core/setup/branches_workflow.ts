import { DEFAULTS, indent, type Lines } from "../../../lib/workflows/steps.ts";
import { rightsOf, runsOn, syncSteps } from "./sync_steps.ts";
import type { Setup } from "./setup.ts";

/**
 * The condition in GitHub's syntax that the event is about no label, about one of Showtime's, or about one that may have
 * been meant as such: the comment asks about it. `contains()` ignores letter case.
 */
export const OUR_LABEL = [
  "(!github.event.label || startsWith(github.event.label.name, '🎪') ||",
  "contains(github.event.label.name, 'showtime') || contains(github.event.label.name, 'circus_tent') ||",
  "contains(github.event.label.name, 'trigger-s'))",
] as const;

/** The inputs of a dispatch, as lines below `on:`. */
export const DISPATCH = [
  "workflow_dispatch:",
  "  inputs:",
  "    pr_number:",
  "      description: Number of the pull request",
  "      required: true",
  "      type: string",
  "    sha:",
  "      description: Commit of the pull request, instead of its head",
  "      required: false",
  "      type: string",
] as const;

/** Returns the events of pull requests, as lines below `on:`. A status on every head is due when one is opened, too. */
export function pullRequestEvents({ status }: Pick<Setup, "status">): Lines {
  const opened = status?.required === true ? "opened, reopened, " : "";
  return ["pull_request:", `  types: [${opened}labeled, unlabeled, synchronize, closed]`];
}

/** Renders the workflow for a repository whose pull requests come from its own branches. */
export function renderBranchesWorkflow(setup: Setup): string {
  return [
    "# Brings the preview environment of a pull request in line with its labels. Written by `showtime init`.",
    "#",
    "# For pull requests from branches of this repository, whose authors may write to it. For others GitHub gives a run",
    "# no secrets and only a token that reads, and nothing is done; `showtime init --forks` serves them too.",
    "name: Showtime",
    "",
    "on:",
    ...indent(pullRequestEvents(setup), 2),
    ...indent(DISPATCH, 2),
    "",
    "permissions: {}",
    "",
    ...DEFAULTS,
    "",
    "jobs:",
    "  sync:",
    "    if: >-",
    "      github.event_name == 'workflow_dispatch' ||",
    "      (github.event.pull_request.head.repo.full_name == github.repository &&",
    ...indent([...OUR_LABEL.slice(0, -1), `${OUR_LABEL.at(-1)})`], 6),
    "    # One run for each pull request, and the newest waits: it looks at what is, so it does the work of those it",
    "    # replaced. A run for a label of others gets a group of its own: waiting, it would replace one that has work.",
    "    concurrency:",
    "      group: >-",
    "        showtime-${{ github.event.pull_request.number || inputs.pr_number }}${{",
    ...indent([`!${OUR_LABEL[0]}`, ...OUR_LABEL.slice(1)], 8),
    "        && format('-{0}', github.run_id) || '' }}",
    "      cancel-in-progress: false",
    `    ${runsOn(setup)}`,
    "    timeout-minutes: 90",
    "    permissions:",
    ...indent(rightsOf(setup), 6),
    "    env:",
    "      PR: ${{ github.event.pull_request.number || inputs.pr_number }}",
    "      SHA: ${{ inputs.sha }}",
    "    steps:",
    ...indent(syncSteps(setup, { fromForks: false }), 6),
    "",
  ].join("\n");
}

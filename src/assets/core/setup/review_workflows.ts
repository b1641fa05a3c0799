/** The workflows of a review: the plan on a pull request, and the push once it is merged. */

import { DEFAULTS, indent, installStep, type Lines } from "../../../lib/workflows/steps.ts";
import type { AssetsSetup, SetupInstance } from "./assets_setup.ts";
import {
  checkoutStep,
  DISPATCH_PULL,
  keepSnapshots,
  onDefaultBranch,
  oneAtATime,
  READ_FOLDER,
  RUNS_ON,
  runStep,
  steps,
  WRITE_LEDGER,
} from "./shared_steps.ts";

/** Renders the workflow that plans on pull requests. */
export function renderPlanWorkflow(setup: AssetsSetup): string {
  return [
    "# Shows in a comment on a pull request what its folder of assets changes on Superset. Written by `showtime init`.",
    "#",
    "# For pull requests from branches of this repository, whose authors may write to it: for others GitHub gives a run no",
    "# secrets, and nothing is planned. The folder is data, and no file of it runs. The configuration is the base branch's.",
    "name: Showtime assets plan",
    "",
    "on:",
    "  pull_request:",
    "    types: [opened, synchronize, reopened]",
    `    paths: ["${setup.dir}/**"]`,
    ...indent(DISPATCH_PULL, 2),
    "",
    "permissions: {}",
    "",
    ...DEFAULTS,
    "",
    "jobs:",
    "  find:",
    "    if: >-",
    "      github.event_name == 'workflow_dispatch' ||",
    "      github.event.pull_request.head.repo.full_name == github.repository",
    `    ${RUNS_ON}`,
    "    timeout-minutes: 5",
    "    permissions:",
    "      pull-requests: read",
    "    outputs:",
    "      commit: ${{ steps.find.outputs.commit }}",
    "    steps:",
    ...indent(findCommit(), 6),
    ...setup.targets.flatMap((target) => ["", ...indent(planJob(setup, target), 2)]),
    "",
  ].join("\n");
}

/** Returns the step that finds the commit to plan: the pull request as it would be merged, or the merged branch. */
function findCommit(): Lines {
  return [
    "- name: Find the commit",
    "  id: find",
    "  env:",
    "    GITHUB_TOKEN: ${{ github.token }}",
    "    PR: ${{ inputs.pr_number }}",
    "    COMMIT: ${{ github.sha }}",
    "  run: |",
    '    if [ "$GITHUB_EVENT_NAME" = workflow_dispatch ]; then',
    `      if ! [[ "$PR" =~ ^[1-9][0-9]{0,9}$ ]]; then echo '::error::pr_number is no number'; exit 2; fi`,
    '      header="header = \\"Authorization: Bearer $GITHUB_TOKEN\\""',
    "      # GitHub tries a merge after each change, and names no commit until it is done.",
    "      for attempt in 1 2 3 4 5 6; do",
    '        if [ "$attempt" -gt 1 ]; then sleep 5; fi',
    "        pull=$(curl --config - --fail --silent --show-error --retry 3 \\",
    '          "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/pulls/$PR" <<< "$header")',
    `        if jq --exit-status '.mergeable != null or .state != "open"' <<< "$pull" > /dev/null; then break; fi`,
    "      done",
    "      # After the merge, the branch that the run is of; before, only branches of this repository.",
    `      COMMIT=$(jq --raw-output --arg repo "$GITHUB_REPOSITORY" --arg here "$COMMIT" \\`,
    "        'if .merged then $here",
    '        elif .state == "open" and .mergeable == true and .head.repo.full_name == $repo then .merge_commit_sha',
    `        else "" end' <<< "$pull")`,
    "    fi",
    '    if ! [[ "$COMMIT" =~ ^[0-9a-f]{40}$ ]]; then',
    "      echo '::error::The pull request cannot be merged, is closed, or is from a fork: nothing is planned'",
    "      exit 1",
    "    fi",
    '    echo "commit=$COMMIT" >> "$GITHUB_OUTPUT"',
  ];
}

function planJob(setup: AssetsSetup, target: SetupInstance): Lines {
  const { name } = target;
  return [
    `plan-${name}:`,
    "  needs: find",
    "  # The newest commit counts: a plan of an older one is given up.",
    "  concurrency:",
    `    group: showtime-assets-plan-${name}-\${{ github.event.pull_request.number || inputs.pr_number }}`,
    "    cancel-in-progress: true",
    `  ${RUNS_ON}`,
    "  timeout-minutes: 30",
    "  permissions:",
    `    ${READ_FOLDER}`,
    "    pull-requests: write # the comment",
    "  steps:",
    ...indent(
      steps(
        checkoutStep({ ref: "${{ needs.find.outputs.commit }}" }),
        installStep(setup.release),
        runStep("Plan", {
          secrets: [target],
          more: ["PR: ${{ github.event.pull_request.number || inputs.pr_number }}"],
          run: [`showtime assets plan ${name} --pr "$PR"`],
        }),
      ),
      4,
    ),
  ];
}

/** Renders the workflow that pushes what was merged. */
export function renderPushWorkflow(setup: AssetsSetup): string {
  return [
    "# Pushes the folder of assets to Superset once a pull request is merged. Written by `showtime init`.",
    "#",
    "# It carries out the plan in the comment on that pull request. If the plan is another one by now, it fails, names what",
    '# moved, and writes nothing: start "Showtime assets plan" for the pull request, review the comment, and start this.',
    "name: Showtime assets push",
    "",
    "on:",
    "  push:",
    `    branches: [${JSON.stringify(setup.defaultBranch.replace(/[+!\]]/g, "\\$&"))}]`,
    `    paths: ["${setup.dir}/**"]`,
    ...indent(DISPATCH_PULL, 2),
    "",
    "permissions: {}",
    "",
    ...DEFAULTS,
    "",
    "jobs:",
    "  find:",
    `    if: ${onDefaultBranch(setup)}`,
    `    ${RUNS_ON}`,
    "    timeout-minutes: 5",
    "    permissions:",
    "      contents: read",
    "      pull-requests: read",
    "    outputs:",
    "      pull: ${{ steps.find.outputs.pull }}",
    "    steps:",
    ...indent(findPull(), 6),
    ...setup.targets.flatMap((target) => ["", ...indent(pushJob(setup, target), 2)]),
    "",
  ].join("\n");
}

/** Returns the step that finds the pull request whose merge made the commit. */
function findPull(): Lines {
  return [
    "- name: Find the pull request",
    "  id: find",
    "  env:",
    "    GITHUB_TOKEN: ${{ github.token }}",
    "    PR: ${{ inputs.pr_number }}",
    "    COMMIT: ${{ github.sha }}",
    "  run: |",
    '    if [ "$GITHUB_EVENT_NAME" = push ]; then',
    '      header="header = \\"Authorization: Bearer $GITHUB_TOKEN\\""',
    "      PR=$(curl --config - --fail --silent --show-error --retry 3 \\",
    '        "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/commits/$COMMIT/pulls" <<< "$header" |',
    '        jq --raw-output --arg repo "$GITHUB_REPOSITORY" --arg commit "$COMMIT" \\',
    "          '[.[] | select(.merged_at != null and .merge_commit_sha == $commit and",
    '            .base.repo.full_name == $repo) | .number][0] // ""\')',
    "    fi",
    `    if ! [[ "$PR" =~ ^[1-9][0-9]{0,9}$ ]]; then`,
    "      echo '::error::No pull request brought this commit, so no plan of it was reviewed: nothing is pushed'",
    "      exit 1",
    "    fi",
    '    echo "pull=$PR" >> "$GITHUB_OUTPUT"',
  ];
}

function pushJob(setup: AssetsSetup, target: SetupInstance): Lines {
  const { name } = target;
  return [
    `push-${name}:`,
    "  needs: find",
    ...indent(oneAtATime(target), 2),
    `  ${RUNS_ON}`,
    "  timeout-minutes: 60",
    "  permissions:",
    `    ${WRITE_LEDGER}`,
    "    pull-requests: read # the comment with the plan",
    "  steps:",
    ...indent(
      steps(
        checkoutStep(),
        installStep(setup.release),
        runStep("Push", {
          secrets: [target],
          more: ["PR: ${{ needs.find.outputs.pull }}"],
          run: [`showtime assets push ${name} --yes --pr "$PR"`],
        }),
        keepSnapshots(target),
      ),
      4,
    ),
  ];
}

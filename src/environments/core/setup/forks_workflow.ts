import { DEFAULTS, indent } from "../../../lib/workflows/steps.ts";
import { DISPATCH, OUR_LABEL, pullRequestEvents } from "./branches_workflow.ts";
import type { Setup } from "./setup.ts";
import { rightsOf, runsOn, syncSteps } from "./sync_steps.ts";

/** The name of the first stage, by which the second stage refers to it. */
const REQUEST = "Showtime request";

/** Renders the first stage. It does nothing; its end starts the second stage. */
export function renderRequestWorkflow(setup: Pick<Setup, "status">): string {
  return [
    "# The first of two stages: it runs for every pull request, without any secret or permission, and does nothing.",
    "# Its end starts showtime.yml, which finds out by itself what happened. Written by `showtime init`.",
    `name: ${REQUEST}`,
    "",
    "on:",
    ...indent(pullRequestEvents(setup), 2),
    "",
    "permissions: {}",
    "",
    "jobs:",
    "  request:",
    "    if: >-",
    ...indent(OUR_LABEL, 6),
    "    runs-on: ubuntu-24.04",
    "    timeout-minutes: 5",
    "    permissions: {}",
    "    steps:",
    "      - run: echo 'Showtime looks at this pull request next.'",
    "",
  ].join("\n");
}

/**
 * Renders the second stage. It has the secrets, and takes nothing from the first but the commit that GitHub
 * names.
 */
export function renderForksWorkflow(setup: Setup): string {
  return [
    "# Brings the preview environment of a pull request in line with its labels. Written by `showtime init`.",
    "#",
    "# The second of two stages. It always runs as it stands on the default branch, even if a pull request changes it. It",
    "# takes nothing from the first stage, which a pull request can change: it asks GitHub for the pull request, by the",
    "# commit and the commit's repository. Showtime decides whether anything may be built for that pull request.",
    "name: Showtime",
    "",
    "on:",
    "  workflow_run:",
    `    workflows: [${REQUEST}]`,
    "    types: [completed]",
    ...indent(DISPATCH, 2),
    "",
    "permissions: {}",
    "",
    ...DEFAULTS,
    "",
    "jobs:",
    "  find:",
    "    if: >-",
    "      github.event_name == 'workflow_dispatch' ||",
    "      (github.event.workflow_run.event == 'pull_request' && github.event.workflow_run.conclusion == 'success')",
    "    runs-on: ubuntu-24.04",
    "    timeout-minutes: 5",
    "    permissions:",
    "      pull-requests: read",
    "    outputs:",
    "      pulls: ${{ steps.find.outputs.pulls }}",
    "    steps:",
    ...indent(findStep(), 6),
    "",
    "  sync:",
    "    needs: find",
    "    if: needs.find.outputs.pulls != '[]'",
    "    strategy:",
    "      fail-fast: false",
    "      matrix:",
    "        pr: ${{ fromJSON(needs.find.outputs.pulls) }}",
    "    # One run for each pull request, and the newest waits: it looks at what is, so it does the work of those it",
    "    # replaced.",
    "    concurrency:",
    "      group: showtime-${{ matrix.pr }}",
    "      cancel-in-progress: false",
    `    ${runsOn(setup)}`,
    "    timeout-minutes: 90",
    "    permissions:",
    ...indent(rightsOf(setup), 6),
    "    env:",
    "      PR: ${{ matrix.pr }}",
    "      SHA: ${{ inputs.sha }}",
    "    steps:",
    ...indent(syncSteps(setup, { fromForks: true }), 6),
    "",
  ].join("\n");
}

/** Returns the step that finds the numbers of the event's pull requests, as a list in JSON. */
function findStep(): readonly string[] {
  return [
    "- name: Find the pull request",
    "  id: find",
    "  env:",
    "    GITHUB_TOKEN: ${{ github.token }}",
    "    PR: ${{ inputs.pr_number }}",
    "    HEAD_OWNER: ${{ github.event.workflow_run.head_repository.owner.login }}",
    "    HEAD_REPO: ${{ github.event.workflow_run.head_repository.full_name }}",
    "    HEAD_BRANCH: ${{ github.event.workflow_run.head_branch }}",
    "    HEAD_SHA: ${{ github.event.workflow_run.head_sha }}",
    "  run: |",
    '    if [ "$GITHUB_EVENT_NAME" = workflow_dispatch ]; then',
    `      if ! [[ "$PR" =~ ^[1-9][0-9]{0,9}$ ]]; then echo '::error::pr_number is no number'; exit 2; fi`,
    '      echo "pulls=[$PR]" >> "$GITHUB_OUTPUT"',
    "      exit",
    "    fi",
    '    header="header = \\"Authorization: Bearer $GITHUB_TOKEN\\""',
    "    pulls=$(curl --config - --fail --silent --show-error --retry 3 --get \\",
    '      "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/pulls" --data state=all --data per_page=100 \\',
    '      --data-urlencode "head=$HEAD_OWNER:$HEAD_BRANCH" <<< "$header" |',
    '      jq --compact-output --arg repo "$HEAD_REPO" --arg sha "$HEAD_SHA" \\',
    "        '[.[] | select(.head.sha == $sha and .head.repo.full_name == $repo) | .number]')",
    '    echo "pulls=$pulls" >> "$GITHUB_OUTPUT"',
  ];
}

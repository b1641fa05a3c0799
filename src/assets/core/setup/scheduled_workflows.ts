/** The workflows that run on a schedule: the export, the sync and the report of drift. */

import { DOWNLOAD_ARTIFACT, UPLOAD_ARTIFACT } from "../../../lib/workflows/actions.ts";
import { DEFAULTS, indent, installStep, type Lines } from "../../../lib/workflows/steps.ts";
import { type AssetsSetup, instancesOf, type SetupInstance } from "./assets_setup.ts";
import {
  checkoutStep,
  keepSnapshots,
  onDefaultBranch,
  oneAtATime,
  READ_FOLDER,
  RUNS_ON,
  runStep,
  steps,
  WRITE_LEDGER,
} from "./shared_steps.ts";

/** The file that hands the changes of an export to the next job. */
const PATCH = "showtime-export.patch";

interface Scheduled {
  readonly about: Lines;
  readonly name: string;
  readonly cron: string;
  readonly jobs: readonly Lines[];
}

function render({ about, name, cron, jobs }: Scheduled): string {
  return [
    ...about,
    `name: ${name}`,
    "",
    "on:",
    "  schedule:",
    `    - cron: ${cron}`,
    "  workflow_dispatch:",
    "",
    "permissions: {}",
    "",
    ...DEFAULTS,
    "",
    "jobs:",
    ...jobs.flatMap((job, index) => [...(index === 0 ? [] : [""]), ...indent(job, 2)]),
    "",
  ].join("\n");
}

/** Renders the workflow that exports the source and opens a pull request. */
export function renderExportWorkflow(setup: AssetsSetup): string {
  return render({
    about: [
      `# Exports ${setup.source.name} every night, and opens a pull request with what changed. Written by \`showtime init\`.`,
      "#",
      "# Two jobs, so that no job has both the login of Superset and the right to write to this repository.",
    ],
    name: "Showtime assets export",
    cron: "23 3 * * *",
    jobs: [exportJob(setup), proposeJob(setup)],
  });
}

function exportJob(setup: AssetsSetup): Lines {
  const { source, dir } = setup;
  return [
    "export:",
    `  if: ${onDefaultBranch(setup)}`,
    ...indent(oneAtATime(source), 2),
    `  ${RUNS_ON}`,
    "  timeout-minutes: 60",
    "  permissions:",
    "    contents: read",
    "  outputs:",
    "    changed: ${{ steps.changes.outputs.changed }}",
    "  steps:",
    ...indent(
      steps(
        checkoutStep({ ledger: false }),
        installStep(setup.release),
        runStep("Export", { secrets: [source], run: [`showtime assets export ${source.name}`] }),
        [
          "- name: Look for changes",
          "  id: changes",
          "  run: |",
          `    git add --all -- ${dir}`,
          `    git diff --cached --binary > ${PATCH}`,
          `    if [ -s ${PATCH} ]; then changed=true; else changed=false; fi`,
          '    echo "changed=$changed" >> "$GITHUB_OUTPUT"',
        ],
        [
          "- name: Hand on the changes",
          "  if: steps.changes.outputs.changed == 'true'",
          `  uses: ${UPLOAD_ARTIFACT}`,
          "  with:",
          "    name: showtime-export",
          `    path: ${PATCH}`,
          "    retention-days: 1",
        ],
      ),
      4,
    ),
  ];
}

function proposeJob(setup: AssetsSetup): Lines {
  const { source, defaultBranch } = setup;
  return [
    "propose:",
    "  needs: export",
    "  if: needs.export.outputs.changed == 'true'",
    `  ${RUNS_ON}`,
    "  timeout-minutes: 10",
    "  permissions:",
    "    actions: write # starting the plan: GitHub starts no workflow for what a workflow's own token does",
    "    contents: write # the branch",
    "    pull-requests: write # the pull request",
    "  steps:",
    ...indent(
      steps(
        [
          "# The commit that the export began with: the changes fit on it.",
          ...checkoutStep({ ledger: false }),
        ],
        [
          "- name: Get the changes",
          `  uses: ${DOWNLOAD_ARTIFACT}`,
          "  with:",
          "    name: showtime-export",
        ],
        [
          "- name: Open a pull request",
          "  env:",
          "    GH_TOKEN: ${{ github.token }}",
          `    BASE: ${JSON.stringify(defaultBranch)}`,
          `    BRANCH: showtime/export-${source.name}`,
          "  run: |",
          `    git apply --index ${PATCH}`,
          "    git config user.name 'github-actions[bot]'",
          "    git config user.email '41898282+github-actions[bot]@users.noreply.github.com'",
          `    git commit --quiet --message 'Export ${source.name}'`,
          "    git -c credential.helper= -c credential.helper='!gh auth git-credential' \\",
          '      push --quiet --force origin "HEAD:refs/heads/$BRANCH"',
          "    # A fork may have a branch of the same name.",
          '    open=$(gh pr list --head "$BRANCH" --base "$BASE" --json number,isCrossRepository \\',
          "      --jq '[.[] | select(.isCrossRepository | not) | .number][0] // \"\"')",
          '    if [ -z "$open" ]; then',
          '      address=$(gh pr create --head "$BRANCH" --base "$BASE" \\',
          `        --title 'Export ${source.name}' --body 'What changed on ${source.name} since the last export.')`,
          "      open=${address##*/}",
          "    fi",
          '    gh workflow run showtime-assets-plan.yml --ref "$BASE" --field "pr_number=$open"',
        ],
      ),
      4,
    ),
  ];
}

/** Renders the workflow that keeps the targets in step with the source; undefined if there is no other instance. */
export function renderSyncWorkflow(setup: AssetsSetup): string | undefined {
  const { source } = setup;
  const targets = setup.targets.filter(({ name }) => name !== source.name);
  if (targets.length === 0) return undefined;
  return render({
    about: [
      `# Pushes the merged export of ${source.name} to ${
        targets.map(({ name }) => name).join(" and ")
      } every night.` +
      " Written by `showtime init`.",
    ],
    name: "Showtime assets sync",
    cron: "43 4 * * *",
    jobs: targets.map((target) => [
      `sync-${target.name}:`,
      `  if: ${onDefaultBranch(setup)}`,
      ...indent(oneAtATime(target), 2),
      `  ${RUNS_ON}`,
      "  timeout-minutes: 60",
      "  permissions:",
      `    ${WRITE_LEDGER}`,
      "  steps:",
      ...indent(
        steps(
          checkoutStep(),
          installStep(setup.release),
          runStep("Sync", {
            secrets: [target],
            run: [`showtime assets sync_assets ${source.name} ${target.name} --yes`],
          }),
          keepSnapshots(target),
        ),
        4,
      ),
    ]),
  });
}

/** Renders the workflow that reports how the instances differ from the folder. */
export function renderDriftWorkflow(setup: AssetsSetup): string {
  return render({
    about: [
      "# Reports every week how each Superset differs from the folder, and fails if one does. Written by `showtime init`.",
    ],
    name: "Showtime assets drift",
    cron: "7 6 * * 1",
    jobs: instancesOf(setup).map((instance) => driftJob(setup, instance)),
  });
}

function driftJob(setup: AssetsSetup, instance: SetupInstance): Lines {
  return [
    `drift-${instance.name}:`,
    `  if: ${onDefaultBranch(setup)}`,
    `  ${RUNS_ON}`,
    "  timeout-minutes: 30",
    "  permissions:",
    `    ${READ_FOLDER}`,
    "  steps:",
    ...indent(
      steps(
        checkoutStep(),
        installStep(setup.release),
        [
          "# The report is indented, so that no name in it is Markdown.",
          ...runStep("Report", {
            secrets: [instance],
            run: [
              "code=0",
              `showtime assets status ${instance.name} --exit-code | tee "$RUNNER_TEMP/report" || code=$?`,
              `{ echo '### ${instance.name}'; echo; sed 's/^/    /' "$RUNNER_TEMP/report"; } >> "$GITHUB_STEP_SUMMARY"`,
              'exit "$code"',
            ],
          }),
        ],
      ),
      4,
    ),
  ];
}

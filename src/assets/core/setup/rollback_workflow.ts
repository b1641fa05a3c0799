/** The workflow that undoes a push. */

import { DOWNLOAD_ARTIFACT } from "../../../lib/workflows/actions.ts";
import { DEFAULTS, indent, installStep, type Lines } from "../../../lib/workflows/steps.ts";
import { type AssetsSetup, instancesOf, type SetupInstance } from "./assets_setup.ts";
import {
  checkoutStep,
  keepSnapshots,
  onDefaultBranch,
  oneAtATime,
  RUNS_ON,
  runStep,
  steps,
  WRITE_LEDGER,
} from "./shared_steps.ts";

/** Renders the workflow. */
export function renderRollbackWorkflow(setup: AssetsSetup): string {
  // Only what workflows push can be undone by one.
  const pushed = instancesOf(setup).filter(({ name }) =>
    setup.targets.some((target) => target.name === name)
  );
  return [
    "# Undoes what a workflow pushed to Superset, from the snapshots of that run. Written by `showtime init`.",
    "name: Showtime assets rollback",
    "",
    "on:",
    "  workflow_dispatch:",
    "    inputs:",
    "      instance:",
    "        description: Instance",
    "        required: true",
    "        type: choice",
    `        options: [${pushed.map(({ name }) => name).join(", ")}]`,
    "      run_id:",
    "        description: The workflow run that pushed, by the number in its address",
    "        required: true",
    "        type: string",
    "",
    "permissions: {}",
    "",
    ...DEFAULTS,
    "",
    "jobs:",
    pushed.flatMap((each, index) => [...(index === 0 ? [] : [""]), ...indent(job(setup, each), 2)]).join(
      "\n",
    ),
    "",
  ].join("\n");
}

function job(setup: AssetsSetup, instance: SetupInstance): Lines {
  const { name } = instance;
  return [
    `rollback-${name}:`,
    `  if: inputs.instance == '${name}' && ${onDefaultBranch(setup)}`,
    ...indent(oneAtATime(instance), 2),
    `  ${RUNS_ON}`,
    "  timeout-minutes: 60",
    "  permissions:",
    "    actions: read # the snapshots of the other run",
    `    ${WRITE_LEDGER}`,
    "  steps:",
    ...indent(
      steps(
        checkoutStep(),
        installStep(setup.release),
        [
          "- name: Get the snapshots",
          `  uses: ${DOWNLOAD_ARTIFACT}`,
          "  with:",
          `    pattern: showtime-assets-${name}-*`,
          "    merge-multiple: true",
          "    path: .showtime/snapshots",
          "    run-id: ${{ inputs.run_id }}",
          "    github-token: ${{ github.token }}",
        ],
        [
          "# Of several attempts, the newest.",
          ...runStep("Roll back", {
            secrets: [instance],
            run: [
              "newest=''",
              "for each in .showtime/snapshots/*/; do newest=$each; done",
              `if ! [ -d "$newest" ]; then echo '::error::That run has no snapshots of ${name}'; exit 1; fi`,
              `showtime assets rollback ${name} --from "\${newest%/}" --yes`,
            ],
          }),
        ],
        keepSnapshots(instance),
      ),
      4,
    ),
  ];
}

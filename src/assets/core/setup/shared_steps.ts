/** Parts that the workflows of assets share, as lines without indentation. */

import { CHECKOUT, UPLOAD_ARTIFACT } from "../../../lib/workflows/actions.ts";
import { indent, type Lines } from "../../../lib/workflows/steps.ts";
import type { AssetsSetup, SetupInstance } from "./assets_setup.ts";

/** The machine that the jobs run on. */
export const RUNS_ON = "runs-on: ubuntu-24.04";

/** The rights that reading the folder needs, and writing the ledger. */
export const READ_FOLDER = "contents: read # showtime.yml, the folder, and the ledger";
/** The rights of a job that writes to an instance. */
export const WRITE_LEDGER = "contents: write # the ledger's branch";

/** The input of a dispatch that names a pull request, as lines below `on:`. */
export const DISPATCH_PULL: Lines = [
  "workflow_dispatch:",
  "  inputs:",
  "    pr_number:",
  "      description: Number of the pull request",
  "      required: true",
  "      type: string",
];

/** Returns the condition that a run is one of the default branch: a dispatch can be started on another. */
export function onDefaultBranch({ defaultBranch }: AssetsSetup): string {
  return `github.ref == 'refs/heads/${defaultBranch.replaceAll("'", "''")}'`;
}

/**
 * Returns the `concurrency` of a job that writes to an instance: one at a time. GitHub keeps one more waiting, and
 * cancels the one that waited before.
 */
export function oneAtATime({ name }: SetupInstance): Lines {
  return ["concurrency:", `  group: showtime-assets-${name}`, "  cancel-in-progress: false"];
}

/** Returns the step that gets the folder. Git keeps the job's token, for the ledger's branch, unless `ledger` is false. */
export function checkoutStep(
  { ref, ledger = true }: { readonly ref?: string; readonly ledger?: boolean } = {},
): Lines {
  return [
    "- name: Get the folder",
    `  uses: ${CHECKOUT}`,
    "  with:",
    ...(ref === undefined ? [] : [`    ref: ${ref}`]),
    ...(ledger
      ? [
        "    persist-credentials: true # Git reads and writes the ledger's branch; no file of the folder runs",
      ]
      : ["    persist-credentials: false"]),
  ];
}

/** Returns a step that runs one command with the secrets of instances. `more` are lines of its `env:`. */
export function runStep(
  name: string,
  { secrets, more = [], run }: {
    readonly secrets: readonly SetupInstance[];
    readonly more?: Lines;
    readonly run: Lines;
  },
): Lines {
  const names = [...new Set(secrets.flatMap((each) => each.secrets))];
  return [
    `- name: ${name}`,
    "  env:",
    "    GITHUB_TOKEN: ${{ github.token }}",
    ...names.map((secret) => `    ${secret}: \${{ secrets.${secret} }}`),
    ...indent(more, 4),
    ...(run.length === 1 ? [`  run: ${run[0]}`] : ["  run: |", ...indent(run, 4)]),
  ];
}

/** Returns the step that keeps the snapshots of a run, also of a failed one. A rollback takes them. */
export function keepSnapshots({ name }: SetupInstance): Lines {
  return [
    "- name: Keep the snapshots",
    "  if: always()",
    `  uses: ${UPLOAD_ARTIFACT}`,
    "  with:",
    `    name: showtime-assets-${name}-\${{ github.run_attempt }}`,
    `    path: .showtime/assets/${name}/runs`,
    "    include-hidden-files: true",
    "    if-no-files-found: ignore",
    "    retention-days: 30",
  ];
}

/** Joins steps, with an empty line between them. */
export function steps(...list: readonly Lines[]): Lines {
  return list.flatMap((lines, index) => index === 0 ? lines : ["", ...lines]);
}

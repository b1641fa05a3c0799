/** The files that assets need in a repository: the configuration, and the workflows. */

import { type AssetsSetup, instancesOf } from "./assets_setup.ts";
import { renderPlanWorkflow, renderPushWorkflow } from "./review_workflows.ts";
import { renderRollbackWorkflow } from "./rollback_workflow.ts";
import { renderDriftWorkflow, renderExportWorkflow, renderSyncWorkflow } from "./scheduled_workflows.ts";

/** A file of the set-up. */
export interface AssetsSetupFile {
  /** The path from the repository's folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Renders the files, the configuration first. */
export function renderAssetsSetup(setup: AssetsSetup): readonly AssetsSetupFile[] {
  const workflows: Readonly<Record<string, string | undefined>> = {
    plan: renderPlanWorkflow(setup),
    push: renderPushWorkflow(setup),
    rollback: renderRollbackWorkflow(setup),
    export: renderExportWorkflow(setup),
    sync: renderSyncWorkflow(setup),
    drift: renderDriftWorkflow(setup),
  };
  return [
    { path: "showtime.yml", text: renderAssetsSettings(setup) },
    ...Object.entries(workflows).flatMap(([name, text]) =>
      text === undefined ? [] : [{ path: `.github/workflows/showtime-assets-${name}.yml`, text }]
    ),
  ];
}

/** Renders the first `showtime.yml`. */
export function renderAssetsSettings(setup: AssetsSetup): string {
  return [
    "# The Superset instances whose assets move. In Actions it is read from the default branch, or from a pull request's base.",
    "version: 1",
    "assets:",
    `  dir: ${setup.dir}`,
    "  ledger: branch:showtime-ledger # what was pushed; a workflow keeps nothing else for the next one",
    "  instances:",
    ...instancesOf(setup).flatMap(({ name, secrets: [secret = ""] }) => [
      `    ${name}:`,
      `      url: https://${name}.example.org # to be filled in`,
      `      auth: { method: password, username: showtime, password: "\${env:${secret}}" }`,
    ]),
    "",
  ].join("\n");
}

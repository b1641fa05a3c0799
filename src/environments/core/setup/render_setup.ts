import { renderBranchesWorkflow } from "./branches_workflow.ts";
import { renderCleanupWorkflow } from "./cleanup_workflow.ts";
import { renderForksWorkflow, renderRequestWorkflow } from "./forks_workflow.ts";
import type { Setup } from "./setup.ts";
import { renderSettings } from "./settings_file.ts";

/** A file of a setup. */
export interface SetupFile {
  /** The path from the repository's folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Renders the files of a setup, the configuration first. */
export function renderSetup(setup: Setup): readonly SetupFile[] {
  const workflows = setup.forks
    ? [
      { path: ".github/workflows/showtime-request.yml", text: renderRequestWorkflow() },
      { path: ".github/workflows/showtime.yml", text: renderForksWorkflow(setup) },
    ]
    : [{ path: ".github/workflows/showtime.yml", text: renderBranchesWorkflow(setup) }];
  return [
    { path: "showtime.yml", text: renderSettings(setup) },
    ...workflows,
    { path: ".github/workflows/showtime-cleanup.yml", text: renderCleanupWorkflow(setup) },
  ];
}

import { accessPolicy, trustPolicy } from "./aws_policy.ts";
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

/** The file with the rights of the role, or of the user whose keys the workflows have. */
export const ACCESS_POLICY_FILE = "showtime-aws-policy.json";

/** The file that says who may take on the role. */
export const TRUST_POLICY_FILE = "showtime-aws-trust.json";

/** Renders the files of a setup, the configuration first. */
export function renderSetup(setup: Setup): readonly SetupFile[] {
  const workflows = setup.forks
    ? [
      { path: ".github/workflows/showtime-request.yml", text: renderRequestWorkflow(setup) },
      { path: ".github/workflows/showtime.yml", text: renderForksWorkflow(setup) },
    ]
    : [{ path: ".github/workflows/showtime.yml", text: renderBranchesWorkflow(setup) }];
  return [
    { path: "showtime.yml", text: renderSettings(setup) },
    ...workflows,
    { path: ".github/workflows/showtime-cleanup.yml", text: renderCleanupWorkflow(setup) },
    ...policyFiles(setup),
  ];
}

function policyFiles(setup: Setup): readonly SetupFile[] {
  const { aws, accessKeys } = setup;
  if (aws === undefined) return [];
  const json = (policy: unknown) => `${JSON.stringify(policy, null, 2)}\n`;
  return [
    { path: ACCESS_POLICY_FILE, text: json(accessPolicy(aws)) },
    ...(accessKeys ? [] : [{ path: TRUST_POLICY_FILE, text: json(trustPolicy(setup, aws)) }]),
  ];
}

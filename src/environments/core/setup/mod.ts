/**
 * The files that a repository needs before Showtime can work in it, as text: `showtime.yml`, the workflows,
 * and on AWS the trust policy and the least access policy. Everything is rendered from one {@link Setup};
 * nothing here reads a repository or writes a file. Workflows contain only constants of this folder and
 * values that were checked: text from people reaches a `run:` step only through its environment.
 *
 * Read `setup.ts` for the decisions, then `branches_workflow.ts` and `forks_workflow.ts`, which differ in who
 * gets near the secrets, and `sync_steps.ts`, which they share.
 *
 * @module
 */

export {
  accessPolicy,
  balancerStatements,
  ecrStatements,
  ecsStatements,
  type PolicyDocument,
  trustPolicy,
} from "./aws_policy.ts";
export { readExposedPorts } from "./dockerfile.ts";
export {
  completeAwsSettings,
  type KnownAwsSettings,
  UNKNOWN_ACCOUNT,
  UNKNOWN_REGION,
} from "./aws_settings.ts";
export { ACCESS_POLICY_FILE, renderSetup, type SetupFile, TRUST_POLICY_FILE } from "./render_setup.ts";
export { FIRST_PUBLISH } from "./settings_file.ts";
export { type AwsSettings, HOME_REPOSITORY, imageHome, roleArn, type Setup } from "./setup.ts";
export { type ReleasePin, RUNNER_FILE } from "../../../lib/workflows/steps.ts";
export { findCrons, longestGapMs } from "./cron_gap.ts";

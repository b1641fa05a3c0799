/** The rules for dry runs: a pretended platform and a real one do not work on the same pull request. */

import { AppError, EXIT, usageError } from "../../../lib/errors.ts";
import { DRY_RUN_ADDRESS, type LabelState } from "../../core/labels/mod.ts";
import type { PlatformKind } from "../../core/environment/environment.ts";

/** The values that the rules depend on. */
export interface DryValues {
  readonly platformKind: PlatformKind;
  readonly platformAsLabels: boolean;
  readonly githubDryRun: boolean;
}

/** Returns the flag that pretends the platform. */
export function dryFlag({ platformKind }: Pick<DryValues, "platformKind">): string {
  return platformKind === "docker" ? "--dry-run-docker" : "--dry-run-aws";
}

/**
 * Throws AppError `dry_run_half` (exit code 2) if nothing is written to GitHub but the platform is real: a run cannot
 * lock the pull request then, and would change the platform without a lock.
 */
export function refuseHalfDry(values: DryValues): void {
  if (!values.githubDryRun || values.platformAsLabels) return;
  const flag = dryFlag(values);
  throw usageError(
    "dry_run_half",
    `Changing environments with --dry-run-github: without ${flag} the platform is real, and there is no lock`,
    `Add ${flag}, or use --dry-run, which changes nothing anywhere`,
  );
}

/**
 * Throws AppError `real_environment` (exit code 3) if a run with a pretended platform would write over the labels of
 * an environment with a real address.
 */
export function refuseRealEnvironment(
  values: DryValues,
  { pr, labels }: { readonly pr: number; readonly labels: Pick<LabelState, "environments"> },
): void {
  const address = values.githubDryRun ? undefined : realAddress(values, addressesOf(labels));
  if (address === undefined) return;
  const flag = dryFlag(values);
  throw new AppError(
    "real_environment",
    `Working on pull request #${pr} with ${flag}: an environment runs at ${address}, which is no address of a dry run`,
    {
      exitCode: EXIT.refused,
      hint: `Leave ${flag} out, or try it on a pull request without an environment`,
    },
  );
}

/** Describes, for a run that changes nothing, that real environments are beside the pretended platform. */
export function describeRealEnvironment(
  values: DryValues,
  labels: Pick<LabelState, "environments">,
): string | undefined {
  return describeRealAddresses(values, addressesOf(labels));
}

/** Describes the same for environments with these addresses. */
export function describeRealAddresses(
  values: DryValues,
  addresses: readonly (string | null)[],
): string | undefined {
  const real = realAddress(values, addresses);
  return real === undefined
    ? undefined
    : `${dryFlag(values)} beside a real environment at ${real}: the platform is not asked, and a run that ` +
      "changes something is refused";
}

function realAddress(
  { platformAsLabels }: DryValues,
  addresses: readonly (string | null)[],
): string | undefined {
  if (!platformAsLabels) return undefined;
  return addresses.find((each) => each !== null && each !== DRY_RUN_ADDRESS) ?? undefined;
}

function addressesOf({ environments }: Pick<LabelState, "environments">): readonly string[] {
  return [...environments.values()].flatMap(({ labels }) =>
    labels.flatMap(({ label }) => label.kind === "address" ? [label.address] : [])
  );
}

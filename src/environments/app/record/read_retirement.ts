/** Reads what is on record about commits whose environments go, as this run's settings ask for it. */

import type { PrNumber, ShortSha } from "../../../lib/ids.ts";
import type { RetirementInfo } from "../../ports/forge.ts";
import type { AppSettings } from "../run.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";

/** The environment on GitHub in which Deployments are if no other one is configured. */
const ENVIRONMENT = "showtime";

/** Returns the environments on GitHub that may hold Deployments of a pull request: the configured one, and the default. */
export function deploymentEnvironments(
  { settings }: { readonly settings: Pick<AppSettings, "deploymentEnvironment"> },
  pr: PrNumber,
): readonly string[] {
  return [...new Set([ENVIRONMENT, settings.deploymentEnvironment?.(pr) ?? ENVIRONMENT])];
}

/** Reads definitions, Deployments and, if they are written at all, statuses of these commits in one request. */
export async function readRetirement(
  ports: Pick<SyncPorts, "forge" | "settings">,
  { pr, shas }: { readonly pr: PrNumber; readonly shas: readonly ShortSha[] },
  signal: AbortSignal,
): Promise<RetirementInfo> {
  return await ports.forge.retirementInfo(pr, {
    shas,
    environments: deploymentEnvironments(ports, pr),
    statuses: ports.settings.status !== undefined,
  }, signal);
}

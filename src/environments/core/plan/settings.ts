import type { DeployedSettings, Flags } from "../environment/environment.ts";
import type { ShortSha } from "../../../lib/ids.ts";
import type { Ttl } from "../labels/label.ts";
import type { Observation, Policy } from "./observation.ts";
import type { ShaView } from "./state.ts";

/** The number of `FEATURE_X=…` lines of a pull request's body that are read. Further lines are ignored. */
const BODY_FLAG_LIMIT = 50;

/** Reads flags from `FEATURE_X=true` lines in a pull request's body, as an older tool did. */
export function readBodyFlags(body: string): Flags {
  const flags: Record<string, boolean> = {};
  for (const line of body.split(/\r?\n/)) {
    const match = /^FEATURE_([A-Z][A-Z0-9_]{0,60})=(true|false)$/i.exec(line.trim());
    if (match?.[1] === undefined || Object.keys(flags).length >= BODY_FLAG_LIMIT) continue;
    flags[match[1].toUpperCase()] = match[2]?.toLowerCase() === "true";
  }
  return flags;
}

/**
 * Reads the body's flags except configured ones: anybody can write a body, while setting a label takes a
 * role.
 */
function bodyFlags({ body }: Observation, { configuredFlags = [] }: Policy): Flags {
  const flags = Object.entries(readBodyFlags(body)).filter(([flag]) => !configuredFlags.includes(flag));
  return Object.fromEntries(flags);
}

/** Returns the settings that an environment of this pull request should have. Labels outweigh the body. */
export function wantedSettings(observation: Observation, policy: Policy): DeployedSettings {
  const deployed = observation.platform === "as_labels" ? [] : observation.platform;
  const newest = [...deployed].filter((each) => each.managed)
    .sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0) || b.epoch - a.epoch)[0];
  return {
    size: policy.size ?? observation.record.size ?? (newest?.settings.size || "standard"),
    flags: { ...bodyFlags(observation, policy), ...observation.labels.flags },
    login: policy.login,
  };
}

/** Describes the differences between two settings; empty if they are equal. */
export function settingsDifference(deployed: DeployedSettings, wanted: DeployedSettings): readonly string[] {
  const differs: string[] = [];
  // Another tool does not record size and login with an environment, so only its flags can be compared.
  const told = deployed.size !== "";
  if (told && deployed.size !== wanted.size) differs.push(`size ${deployed.size} → ${wanted.size}`);
  if (told && (deployed.login ?? "") !== (wanted.login ?? "")) differs.push("login");
  for (const flag of new Set([...Object.keys(deployed.flags), ...Object.keys(wanted.flags)])) {
    if (deployed.flags[flag] === wanted.flags[flag]) continue;
    const word = (value: boolean | undefined) => value === undefined ? "unset" : value ? "on" : "off";
    differs.push(`${flag} ${word(deployed.flags[flag])} → ${word(wanted.flags[flag])}`);
  }
  return differs.sort();
}

/**
 * Returns the time-to-live of an SHA: the pull request's label, else `--ttl`, else the SHA's label, else the
 * default.
 */
export function wantedTtl(
  observation: Observation,
  { policy, short }: { readonly policy: Policy; readonly short: ShortSha },
): Ttl {
  return observation.labels.prTtl ?? policy.ttl ?? observation.labels.environments.get(short)?.ttl ??
    policy.defaultTtl;
}

/**
 * Returns the login that an environment is for: `asked` if given, else the platform's tag, else the label.
 */
export function requesterOf(view: ShaView | undefined, asked: string | undefined): string | undefined {
  return asked ?? view?.deployed?.requestedBy ?? view?.labeled?.requestedBy;
}

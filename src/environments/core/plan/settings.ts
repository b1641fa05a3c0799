import type { DeployedSettings, Flags } from "../environment/environment.ts";
import type { ShortSha } from "../../../lib/ids.ts";
import type { Ttl } from "../labels/label.ts";
import type { Observation, Policy } from "./observation.ts";
import type { ShaView } from "./state.ts";

/** How many `FEATURE_X=…` lines of a pull request's body are read; the rest is ignored. */
const BODY_FLAG_LIMIT = 50;

/** Flags from `FEATURE_X=true` lines in a pull request's body, as an older tool had them. */
export function readBodyFlags(body: string): Flags {
  const flags: Record<string, boolean> = {};
  for (const line of body.split(/\r?\n/)) {
    const match = /^FEATURE_([A-Z][A-Z0-9_]{0,60})=(true|false)$/i.exec(line.trim());
    if (match?.[1] === undefined || Object.keys(flags).length >= BODY_FLAG_LIMIT) continue;
    flags[match[1].toUpperCase()] = match[2]?.toLowerCase() === "true";
  }
  return flags;
}

/** Anybody can write a body, so it does not outweigh the configuration; setting a label takes a role. */
function bodyFlags({ body }: Observation, { configuredFlags = [] }: Policy): Flags {
  const flags = Object.entries(readBodyFlags(body)).filter(([flag]) => !configuredFlags.includes(flag));
  return Object.fromEntries(flags);
}

/** The settings an environment of this pull request is to have; labels outweigh the body. */
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

/** What differs between two settings, as words; empty where nothing does. */
export function settingsDifference(deployed: DeployedSettings, wanted: DeployedSettings): readonly string[] {
  const differs: string[] = [];
  // What another tool deployed does not say its size and login: only flags can be seen to differ.
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

/** The time-to-live of an SHA: the pull request's label, then `--ttl`, then the SHA's own label, then the default. */
export function wantedTtl(
  observation: Observation,
  { policy, short }: { readonly policy: Policy; readonly short: ShortSha },
): Ttl {
  return observation.labels.prTtl ?? policy.ttl ?? observation.labels.environments.get(short)?.ttl ??
    policy.defaultTtl;
}

/** Who an environment is for: who its labels or its platform name, else who asked now. */
export function requesterOf(view: ShaView | undefined, asked: string | undefined): string | undefined {
  return asked ?? view?.deployed?.requestedBy ?? view?.labeled?.requestedBy;
}

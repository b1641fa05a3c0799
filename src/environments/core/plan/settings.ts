import type { DeployedSettings, Flags } from "../environment/environment.ts";
import type { ShortSha } from "../../../lib/ids.ts";
import type { Ttl } from "../labels/label.ts";
import { readBodyFlags } from "./body/body_flags.ts";
import type { Observation, Policy } from "./observation.ts";
import type { ShaView } from "./state.ts";

/**
 * Reads the body's flags except configured ones: anybody can write a body, while setting a label takes a
 * role.
 */
function bodyFlags({ body }: Observation, { configuredFlags = [] }: SettingsPolicy): Flags {
  const flags = Object.entries(readBodyFlags(body)).filter(([flag]) => !configuredFlags.includes(flag));
  return Object.fromEntries(flags);
}

/** The part of a policy that the wanted settings depend on. */
export type SettingsPolicy = Pick<Policy, "size" | "login" | "url" | "configuredFlags" | "retries">;

/** Returns the settings that an environment of this pull request should have. Labels outweigh the body. */
export function wantedSettings(observation: Observation, policy: SettingsPolicy): DeployedSettings {
  const deployed = observation.platform === "as_labels" ? [] : observation.platform;
  const newest = [...deployed].filter((each) => each.managed)
    .sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0) || b.epoch - a.epoch)[0];
  return {
    size: policy.size ?? observation.record.size ?? (newest?.settings.size || "standard"),
    flags: { ...bodyFlags(observation, policy), ...observation.labels.flags },
    login: policy.login,
    ...(policy.url === undefined ? {} : { url: policy.url }),
  };
}

/** Describes the differences between two settings; empty if they are equal. */
export function settingsDifference(deployed: DeployedSettings, wanted: DeployedSettings): readonly string[] {
  const differs: string[] = [];
  // Another tool does not record size and login with an environment, so only its flags can be compared.
  const told = deployed.size !== "";
  if (told && deployed.size !== wanted.size) differs.push(`size ${deployed.size} → ${wanted.size}`);
  if (told && (deployed.login ?? "") !== (wanted.login ?? "")) differs.push("login");
  if (told && (deployed.url ?? "") !== (wanted.url ?? "")) {
    differs.push(`address ${deployed.url ?? "none"} → ${wanted.url ?? "none"}`);
  }
  for (const flag of new Set([...Object.keys(deployed.flags), ...Object.keys(wanted.flags)])) {
    if (deployed.flags[flag] === wanted.flags[flag]) continue;
    const word = (value: boolean | undefined) => value === undefined ? "unset" : value ? "on" : "off";
    differs.push(`${flag} ${word(deployed.flags[flag])} → ${word(wanted.flags[flag])}`);
  }
  return differs.sort();
}

/** Formats settings so that two of them can be compared. */
export function settingsKey({ size, flags, login, url }: DeployedSettings): string {
  const sorted = Object.entries(flags).sort(([a], [b]) => a < b ? -1 : 1);
  return JSON.stringify([size, login ?? "", ...sorted, ...(url === undefined ? [] : [url])]);
}

/**
 * Describes the differences for which a running environment is updated. Empty if there are none, or if the update to
 * the wanted settings failed as often as it may: it waits for other settings or a trigger.
 */
export function updateDue(
  observation: Observation,
  { policy, view }: { readonly policy: SettingsPolicy; readonly view: ShaView },
): readonly string[] {
  if (view.state !== "running" || view.deployed?.managed !== true) return [];
  const wanted = wantedSettings(observation, policy);
  return isUpdateExhausted(observation, { policy, view })
    ? []
    : settingsDifference(view.deployed.settings, wanted);
}

/** Whether the update of an environment to the wanted settings failed as often as it may. */
export function isUpdateExhausted(
  observation: Observation,
  { policy, view }: { readonly policy: SettingsPolicy; readonly view: ShaView },
): boolean {
  const { update } = observation.record;
  return update !== undefined && update.sha === view.short && update.failures >= 1 + policy.retries &&
    update.settings === settingsKey(wantedSettings(observation, policy));
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

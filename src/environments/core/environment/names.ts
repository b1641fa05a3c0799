import {
  parsePrNumber,
  parseShortSha,
  type PrNumber,
  type ServiceName,
  type ShortSha,
} from "../../../lib/ids.ts";

/** Formats the name of an environment's service: `pr-<n>-<sha7>-service` (platforms.md). */
export function formatServiceName(pr: PrNumber, short: ShortSha): ServiceName {
  return `pr-${pr}-${short}-service` as ServiceName;
}

/**
 * Returns the key of an environment and nothing else of it. Plans carry keys: two plans for the same environment are
 * equal, whatever its state is by then.
 */
export function keyOf({ pr, short, bare }: EnvironmentKey): EnvironmentKey {
  return { pr, short, ...(bare === true ? { bare } : {}) };
}

/** Formats the name of the service of an environment, in the older schemes too. */
export function serviceNameOf({ pr, short, bare }: EnvironmentKey): ServiceName {
  if (short !== undefined && bare === true) return formatContainerName(pr, short) as ServiceName;
  return short === undefined ? `pr-${pr}-service` as ServiceName : formatServiceName(pr, short);
}

/** Formats the name of an environment's container: `pr-<n>-<sha7>`. */
export function formatContainerName(pr: PrNumber, short: ShortSha): string {
  return `pr-${pr}-${short}`;
}

/** The key of an environment. `short` is undefined for the older scheme of one environment per pull request. */
export interface EnvironmentKey {
  readonly pr: PrNumber;
  readonly short: ShortSha | undefined;
  /** True for the older scheme whose services lack the suffix: `pr-<n>-<sha7>`. */
  readonly bare?: true | undefined;
}

/** Parses a service name strictly; undefined if it has neither of the two exact forms. */
export function parseServiceName(name: string): EnvironmentKey | undefined {
  const match = /^pr-([1-9]\d{0,9})(?:-([0-9a-f]{7}))?-service$/.exec(name);
  const pr = match?.[1] === undefined ? undefined : parsePrNumber(match[1]);
  if (match === null || pr === undefined) return undefined;
  return { pr, short: match[2] === undefined ? undefined : parseShortSha(match[2]) };
}

/** Parses a service name strictly, also of the older scheme `pr-<n>-<sha7>`, which lacks the suffix. */
export function parseAnyServiceName(name: string): EnvironmentKey | undefined {
  const parts = parseServiceName(name);
  if (parts !== undefined) return parts;
  const bare = parseContainerName(name);
  return bare === undefined ? undefined : { ...bare, bare: true };
}

/** Whether the key is that of an older scheme. */
export function isOlderScheme({ short, bare }: EnvironmentKey): boolean {
  return short === undefined || bare === true;
}

/** Parses a container name strictly; undefined if it is not exactly `pr-<n>-<sha7>`. */
export function parseContainerName(name: string): { pr: PrNumber; short: ShortSha } | undefined {
  const match = /^pr-([1-9]\d{0,9})-([0-9a-f]{7})$/.exec(name);
  const pr = match?.[1] === undefined ? undefined : parsePrNumber(match[1]);
  const short = match?.[2] === undefined ? undefined : parseShortSha(match[2]);
  return pr === undefined || short === undefined ? undefined : { pr, short };
}

/**
 * Formats the tag of an environment's image: fills `{pr}` and `{sha}` (7 digits) into the configured pattern.
 */
export function formatImageTag(
  pattern: string,
  { pr, short }: { readonly pr: PrNumber; readonly short: ShortSha },
): string {
  return pattern.replaceAll("{pr}", String(pr)).replaceAll("{sha}", short);
}

/** Parses an image tag by the pattern that made it; undefined if it does not match exactly. */
export function parseImageTag(pattern: string, tag: string): { pr: PrNumber; short: ShortSha } | undefined {
  const source = pattern.replace(/[.*+?^$()|[\]\\]/g, "\\$&")
    .replace("{pr}", "(?<pr>[1-9]\\d{0,9})").replace("{sha}", "(?<sha>[0-9a-f]{7})")
    .replaceAll("{pr}", "\\k<pr>").replaceAll("{sha}", "\\k<sha>");
  const groups = new RegExp(`^${source}$`).exec(tag)?.groups;
  const pr = groups?.["pr"] === undefined ? undefined : parsePrNumber(groups["pr"]);
  const short = groups?.["sha"] === undefined ? undefined : parseShortSha(groups["sha"]);
  return pr === undefined || short === undefined ? undefined : { pr, short };
}

/** Formats the URL that people open: `http://host:port`. */
export function formatUrl(address: string): string {
  return `http://${address}`;
}

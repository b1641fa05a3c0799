import {
  parsePrNumber,
  parseShortSha,
  type PrNumber,
  type ServiceName,
  type ShortSha,
} from "../../../lib/ids.ts";

/** The name of an environment's service: `pr-<n>-<sha7>-service` (platforms.md). */
export function formatServiceName(pr: PrNumber, short: ShortSha): ServiceName {
  return `pr-${pr}-${short}-service` as ServiceName;
}

/** The name of an environment's container: `pr-<n>-<sha7>`. */
export function formatContainerName(pr: PrNumber, short: ShortSha): string {
  return `pr-${pr}-${short}`;
}

/** What a service name says; `short` is undefined for the older scheme `pr-<n>-service`. */
export interface ServiceNameParts {
  readonly pr: PrNumber;
  readonly short: ShortSha | undefined;
}

/** Parses a service name strictly; undefined where it is not exactly one of ours. */
export function parseServiceName(name: string): ServiceNameParts | undefined {
  const match = /^pr-([1-9]\d{0,9})(?:-([0-9a-f]{7}))?-service$/.exec(name);
  const pr = match?.[1] === undefined ? undefined : parsePrNumber(match[1]);
  if (match === null || pr === undefined) return undefined;
  return { pr, short: match[2] === undefined ? undefined : parseShortSha(match[2]) };
}

/** Parses a container name strictly; undefined where it is not exactly `pr-<n>-<sha7>`. */
export function parseContainerName(name: string): { pr: PrNumber; short: ShortSha } | undefined {
  const match = /^pr-([1-9]\d{0,9})-([0-9a-f]{7})$/.exec(name);
  const pr = match?.[1] === undefined ? undefined : parsePrNumber(match[1]);
  const short = match?.[2] === undefined ? undefined : parseShortSha(match[2]);
  return pr === undefined || short === undefined ? undefined : { pr, short };
}

/**
 * The tag of an environment's image, from the configured pattern: `{pr}` and `{sha}` (7 digits) are filled in.
 */
export function formatImageTag(
  pattern: string,
  { pr, short }: { readonly pr: PrNumber; readonly short: ShortSha },
): string {
  return pattern.replaceAll("{pr}", String(pr)).replaceAll("{sha}", short);
}

/** Reads an image tag back by the pattern that made it; undefined where it does not fit exactly. */
export function parseImageTag(pattern: string, tag: string): { pr: PrNumber; short: ShortSha } | undefined {
  const source = pattern.replace(/[.*+?^$()|[\]\\]/g, "\\$&")
    .replace("{pr}", "(?<pr>[1-9]\\d{0,9})").replace("{sha}", "(?<sha>[0-9a-f]{7})")
    .replaceAll("{pr}", "\\k<pr>").replaceAll("{sha}", "\\k<sha>");
  const groups = new RegExp(`^${source}$`).exec(tag)?.groups;
  const pr = groups?.["pr"] === undefined ? undefined : parsePrNumber(groups["pr"]);
  const short = groups?.["sha"] === undefined ? undefined : parseShortSha(groups["sha"]);
  return pr === undefined || short === undefined ? undefined : { pr, short };
}

/** The address people open: `http://host:port`. */
export function formatUrl(address: string): string {
  return `http://${address}`;
}

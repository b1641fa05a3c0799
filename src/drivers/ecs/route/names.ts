import type { PrNumber, ServiceName, ShortSha } from "../../../lib/ids.ts";
import { parseServiceName } from "../../../environments/core/environment/names.ts";

/** The lowest priority that a rule of a pull request gets: the pull request's number is added. */
export const FIRST_PRIORITY = 1000;
/** The highest priority of a rule that AWS accepts. */
const LAST_PRIORITY = 50_000;
const HASH_DIGITS = 6;

/**
 * The scope in which the names of target groups are unique: AWS has one space of names per account and
 * region.
 */
export interface NameSpace {
  /** `owner/name`. */
  readonly repo: string;
  readonly cluster: string;
  readonly listener: string;
}

/** Returns the prefix of the names of a pull request's target groups. */
export async function groupPrefix(space: NameSpace, pr: PrNumber): Promise<string> {
  return `${await spacePrefix(space)}${pr}-`;
}

/** Returns the prefix of the names of all target groups of a repository in a cluster, on one listener. */
export async function spacePrefix({ repo, cluster, listener }: NameSpace): Promise<string> {
  return `st-${await hash([repo.toLowerCase(), cluster, listener].join("\n"))}-`;
}

/**
 * Returns the name of an environment's target group, `st-<hash>-<pr>-<sha7>`: at most 32 characters, as AWS
 * demands.
 */
export async function groupName(
  space: NameSpace,
  { pr, short }: { readonly pr: PrNumber; readonly short: ShortSha },
): Promise<string> {
  return `${await groupPrefix(space, pr)}${short}`;
}

/** Returns the name of the target group of a service; undefined for a service whose name has no SHA. */
export async function groupNameOf(space: NameSpace, service: ServiceName): Promise<string | undefined> {
  const parts = parseServiceName(service);
  if (parts?.short === undefined) return undefined;
  return await groupName(space, { pr: parts.pr, short: parts.short });
}

/** Returns the name of a target group, from its ARN. */
export function nameInArn(arn: string): string {
  return /:targetgroup\/([^/]+)\//.exec(arn)?.[1] ?? "";
}

/** Returns the ARN of the load balancer that a listener belongs to. */
export function loadBalancerOf(listener: string): string {
  return listener.replace(":listener/", ":loadbalancer/").replace(/\/[^/]+$/, "");
}

/**
 * Returns the priority to try for a pull request's rule. AWS never chooses one. The first attempt is the same
 * at every run; later ones follow from the host, so that two runs at once do not meet again, and skip `taken`
 * ones. The result is higher than `above`: the load balancer tries the rule after that one.
 */
export async function priorityFor(
  { pr, host, attempt, taken, above }: {
    readonly pr: PrNumber;
    readonly host: string;
    readonly attempt: number;
    readonly taken: ReadonlySet<number>;
    readonly above: number;
  },
): Promise<number> {
  const first = FIRST_PRIORITY + pr;
  if (attempt === 0 && first <= LAST_PRIORITY) return first;
  const lowest = Math.max(FIRST_PRIORITY, Math.min(above + 1, LAST_PRIORITY));
  const span = LAST_PRIORITY - lowest + 1;
  const start = parseInt(await hash(`${host}\n${attempt}`), 16) % span;
  for (let i = 0; i < span; i++) {
    const priority = lowest + (start + i) % span;
    if (!taken.has(priority)) return priority;
  }
  return LAST_PRIORITY;
}

async function hash(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("").slice(0, HASH_DIGITS);
}

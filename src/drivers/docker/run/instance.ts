import type {
  PlatformEnvironment,
  PlatformSleep,
} from "../../../environments/core/environment/environment.ts";
import {
  formatContainerName,
  formatServiceName,
  parseContainerName,
  parseServiceName,
} from "../../../environments/core/environment/names.ts";
import {
  assertOurs,
  readEpoch,
  readRepositoryId,
  readSeconds,
  type RepositoryIdentity,
} from "../../../environments/core/environment/ownership.ts";
import { usageError } from "../../../lib/errors.ts";
import {
  parseFullSha,
  parsePrNumber,
  type PrNumber,
  type ServiceName,
  type ShortSha,
} from "../../../lib/ids.ts";
import type { Container } from "./container.ts";
import { IMAGE_MARK, readSettings } from "../labels.ts";
import { isPending } from "../route/route.ts";

const NEXT = "-next";
const STAGED = "-hook";

/**
 * The names of a service's containers: its own, and the temporary one that an update in place uses.
 *
 *     primary  next      means
 *     yes      -         settled
 *     yes      yes       an update in place is waiting to be settled, or was interrupted
 *     -        yes       interrupted between removing the old one and renaming the new one
 *
 * Beside any of these, `staged` is a container whose hook `after_start` has not ended.
 */
export interface InstanceNames {
  readonly pr: PrNumber;
  /** Undefined for an environment of the older scheme. */
  readonly short: ShortSha | undefined;
  readonly service: ServiceName;
  readonly primary: string;
  readonly next: string;
  readonly staged: string;
}

/** Returns the container names of a service. Throws AppError `bad_service_name` (exit code 2). */
export function instanceNames(service: ServiceName): InstanceNames {
  const parts = parseServiceName(service);
  if (parts === undefined) {
    throw usageError(
      "bad_service_name",
      `Reading a service name: "${service}" has another form`,
      "Use the form pr-<n>-<sha7>-service",
    );
  }
  const primary = parts.short === undefined ? service : formatContainerName(parts.pr, parts.short);
  return { ...parts, service, primary, next: `${primary}${NEXT}`, staged: `${primary}${STAGED}` };
}

/** Returns the service that a container of exactly this name belongs to; undefined for any other name. */
export function instanceOf(name: string): InstanceNames | undefined {
  const legacy = parseServiceName(name);
  if (legacy !== undefined) {
    return legacy.short === undefined ? instanceNames(name as ServiceName) : undefined;
  }
  const suffix = [NEXT, STAGED].find((each) => name.endsWith(each)) ?? "";
  const parts = parseContainerName(name.slice(0, name.length - suffix.length));
  return parts === undefined ? undefined : instanceNames(formatServiceName(parts.pr, parts.short));
}

/**
 * Checks that a container may be replaced or removed under `epoch`. Throws AppError `stale_epoch`, or
 * `not_ours` for a container of another repository and for one with neither Showtime's label nor an exact
 * name of the older scheme.
 */
export function assertTouchable(
  container: Container,
  options: RepositoryIdentity & { readonly epoch: number; readonly action: string },
): void {
  const { labels, name } = container;
  assertOurs({
    what: `the container "${name}"`,
    managed: isManaged(container),
    legacy: isLegacy(container),
    repo: labels["showtime_repo"],
    repoId: readRepositoryId(labels["showtime_repo_id"]),
    epoch: epochOf(container),
    removal: `docker rm -f ${name}`,
  }, options);
}

/** Whether Showtime made the container. */
export function isManaged(container: Container): boolean {
  return container.labels["showtime_managed"] === "true";
}

function isLegacy(container: Container): boolean {
  // A container that a person started from one of Showtime's images inherits the image's `pr`.
  if (container.labels["showtime_managed"] === IMAGE_MARK) return false;
  const parts = parseServiceName(container.name);
  return parts !== undefined && parts.short === undefined && container.labels["pr"] === String(parts.pr);
}

function epochOf(container: Container): number {
  return readEpoch(container.labels["showtime_epoch"]);
}

/** The observation of one container of a service. */
export interface Sight {
  readonly container: Container;
  readonly address: string | undefined;
  readonly healthy: boolean;
  readonly condition: string;
}

/**
 * Makes the environment that a service's containers are. Returns undefined without a container, and for a
 * container of the older scheme that lacks its label. The older container represents both as long as it is
 * healthy.
 */
export function toEnvironment(
  names: InstanceNames,
  seen: {
    readonly primary: Sight | undefined;
    readonly next: Sight | undefined;
    readonly staged?: Sight | undefined;
  },
): PlatformEnvironment | undefined {
  const served =
    seen.next !== undefined && (seen.primary === undefined || (!seen.primary.healthy && seen.next.healthy))
      ? seen.next
      : seen.primary;
  const sight = served ?? unfinished(seen.staged);
  if (sight === undefined) return undefined;
  const { container } = sight;
  const { labels } = container;
  const legacy = names.short === undefined;
  if (legacy && !isLegacy(container)) return undefined;
  const sha = parseFullSha(labels["sha"] ?? "");
  return {
    platform: "docker",
    pr: legacy ? parsePrNumber(labels["pr"] ?? "") ?? names.pr : names.pr,
    sha: sha !== undefined && (legacy || sha.startsWith(names.short ?? "")) ? sha : undefined,
    short: names.short,
    service: names.service,
    address: sight.address,
    healthy: sight.healthy,
    condition: sight.condition,
    ...sleepOf(seen),
    startedAt: container.state.startedAt,
    image: labels["showtime_image"] || container.image,
    settings: readSettings(labels),
    requestedBy: labels["github_user"] || undefined,
    createdAt: readSeconds(labels["showtime_created"]) ?? container.createdAt,
    expiresAt: readSeconds(labels["showtime_expires"]),
    epoch: Math.max(
      ...[seen.primary, seen.next, seen.staged].flatMap((one) =>
        one === undefined ? [] : [epochOf(one.container)]
      ),
    ),
    repo: labels["showtime_repo"],
    repoId: readRepositoryId(labels["showtime_repo_id"]),
    managed: isManaged(container),
    legacy,
    unsettled: seen.next !== undefined || seen.staged !== undefined || isPending(container),
  };
}

/** Returns since when the containers of a service are stopped; nothing if one of them runs or never started. */
function sleepOf(
  { primary, next }: { readonly primary: Sight | undefined; readonly next: Sight | undefined },
): { readonly sleep?: PlatformSleep } {
  const present = [primary, next].flatMap((one) => one === undefined ? [] : [one.container.state]);
  if (present.some(({ status }) => status !== "exited")) return {};
  // A container's labels never change, so the engine cannot record why it was stopped.
  return { sleep: { marked: false, since: present[0]?.finishedAt } };
}

/** Returns the sight of a container that may not serve yet, whatever it answers. */
function unfinished(staged: Sight | undefined): Sight | undefined {
  return staged && { ...staged, healthy: false, condition: `${staged.condition}, after_start has not ended` };
}

import { parseServiceName } from "../../core/envs/names.ts";
import { readEpoch, sameRepo } from "../../core/envs/ownership.ts";
import { AppError } from "../../core/errors.ts";
import { parseFullSha, parsePrNumber, type ServiceName, type ShortSha } from "../../core/ids.ts";
import type { PlatformLeftover } from "../../ports/platform.ts";
import type { Place } from "./place.ts";
import { lastPart } from "./sdk/shapes.ts";
import type { TaggedDefinition } from "./sdk/task_definitions.ts";
import { sameRevision } from "./service_view.ts";
import { familyOf, familyPrefix } from "./task_definition.ts";

/** How many revisions are described at once. */
const AT_ONCE = 5;

/**
 * Deletes the task definition revisions that were registered for a service, but for the one that it goes on with.
 * What another service of the pull request, another repository or a newer run registered stays. Returns what it deleted.
 */
export async function removeDefinitions(
  place: Place,
  of: {
    readonly service: ServiceName;
    readonly repo: string;
    readonly epoch: number;
    readonly keep: readonly string[];
  },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const parts = parseServiceName(of.service);
  if (parts?.short === undefined) return [];
  const { short } = parts;
  const { definitions } = await place.aws.ecs;
  const family = familyOf(place.config.cluster, parts.pr);
  const found = await describeFamily(place, family, signal);
  const doomed = found.filter((each) =>
    isFor(each, { short, repo: of.repo }) && readEpoch(each.tags["showtime_epoch"]) <= of.epoch
  ).map(arnOf).filter((arn) => !of.keep.some((kept) => sameRevision(kept, arn)));
  if (doomed.length > 0) await definitions.remove(doomed, signal);
  return doomed;
}

/** Revisions of ours whose pull request has no service in the cluster: registered by a run that died before it made one. */
export async function listLeftovers(
  place: Place,
  scope: { readonly repo: string },
  signal: AbortSignal,
): Promise<readonly PlatformLeftover[]> {
  const ecs = await place.aws.ecs;
  const prefix = familyPrefix(place.config.cluster);
  // The families first: a service that comes into being meanwhile is seen.
  const families = await ecs.definitions.families(prefix, signal);
  if (families.length === 0) return [];
  const used = new Set((await ecs.serviceNames(signal)).flatMap((name) => parseServiceName(name)?.pr ?? []));
  const leftovers: PlatformLeftover[] = [];
  for (const family of families) {
    const pr = parsePrNumber(family.slice(prefix.length));
    if (pr === undefined || !family.startsWith(prefix) || used.has(pr)) continue;
    for (const each of await describeFamily(place, family, signal)) {
      if (each.tags["showtime_managed"] !== "true" || !isOf(each, scope.repo)) continue;
      leftovers.push({
        id: arnOf(each),
        what: `task definition ${lastPart(arnOf(each))}`,
        pr,
        createdAt: each.definition.registeredAt?.getTime(),
      });
    }
  }
  return leftovers;
}

async function describeFamily(
  place: Place,
  family: string,
  signal: AbortSignal,
): Promise<readonly TaggedDefinition[]> {
  const { definitions } = await place.aws.ecs;
  // A run that died between deregistering and deleting leaves a revision that is inactive.
  const arns = [
    ...await definitions.arns({ family, status: "ACTIVE" }, signal),
    ...await definitions.arns({ family, status: "INACTIVE" }, signal),
  ];
  const found: TaggedDefinition[] = [];
  for (let i = 0; i < arns.length; i += AT_ONCE) {
    const some = await Promise.all(
      arns.slice(i, i + AT_ONCE).map((arn) => definitions.describe(arn, signal)),
    );
    found.push(...some.flatMap((each) => each ?? []));
  }
  return found;
}

function arnOf({ definition }: TaggedDefinition): string {
  return definition.taskDefinitionArn ?? `${definition.family}:${definition.revision}`;
}

function isFor(
  each: TaggedDefinition,
  { short, repo }: { readonly short: ShortSha; readonly repo: string },
): boolean {
  const sha = parseFullSha(each.tags["sha"] ?? "");
  return each.tags["showtime_managed"] === "true" && isOf(each, repo) && sha?.startsWith(short) === true;
}

function isOf(each: TaggedDefinition, repo: string): boolean {
  const owner = each.tags["showtime_repo"];
  return owner !== undefined && sameRepo(owner, repo);
}

/** Deletes one leftover, if it still is ours. One that is gone is success. */
export async function removeLeftover(
  place: Place,
  of: { readonly id: string; readonly repo: string },
  signal: AbortSignal,
): Promise<void> {
  const { definitions } = await place.aws.ecs;
  const found = await definitions.describe(of.id, signal);
  if (found === undefined) return;
  if (found.tags["showtime_managed"] !== "true" || !isOf(found, of.repo)) {
    throw new AppError("not_ours", `Removing ${lastPart(of.id)}: it does not carry our tags any more`);
  }
  await definitions.remove([of.id], signal);
}

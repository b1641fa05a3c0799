import { parseServiceName } from "../../../environments/core/environment/names.ts";
import {
  judgeOwner,
  readEpoch,
  type RepositoryIdentity,
} from "../../../environments/core/environment/ownership.ts";
import { parseFullSha, type ServiceName, type ShortSha } from "../../../lib/ids.ts";
import type { EcsDependencies } from "../dependencies.ts";
import type { TaggedDefinition } from "../sdk/task_definitions.ts";
import { sameRevision } from "../service_view.ts";
import { readOwner } from "../tags.ts";
import { familyOf } from "./task_definition.ts";

/** The number of revisions that are described at the same time. */
const AT_ONCE = 5;

/**
 * Deletes the task definition revisions that were registered for a service, except those in `keep`. Revisions
 * that another service of the pull request, another repository or a newer run registered stay. Returns the
 * ARNs of the deleted revisions.
 */
export async function removeDefinitions(
  deps: EcsDependencies,
  of: RepositoryIdentity & {
    readonly service: ServiceName;
    readonly epoch: number;
    readonly keep: readonly string[];
    /** The family to look into; that of the pull request's applications by default. */
    readonly family?: string;
  },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const parts = parseServiceName(of.service);
  if (parts?.short === undefined) return [];
  const { short } = parts;
  const { definitions } = await deps.aws.ecs;
  const family = of.family ?? familyOf(deps.config.cluster, parts.pr);
  const found = await describeFamily(deps, family, signal);
  const doomed = found.filter((each) =>
    isFor(each, { ...of, short }) && readEpoch(each.tags["showtime_epoch"]) <= of.epoch
  ).map(arnOf).filter((arn) => !of.keep.some((kept) => sameRevision(kept, arn)));
  if (doomed.length > 0) await definitions.remove(doomed, signal);
  return doomed;
}

/** Describes the revisions of a family with their tags, including deregistered ones. */
export async function describeFamily(
  deps: EcsDependencies,
  family: string,
  signal: AbortSignal,
): Promise<readonly TaggedDefinition[]> {
  const { definitions } = await deps.aws.ecs;
  // A run that dies between deregistering and deleting leaves an inactive revision.
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

/** Returns the ARN of a revision. */
export function arnOf({ definition }: TaggedDefinition): string {
  return definition.taskDefinitionArn ?? `${definition.family}:${definition.revision}`;
}

function isFor(
  each: TaggedDefinition,
  of: RepositoryIdentity & { readonly short: ShortSha },
): boolean {
  const sha = parseFullSha(each.tags["sha"] ?? "");
  return each.tags["showtime_managed"] === "true" && isOf(each, of) && sha?.startsWith(of.short) === true;
}

/** Whether a revision is tagged with a repository. */
export function isOf(each: TaggedDefinition, identity: RepositoryIdentity): boolean {
  return judgeOwner(readOwner(each.tags), identity) === "own";
}

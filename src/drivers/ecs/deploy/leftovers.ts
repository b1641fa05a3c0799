import { parseAnyServiceName } from "../../../environments/core/environment/names.ts";
import { notOurs, type RepositoryIdentity } from "../../../environments/core/environment/ownership.ts";
import { parsePrNumber, type PrNumber } from "../../../lib/ids.ts";
import type { PlatformLeftover } from "../../../environments/ports/platform.ts";
import { arnOf, describeFamily, isOf } from "./definitions.ts";
import type { EcsDependencies } from "../dependencies.ts";
import { isHookTask, listHookLeftovers, stopHookTask } from "../hooks/leftovers.ts";
import { lastPart } from "../sdk/shapes.ts";
import { sameRevision } from "../service_view.ts";
import { familyPrefix } from "./task_definition.ts";

/**
 * Up to this many families with services, revisions are listed per family; for more families, per account.
 */
const ONE_BY_ONE = 3;
/**
 * The most pages of 100 revisions that are listed of an account. If the account has many revisions of other
 * tools, some leftovers are not found.
 */
const ACCOUNT_PAGES = 10;

/** A family of task definitions with the services of its pull request. */
interface Family {
  readonly name: string;
  readonly pr: PrNumber;
  readonly services: readonly string[];
}

/**
 * Lists revisions that Showtime registered and no service uses: a run that died registered them. For pull
 * requests without a service, all are found. For the others, only families with more revisions than services
 * are examined, and only as far as {@link ACCOUNT_PAGES} reaches, so that the number of calls does not grow
 * with the services.
 */
export async function listLeftovers(
  deps: EcsDependencies,
  scope: RepositoryIdentity,
  signal: AbortSignal,
): Promise<readonly PlatformLeftover[]> {
  const { families, names } = await readFamilies(deps, signal);
  const dead = families.filter(({ services }) => services.length === 0);
  const crowded = await findCrowded(deps, families.filter(({ services }) => services.length > 0), signal);
  const hooks = { ...scope, families: names, prefix: familyPrefix(deps.config.cluster) };
  const found: PlatformLeftover[] = [...await listHookLeftovers(deps, hooks, signal)];
  for (const family of [...dead, ...crowded]) {
    // Revisions are read before services: a revision that a service starts to use in between is seen as used.
    const revisions = await describeFamily(deps, family.name, signal);
    const used = await usedBy(deps, family.services, signal);
    if (used === undefined) continue;
    for (const each of revisions) {
      const id = arnOf(each);
      if (each.tags["showtime_managed"] !== "true" || !isOf(each, scope)) continue;
      if (used.some((one) => sameRevision(one, id))) continue;
      found.push({
        id,
        what: `task definition ${lastPart(id)}`,
        pr: family.pr,
        createdAt: each.definition.registeredAt?.getTime(),
      });
    }
  }
  return found;
}

async function readFamilies(
  deps: EcsDependencies,
  signal: AbortSignal,
): Promise<{ readonly families: readonly Family[]; readonly names: readonly string[] }> {
  const ecs = await deps.aws.ecs;
  const prefix = familyPrefix(deps.config.cluster);
  // Families are read before services, so that a service that is created in between is seen.
  const names = await ecs.definitions.families(prefix, signal);
  if (names.length === 0) return { families: [], names };
  const services = await ecs.serviceNames(signal);
  const families = names.flatMap((name) => {
    const pr = parsePrNumber(name.slice(prefix.length));
    if (pr === undefined || !name.startsWith(prefix)) return [];
    return [{ name, pr, services: services.filter((each) => parseAnyServiceName(each)?.pr === pr) }];
  });
  return { families, names };
}

/** Finds the families with more revisions than services: each service uses a revision of its own. */
async function findCrowded(
  deps: EcsDependencies,
  families: readonly Family[],
  signal: AbortSignal,
): Promise<readonly Family[]> {
  const { definitions } = await deps.aws.ecs;
  if (families.length === 0) return [];
  const status = "ACTIVE";
  const arns = families.length <= ONE_BY_ONE
    ? (await Promise.all(families.map(({ name }) => definitions.arns({ family: name, status }, signal))))
      .flat()
    : await definitions.arns({ family: undefined, status, pages: ACCOUNT_PAGES }, signal);
  const counts = new Map<string, number>();
  for (const arn of arns) {
    const family = lastPart(arn).replace(/:\d+$/, "");
    counts.set(family, (counts.get(family) ?? 0) + 1);
  }
  return families.filter(({ name, services }) => (counts.get(name) ?? 0) > services.length);
}

/**
 * Returns the revisions that services run or are changing to or from; undefined if AWS does not describe them
 * all.
 */
async function usedBy(
  deps: EcsDependencies,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  if (names.length === 0) return [];
  const services = await (await deps.aws.ecs).services(names, signal);
  if (!names.every((name) => services.some((each) => each.serviceName === name))) return undefined;
  return services.flatMap(({ taskDefinition, deployments = [] }) =>
    [taskDefinition, ...deployments.map((each) => each.taskDefinition)].flatMap((each) => each ?? [])
  );
}

/** Deletes one leftover that still carries Showtime's tags. A leftover that is already gone is success. */
export async function removeLeftover(
  deps: EcsDependencies,
  of: RepositoryIdentity & { readonly id: string },
  signal: AbortSignal,
): Promise<void> {
  if (isHookTask(of.id)) return await stopHookTask(deps, of, signal);
  const { definitions } = await deps.aws.ecs;
  const found = await definitions.describe(of.id, signal);
  if (found === undefined) return;
  if (found.tags["showtime_managed"] !== "true" || !isOf(found, of)) {
    throw notOurs(
      `Removing ${lastPart(of.id)}: it no longer carries this repository's tags`,
      "Leave it to the run that changed it, or remove it in the AWS Console",
    );
  }
  await definitions.remove([of.id], signal);
}

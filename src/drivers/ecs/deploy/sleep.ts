/** Puts environments to sleep and wakes them: their service is kept and runs no task. */

import type { Service } from "@aws-sdk/client-ecs";
import { AppError } from "../../../lib/errors.ts";
import type { ServiceName } from "../../../lib/ids.ts";
import type { Deployed, SleepOptions, WakeOptions } from "../../../environments/ports/platform.ts";
import type { EcsDependencies } from "../dependencies.ts";
import { readTags } from "../sdk/shapes.ts";
import { assertTouchable } from "../service_view.ts";
import { awakeTags, formatSleepTag, readDeployed, SLEEP_TAG, WOKEN_TAG } from "../tags.ts";
import { forwardTo, keepBehindPage, showPage } from "../route/page_route.ts";
import { routeOfService } from "../route/route_of_service.ts";
import type { Owner } from "./destroy.ts";
import { keepSecrets } from "./variables.ts";
import { waitServing } from "./wait_serving.ts";

/** The status of the page: monitors and crawlers must not take it for the application. */
const PAGE_STATUS = 503;
/** The time limit for scaling back after a failed wake, in milliseconds. */
const UNDO_TIMEOUT_MS = 30_000;

/**
 * Scales a service to no tasks. Its tag says why before that, and bars runs with an older lock. Behind a load balancer a
 * page answers before the task stops.
 */
export async function sleep(
  deps: EcsDependencies,
  of: SleepOptions & { readonly service: ServiceName },
  signal: AbortSignal,
): Promise<void> {
  const ecs = await deps.aws.ecs;
  const service = await findOwn(deps, { ...of, action: `Stopping "${of.service}"` }, signal);
  const tag = formatSleepTag(of);
  const present = readTags(service.tags)[SLEEP_TAG];
  if (service.desiredCount === 0 && present !== undefined && present !== "") return;
  const tags = { showtime_epoch: String(of.epoch), [SLEEP_TAG]: tag };
  await ecs.tag(service.serviceArn ?? of.service, { tags }, signal);
  await showSleepPage(deps, { ...of, seen: service, action: `Stopping "${of.service}"` }, signal);
  await ecs.scale(of.service, { tasks: 0 }, signal);
}

/**
 * Scales a service to one task again and waits until that task answers its health check. Behind a load balancer the page
 * stays until the load balancer finds the task healthy.
 */
export async function wake(
  deps: EcsDependencies,
  of: WakeOptions & { readonly service: ServiceName },
  signal: AbortSignal,
): Promise<Deployed> {
  const ecs = await deps.aws.ecs;
  const service = await findOwn(deps, { ...of, action: `Starting "${of.service}" again` }, signal);
  const arn = service.serviceArn ?? of.service;
  const found = routeOfService(service, of);
  const route = found === undefined ? undefined : { ...found, action: `Starting "${of.service}" again` };
  const definition = service.taskDefinition ?? "";
  // A container that fails to start may print its secrets, and the end of its log goes into a public comment.
  await keepSecrets(deps, definition, signal);
  await ecs.tag(arn, { tags: { showtime_epoch: String(of.epoch) } }, signal);
  of.onProgress(`Starting the task of ${of.service}`);
  try {
    if (route !== undefined) {
      // ECS starts no task whose group is in no rule.
      await keepBehindPage(deps, { ...route, url: readDeployed(readTags(service.tags)).url }, signal);
    }
    await ecs.scale(of.service, { tasks: 1 }, signal);
    const checked = await isChecked(deps, definition, signal);
    const address = await waitServing(
      deps,
      { ...of, definition, inPlace: false, woken: true, checked, group: route?.group },
      signal,
    );
    if (route !== undefined) await forwardTo(deps, route, signal);
    const tags = { ...awakeTags(readTags(service.tags), of), [WOKEN_TAG]: String(Math.floor(of.at / 1000)) };
    await ecs.tag(arn, { tags }, signal);
    return { address, unsettled: false };
  } catch (error) {
    await sleepAgain(deps, of, { service, error });
    throw error;
  }
}

/** Whether the revision has its own health check. ECS goes by it. */
async function isChecked(deps: EcsDependencies, definition: string, signal: AbortSignal): Promise<boolean> {
  const described = await (await deps.aws.ecs).definitions.describe(definition, signal);
  const containers = described?.definition.containerDefinitions ?? [];
  return containers.some(({ healthCheck }) => healthCheck !== undefined);
}

async function showSleepPage(
  deps: EcsDependencies,
  { page, seen, action, ...owner }: (SleepOptions | WakeOptions) & {
    readonly seen: Service;
    readonly action: string;
  },
  signal: AbortSignal,
): Promise<void> {
  const route = routeOfService(seen, owner);
  if (route === undefined) return;
  await showPage(deps, { ...route, action, page: { html: page, status: PAGE_STATUS } }, signal);
}

async function findOwn(
  deps: EcsDependencies,
  of: Owner & { readonly service: ServiceName; readonly action: string },
  signal: AbortSignal,
): Promise<Service> {
  const service = await (await deps.aws.ecs).service(of.service, signal);
  if (service?.status === "ACTIVE") {
    assertTouchable(service, of);
    return service;
  }
  throw new AppError("environment_not_found", `${of.action}: there is no such service`, {
    hint: "`showtime list` shows the environments",
  });
}

/** Scales a service that did not come up to no tasks again. Failures of AWS do not replace the wake's own. */
async function sleepAgain(
  deps: EcsDependencies,
  of: WakeOptions & { readonly service: ServiceName },
  { service, error }: { readonly service: Service; readonly error: unknown },
): Promise<void> {
  if (service.desiredCount !== 0 || (error instanceof AppError && error.code === "stale_epoch")) return;
  // The caller's signal may have aborted the wake, so this has a signal of its own.
  const signal = AbortSignal.timeout(UNDO_TIMEOUT_MS);
  try {
    const now = await (await deps.aws.ecs).service(of.service, signal);
    if (now?.status !== "ACTIVE") return;
    assertTouchable(now, { ...of, action: `Tidying "${of.service}"` });
    await showSleepPage(deps, { ...of, seen: now, action: `Tidying "${of.service}"` }, signal);
    await (await deps.aws.ecs).scale(of.service, { tasks: 0 }, signal);
  } catch (failure) {
    if (!(failure instanceof AppError) && !signal.aborted) throw failure;
  }
}

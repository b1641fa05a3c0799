import type { Service } from "@aws-sdk/client-ecs";
import { formatSpan } from "../../../lib/duration.ts";
import { AppError } from "../../../lib/errors.ts";
import type { ServiceName } from "../../../lib/ids.ts";
import { removeDefinitions } from "./definitions.ts";
import type { Owner } from "./destroy.ts";
import { type EcsDependencies, SERVICE_POLL_MS } from "../dependencies.ts";
import { readTags } from "../sdk/shapes.ts";
import { settleRoute } from "../route/settle_route.ts";
import { assertTouchable, isInOrder, revisionOf } from "../service_view.ts";
import { DEPLOYED_TAGS, SETTLED_TAG, type Tags } from "../tags.ts";

/**
 * Waits until ECS has stopped the tasks of an older revision, then finishes the update. Throws AppError
 * `unhealthy` if ECS stopped the newer tasks instead, and `timeout` if that takes longer than
 * `health.timeoutMs`.
 */
export async function settle(
  deps: EcsDependencies,
  of: Owner & { readonly service: ServiceName },
  signal: AbortSignal,
): Promise<void> {
  const ecs = await deps.aws.ecs;
  const { clock, config } = deps;
  const started = clock.now();
  for (;;) {
    const service = await ecs.service(of.service, signal);
    if (service === undefined || service.status !== "ACTIVE") return;
    assertTouchable(service, { ...of, action: `Settling "${of.service}"` });
    if ((service.deployments ?? []).length <= 1) {
      await settleRoute(deps, { ...of, service }, signal);
      return await finishUpdate(deps, { ...of, service }, signal);
    }
    const waitedMs = clock.now() - started;
    if (waitedMs >= config.health.timeoutMs) {
      throw new AppError(
        "timeout",
        `Settling "${of.service}": ECS still runs the old task beside the new one after ${
          formatSpan(waitedMs)
        }`,
        { hint: "Look at the deployments of the service in the AWS Console", retryable: true },
      );
    }
    await clock.sleep(Math.min(SERVICE_POLL_MS, config.health.timeoutMs - waitedMs), signal);
  }
}

/**
 * Copies the tags that record the deployment from the running revision to the service. Then removes revisions
 * that are no longer used: the one before the update, and those that runs registered before they died. A
 * service whose update is already finished is not changed.
 */
export async function finishUpdate(
  deps: EcsDependencies,
  { service: before, ...owner }: Owner & { readonly service: Service },
  signal: AbortSignal,
): Promise<void> {
  const ecs = await deps.aws.ecs;
  const name = (before.serviceName ?? "") as ServiceName;
  // The service is read again: an earlier description may not name the revision that the update led to.
  const service = await ecs.service(name, signal);
  if (service?.taskDefinition === undefined || service.status !== "ACTIVE") return;
  const current = await ecs.definitions.describe(service.taskDefinition, signal);
  const tags = current === undefined ? {} : staleTags(readTags(service.tags), current.tags);
  if (Object.keys(tags).length > 0) await ecs.tag(service.serviceArn ?? name, { tags }, signal);
  const removed = await removeDefinitions(
    deps,
    { ...owner, service: name, keep: [service.taskDefinition] },
    signal,
  );
  if (!isInOrder(service)) {
    const settled = { [SETTLED_TAG]: String(revisionOf(service.taskDefinition)) };
    await ecs.tag(service.serviceArn ?? name, { tags: settled }, signal);
  }
  const newer = removed.find((arn) => revisionOf(arn) > revisionOf(service.taskDefinition));
  if (newer === undefined) return;
  throw new AppError(
    "unhealthy",
    `Settling "${name}": ECS went back to the earlier task, because the new one did not stay healthy`,
    {
      hint:
        "Look at the events of the service in the AWS Console; then run the command again, which corrects the address",
    },
  );
}

/** Returns the tags that make a service match its revision. A tag that the revision lacks becomes empty. */
function staleTags(service: Tags, definition: Tags): Tags {
  const stale = DEPLOYED_TAGS.filter((key) => (service[key] ?? "") !== (definition[key] ?? ""));
  return Object.fromEntries(stale.map((key) => [key, definition[key] ?? ""]));
}

import { AppError } from "../../core/errors.ts";
import type { ServiceName } from "../../core/ids.ts";
import { removeDefinitions } from "./definitions.ts";
import { formatMs, type Owner } from "./destroy.ts";
import { type Place, SERVICE_POLL_MS } from "./place.ts";
import { assertTouchable } from "./service_view.ts";

/** Waits until ECS has let the tasks of an older revision go, and removes the revisions that nothing uses any more. */
export async function settle(
  place: Place,
  of: Owner & { readonly service: ServiceName },
  signal: AbortSignal,
): Promise<void> {
  const ecs = await place.aws.ecs;
  const { clock, config } = place;
  const started = clock.now();
  for (;;) {
    const service = await ecs.service(of.service, signal);
    if (service === undefined || service.status !== "ACTIVE") return;
    assertTouchable(service, { ...of, action: `Settling "${of.service}"` });
    const deployments = service.deployments ?? [];
    if (deployments.length <= 1) {
      const keep = [service.taskDefinition, ...deployments.map((each) => each.taskDefinition)];
      return await removeDefinitions(place, { ...of, keep: keep.flatMap((each) => each ?? []) }, signal);
    }
    const waitedMs = clock.now() - started;
    if (waitedMs >= config.health.timeoutMs) {
      throw new AppError(
        "timeout",
        `Settling "${of.service}": ECS still runs the older task beside the new one after ${
          formatMs(waitedMs)
        }`,
        { hint: "Look at the deployments of the service in the AWS Console", retryable: true },
      );
    }
    await clock.sleep(Math.min(SERVICE_POLL_MS, config.health.timeoutMs - waitedMs), signal);
  }
}

import type { Service } from "@aws-sdk/client-ecs";
import { formatSpan } from "../../../lib/duration.ts";
import type { RepositoryIdentity } from "../../../environments/core/environment/ownership.ts";
import type { HookEvents } from "../../../environments/ports/hook_events.ts";
import { AppError } from "../../../lib/errors.ts";
import type { ServiceName } from "../../../lib/ids.ts";
import { removeDefinitions } from "./definitions.ts";
import { type EcsDependencies, SERVICE_POLL_MS } from "../dependencies.ts";
import { removeHookDefinitions, runBeforeStop } from "../hooks/before_stop.ts";
import { readTags } from "../sdk/shapes.ts";
import { assertTouchable } from "../service_view.ts";
import { isHookPending } from "../tags.ts";

/** The repository that a run acts for, and the epoch of its lock. */
export interface Owner extends RepositoryIdentity {
  readonly epoch: number;
}

/** Removes a service with its task and task definitions, and waits until AWS reports the service as gone. */
export async function destroy(
  deps: EcsDependencies,
  of: Owner & { readonly service: ServiceName; readonly hooks?: HookEvents | undefined },
  signal: AbortSignal,
): Promise<void> {
  const ecs = await deps.aws.ecs;
  const action = `Removing "${of.service}"`;
  let found = await ecs.service(of.service, signal);
  if (found?.status === "ACTIVE" && runsBeforeStop(deps, found)) {
    assertTouchable(found, { ...of, action });
    await runBeforeStop(deps, { ...of, name: of.service, service: found, events: of.hooks }, signal);
    // Another run may have taken the service over while the command ran.
    found = await ecs.service(of.service, signal);
  }
  if (found !== undefined && found.status !== "INACTIVE") {
    assertTouchable(found, { ...of, action });
    if (found.status === "ACTIVE") await ecs.deleteService(of.service, signal);
    await waitInactive(deps, { service: of.service, removed: found, onProgress: () => {} }, signal);
  }
  await removeDefinitions(deps, { ...of, keep: [] }, signal);
  await removeHookDefinitions(deps, of, signal);
}

/** Whether a service is one of Showtime's that people were sent to, and a command runs before its end. */
function runsBeforeStop({ config }: EcsDependencies, service: Service): boolean {
  const tags = readTags(service.tags);
  return config.hooks?.beforeStop !== undefined && tags["showtime_managed"] === "true" &&
    !isHookPending(tags);
}

/** Waits until a service is gone. Throws AppError `draining` if that takes longer than `health.timeoutMs`. */
export async function waitInactive(
  deps: EcsDependencies,
  of: {
    readonly service: ServiceName;
    /** The service as ECS described it before the removal. */
    readonly removed?: Service;
    readonly onProgress: (text: string) => void;
  },
  signal: AbortSignal,
): Promise<Service | undefined> {
  const ecs = await deps.aws.ecs;
  const { clock, config } = deps;
  const started = clock.now();
  for (;;) {
    const found = await ecs.service(of.service, signal);
    if (found === undefined || !isLeaving(found, of.removed)) return found;
    const waitedMs = clock.now() - started;
    if (waitedMs >= config.health.timeoutMs) {
      throw new AppError(
        "draining",
        `Waiting until "${of.service}" is removed: AWS is still stopping its tasks after ${
          formatSpan(waitedMs)
        }`,
        { hint: "Run the command again later; it continues from here", retryable: true },
      );
    }
    of.onProgress(`Waiting until the earlier service ${of.service} is removed`);
    await clock.sleep(Math.min(SERVICE_POLL_MS, config.health.timeoutMs - waitedMs), signal);
  }
}

/**
 * Whether a service is still being removed. ECS may show a removed service as active for a moment. An active
 * service with another creation time was created by another run since, and is not waited for.
 */
function isLeaving(found: Service, removed: Service | undefined): boolean {
  if (found.status === "DRAINING") return true;
  return found.status === "ACTIVE" && removed !== undefined &&
    found.createdAt?.getTime() === removed.createdAt?.getTime();
}

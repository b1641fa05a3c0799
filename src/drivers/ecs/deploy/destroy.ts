import type { Service } from "@aws-sdk/client-ecs";
import { AppError } from "../../../lib/errors.ts";
import type { ServiceName } from "../../../lib/ids.ts";
import { removeDefinitions } from "./definitions.ts";
import { type EcsDependencies, SERVICE_POLL_MS } from "../dependencies.ts";
import { assertTouchable } from "../service_view.ts";

/** Who acts, under which lock. */
export interface Owner {
  readonly repo: string;
  readonly epoch: number;
}

/** Removes a service with its task and its task definitions, and waits until AWS says that it is gone. */
export async function destroy(
  deps: EcsDependencies,
  of: Owner & { readonly service: ServiceName },
  signal: AbortSignal,
): Promise<void> {
  const ecs = await deps.aws.ecs;
  const found = await ecs.service(of.service, signal);
  if (found !== undefined && found.status !== "INACTIVE") {
    assertTouchable(found, { ...of, action: `Removing "${of.service}"` });
    if (found.status === "ACTIVE") await ecs.deleteService(of.service, signal);
    await waitInactive(deps, { service: of.service, removed: found, onProgress: () => {} }, signal);
  }
  await removeDefinitions(deps, { ...of, keep: [] }, signal);
}

/** Waits until a service is gone. Throws AppError `draining` where that takes longer than anything may. */
export async function waitInactive(
  deps: EcsDependencies,
  of: {
    readonly service: ServiceName;
    /** The service as it was seen before it was told to go. */
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
        `Waiting until "${of.service}" is removed: AWS still stops its tasks after ${formatMs(waitedMs)}`,
        { hint: "Run the command again later; it goes on from here", retryable: true },
      );
    }
    of.onProgress(`Waiting until the earlier service ${of.service} is removed`);
    await clock.sleep(Math.min(SERVICE_POLL_MS, config.health.timeoutMs - waitedMs), signal);
  }
}

/** Somebody else may have made it anew meanwhile, which is not for us to wait for; and what is told to go may be shown as it was. */
function isLeaving(found: Service, removed: Service | undefined): boolean {
  if (found.status === "DRAINING") return true;
  return found.status === "ACTIVE" && removed !== undefined &&
    found.createdAt?.getTime() === removed.createdAt?.getTime();
}

/** A span of time for people. */
export function formatMs(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

import { hostOf, shownHost } from "../../../environments/core/environment/stable_url.ts";
import type { ServiceName } from "../../../lib/ids.ts";
import type { DeploySpec } from "../../../environments/ports/platform.ts";
import { type EcsDependencies, TASK_POLL_MS } from "../dependencies.ts";
import type { UrlAnswer } from "./ask_url.ts";
import { detachGroup, removeRoute } from "./close_route.ts";
import type { Route } from "./open_route.ts";
import { findRouteByName } from "./route_of_service.ts";
import { switchRoute } from "./switch_route.ts";

/** How often the name is asked before a warning, and the time between two questions in milliseconds. */
const NAME_ATTEMPTS = 3;
const NAME_PAUSE_MS = 2000;
/** How often a rollback looks whether ECS has removed the service. */
const ROLLBACK_LOOKS = 4;

/**
 * Sends people to a new environment and asks the name once. Returns a sentence for people if the name does
 * not lead there, or if the load balancer is nearly full.
 */
export async function finishRoute(
  deps: EcsDependencies,
  { route, spec, name }: {
    readonly route: Route;
    readonly spec: DeploySpec;
    readonly name: ServiceName;
  },
  signal: AbortSignal,
): Promise<string | undefined> {
  const action = `Sending people to "${name}"`;
  if (!route.serves) {
    await switchRoute(deps, { ...route, owner: spec, action, host: hostOf(route.url) }, signal);
  }
  const seen = await askUrl(deps, route, signal);
  const { certificateCheck = true } = deps.config.loadBalancer ?? {};
  const fine = seen.ok || (seen.kind === "certificate" && !certificateCheck);
  const sentences = [
    ...(fine ? [] : [
      `${
        shownHost(route.url)
      } does not lead to the environment yet (${seen.answer}); "showtime doctor" checks name, certificate and listener`,
    ]),
    ...(route.warning === undefined ? [] : [route.warning]),
  ];
  return sentences.length === 0 ? undefined : sentences.join(". ");
}

async function askUrl(deps: EcsDependencies, route: Route, signal: AbortSignal): Promise<UrlAnswer> {
  const { path, fallback } = deps.config.health;
  for (let attempt = 1;; attempt++) {
    const first = await deps.askUrl(`${route.url}${path}`, signal);
    const seen = first.answer === "404" && fallback !== path
      ? await deps.askUrl(`${route.url}${fallback}`, signal)
      : first;
    if (seen.ok || attempt >= NAME_ATTEMPTS) return seen;
    await deps.clock.sleep(NAME_PAUSE_MS, signal);
  }
}

/**
 * Takes the target group of a failed new environment out of the rule, and removes it as soon as ECS has
 * removed the service. If that takes longer, a cleanup removes the group.
 */
export async function undoRoute(
  deps: EcsDependencies,
  { spec, name, route, hasty }: {
    readonly spec: DeploySpec;
    readonly name: ServiceName;
    readonly route: Route | undefined;
    readonly hasty: boolean;
  },
  signal: AbortSignal,
): Promise<void> {
  const found = route === undefined
    ? await findRouteByName(deps, { ...spec, service: name }, signal)
    : { ...route, owner: spec };
  if (found === undefined) return;
  const target = { ...found, action: `Tidying "${name}"` };
  const ecs = await deps.aws.ecs;
  for (let looks = 1;; looks++) {
    const service = await ecs.service(name, signal);
    if (service === undefined || service.status === "INACTIVE") {
      return await removeRoute(deps, target, signal);
    }
    if (looks === 1) await detachGroup(deps, target, signal);
    if (hasty || looks >= ROLLBACK_LOOKS) return;
    await deps.clock.sleep(TASK_POLL_MS, signal);
  }
}

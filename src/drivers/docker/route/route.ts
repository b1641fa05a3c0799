/**
 * The route of a container: how Traefik leads the address of a pull request to it. Labels of a container never change,
 * so each container has a router of its own, and of several routers with the same rule the one of the highest priority
 * counts.
 */

import { hostOf } from "../../../environments/core/environment/stable_url.ts";
import type { DeploySpec } from "../../../environments/ports/platform.ts";
import { sha256 } from "../../../lib/sha256.ts";
import { shortSha } from "../../../lib/ids.ts";
import type { Container } from "../run/container.ts";
import type { DockerSettings, RouterSettings } from "../settings.ts";

/**
 * The way in which a container is kept out of the routing until it is ready. Traefik sends people only to a container
 * whose health check passes: the image's own check, `environment.health.command`, or a file that Showtime puts into it. With
 * `none` the engine has no check, and Traefik sends people there as soon as the container runs.
 */
export type Gate = "image" | "command" | "file" | "none";

/** The route of one container. */
export interface Route {
  readonly priority: number;
  readonly gate: Gate;
}

/** The header, in lower case, by which an answer says which container it comes from. */
export const MARK_HEADER = "x-showtime-sha";
/** The priority of the first container: there is room below it for containers without a health check. */
export const FIRST_PRIORITY = 1_000_000;
const MOST = 1_000_000_000;
const GATES: readonly Gate[] = ["image", "command", "file", "none"];

/** Formats the label that records a route. */
export function formatRoute({ priority, gate }: Route): string {
  return `${priority} ${gate}`;
}

/** Reads the route of a container from its labels; undefined if Traefik leads nothing to it. */
export function readRoute({ labels }: Pick<Container, "labels">): Route | undefined {
  const [number = "", word] = (labels["showtime_route"] ?? "").split(" ");
  const priority = Number(number);
  const gate = GATES.find((each) => each === word);
  return gate === undefined || !Number.isInteger(priority) || priority < 1 || priority > MOST
    ? undefined
    : { priority, gate };
}

/** Returns the address that a container's route serves; undefined without a route. */
export function routedUrl(container: Pick<Container, "labels">): string | undefined {
  return readRoute(container) === undefined ? undefined : container.labels["showtime_url"] || undefined;
}

/** Returns the value of {@link MARK_HEADER} in answers that come from this container. */
export function markOf({ labels }: Pick<Container, "labels">): string {
  return formatMark(labels["sha"] ?? "", readRoute({ labels })?.priority ?? 0);
}

function formatMark(sha: string, priority: number): string {
  return `${sha}-${priority}`;
}

/** Whether people are not sent to a routed container yet, because its health check has not passed since it started. */
export function isPending(container: Pick<Container, "labels" | "state">): boolean {
  const { status, ownHealth } = container.state;
  const gate = readRoute(container)?.gate;
  if (gate === undefined || gate === "none" || status !== "running") return false;
  return gate === "file" ? ownHealth !== "healthy" : ownHealth === "starting";
}

/** Whether a routed container's own health check fails, so that Traefik sends no requests to it. */
export function isRefused(container: Pick<Container, "labels" | "state">): boolean {
  const gate = readRoute(container)?.gate;
  return (gate === "image" || gate === "command") && container.state.ownHealth === "unhealthy";
}

/**
 * Returns the priority of a new container beside those that are there: above them all. One without a health check gets
 * one below them all, since it would be sent people before it is ready.
 */
export function nextPriority(present: readonly Pick<Container, "labels">[], gate: Gate): number {
  const known = present.flatMap((each) => readRoute(each)?.priority ?? []);
  if (known.length === 0) return FIRST_PRIORITY;
  return gate === "none" ? Math.max(1, Math.min(...known) - 1) : Math.max(...known) + 1;
}

/** Returns the labels that make Traefik lead the address of the pull request to this container. */
export async function traefikLabels(
  spec: DeploySpec,
  { route, config, router }: {
    readonly route: Route;
    readonly config: Pick<DockerSettings, "network" | "port">;
    readonly router: RouterSettings;
  },
): Promise<Readonly<Record<string, string>>> {
  const { url = "" } = spec.settings;
  const id = await routerId(spec, route);
  const secure = url.startsWith("https:");
  const http = "traefik.http";
  const network = router.network ?? (config.network === "bridge" ? undefined : config.network);
  return {
    "traefik.enable": "true",
    ...(network === undefined ? {} : { "traefik.docker.network": network }),
    [`${http}.routers.${id}.rule`]: `Host(\`${hostOf(url)}\`)`,
    [`${http}.routers.${id}.entrypoints`]: router.entrypoint ?? (secure ? "websecure" : "web"),
    ...(secure ? { [`${http}.routers.${id}.tls`]: "true" } : {}),
    ...(secure && router.certresolver !== undefined
      ? { [`${http}.routers.${id}.tls.certresolver`]: router.certresolver }
      : {}),
    [`${http}.routers.${id}.priority`]: String(route.priority),
    [`${http}.routers.${id}.service`]: id,
    [`${http}.routers.${id}.middlewares`]: id,
    [`${http}.services.${id}.loadbalancer.server.port`]: String(config.port),
    [`${http}.middlewares.${id}.headers.customresponseheaders.X-Showtime-Sha`]: formatMark(
      spec.sha,
      route.priority,
    ),
  };
}

/** Makes the name of a container's router, service and middleware. Two routers of one name would both be dropped. */
async function routerId({ repo, repoId, pr, sha }: DeploySpec, { priority }: Route): Promise<string> {
  const hash = (await sha256(String(repoId ?? repo.toLowerCase()))).slice(0, 6);
  return `showtime-${hash}-pr-${pr}-${shortSha(sha)}-${priority}`;
}

import type { Task } from "@aws-sdk/client-ecs";
import type { ServiceName } from "../../../lib/ids.ts";
import type { EcsDependencies } from "../dependencies.ts";

/** Up to this many services, tasks are listed per service; for more services, per cluster. */
const ONE_BY_ONE = 3;
/**
 * The most pages of 100 tasks that are listed of a cluster: with the services, a listing takes at most 12
 * calls.
 */
const CLUSTER_PAGES = 2;

/** A running task with its address. */
export interface ServingTask {
  readonly task: Task;
  /** `host:port`; undefined while the task has no address. */
  readonly address: string | undefined;
}

/** Describes the tasks of a service, the newest first. */
export async function tasksOf(
  deps: EcsDependencies,
  of: { readonly service: ServiceName; readonly status: "RUNNING" | "STOPPED" },
  signal: AbortSignal,
): Promise<readonly Task[]> {
  const ecs = await deps.aws.ecs;
  const arns = await ecs.taskArns(of, signal);
  const tasks = arns.length === 0 ? [] : await ecs.tasks(arns, signal);
  return tasks.filter((task) => belongs(task, of.service)).sort(newestFirst);
}

/** Finds the addresses of tasks. Public addresses of all tasks take one call. */
export async function addressesOf(
  deps: EcsDependencies,
  tasks: readonly Task[],
  signal: AbortSignal,
): Promise<readonly ServingTask[]> {
  const { assignPublicIp, port } = deps.config;
  if (!assignPublicIp) {
    return tasks.map((task) => ({ task, address: withPort(detail(task, "privateIPv4Address"), port) }));
  }
  const interfaces = tasks.flatMap((task) => detail(task, "networkInterfaceId") ?? []);
  const ips = interfaces.length === 0
    ? new Map<string, string>()
    : await (await deps.aws.ec2).publicIps(interfaces, signal);
  return tasks.map((task) => ({
    task,
    address: withPort(ips.get(detail(task, "networkInterfaceId") ?? ""), port),
  }));
}

/**
 * Returns the current addresses of services, from their newest running tasks. A service without one is left
 * out, and so are services that the fixed limit of calls does not reach.
 */
export async function serviceAddresses(
  deps: EcsDependencies,
  services: readonly ServiceName[],
  signal: AbortSignal,
): Promise<ReadonlyMap<ServiceName, string>> {
  const all = await allAddresses(deps, { services, pages: CLUSTER_PAGES }, signal);
  return new Map([...all].flatMap(([service, [newest]]) => newest === undefined ? [] : [[service, newest]]));
}

/** Returns the addresses of the running tasks of each service, the newest first. */
export async function allAddresses(
  deps: EcsDependencies,
  { services, pages }: {
    readonly services: readonly ServiceName[];
    /** The most pages of 100 tasks to list; undefined to list all. */
    readonly pages: number | undefined;
  },
  signal: AbortSignal,
): Promise<ReadonlyMap<ServiceName, readonly string[]>> {
  const ecs = await deps.aws.ecs;
  const arns = services.length <= ONE_BY_ONE
    ? (await Promise.all(services.map((service) => ecs.taskArns({ service, status: "RUNNING" }, signal))))
      .flat()
    : await ecs.taskArns({ status: "RUNNING", ...(pages === undefined ? {} : { pages }) }, signal);
  const tasks = (arns.length === 0 ? [] : await ecs.tasks(arns, signal))
    .filter((task) => task.lastStatus === "RUNNING" && services.some((each) => belongs(task, each)));
  const addresses = new Map<ServiceName, string[]>(services.map((service) => [service, []]));
  for (const { task, address } of await addressesOf(deps, [...tasks].sort(newestFirst), signal)) {
    const service = services.find((each) => belongs(task, each));
    if (service !== undefined && address !== undefined) addresses.get(service)?.push(address);
  }
  return addresses;
}

/** Whether a task belongs to a service: ECS puts a service's tasks into the group `service:NAME`. */
function belongs(task: Task, service: ServiceName): boolean {
  return task.group === `service:${service}`;
}

function newestFirst(a: Task, b: Task): number {
  return (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0);
}

/**
 * Returns a task's address in its network, by which a load balancer knows it; undefined while it has none.
 */
export function privateAddress(task: Task): string | undefined {
  return detail(task, "privateIPv4Address");
}

function detail(task: Task, name: string): string | undefined {
  for (const attachment of task.attachments ?? []) {
    if (attachment.type !== "ElasticNetworkInterface" && attachment.type !== "eni") continue;
    const found = attachment.details?.find((each) => each.name === name)?.value;
    if (found !== undefined) return found;
  }
  return undefined;
}

function withPort(host: string | undefined, port: number): string | undefined {
  return host === undefined ? undefined : `${host}:${port}`;
}

import type { Service, Task } from "@aws-sdk/client-ecs";
import { formatSpan } from "../../../lib/duration.ts";
import { AppError } from "../../../lib/errors.ts";
import type { ServiceName } from "../../../lib/ids.ts";
import { explainUnhealthy } from "../../../environments/core/environment/unhealthy.ts";
import type { Probe } from "../../../ports/health.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { Owner } from "./destroy.ts";
import { logTail } from "../logs.ts";
import { type EcsDependencies, PROBE_TIMEOUT_MS, SERVICE_POLL_MS, TASK_POLL_MS } from "../dependencies.ts";
import { describeTarget, explainTarget } from "../route/target_health.ts";
import type { Target } from "../sdk/target_groups.ts";
import { assertTouchable, deploymentOf, describeService, isStable, sameRevision } from "../service_view.ts";
import { classifyEvent, classifyStoppedTask, type StartFailure } from "./stopped_task.ts";
import { addressesOf, privateAddress, type ServingTask, tasksOf } from "./tasks.ts";

/** The number of log lines that a failure carries. */
const TAIL_LINES = 50;
/**
 * The limit for repeated problems: reports of missing capacity, failed tasks, looks at a task without an
 * address, and looks at which ECS does not show a new service yet.
 */
const PATIENCE = 3;

/** The revision to wait for, and the owner of the lock under which to wait. */
export interface Awaited extends Owner {
  readonly service: ServiceName;
  /** The revision that should serve. */
  readonly definition: string;
  /** Whether an older revision serves until this one is healthy. */
  readonly inPlace: boolean;
  /** Whether the service slept: its earlier events and tasks say nothing about this start. */
  readonly woken?: boolean;
  /** Whether the definition has its own health check. ECS goes by it, and replaces a task that fails it. */
  readonly checked: boolean;
  /**
   * The target group in which the load balancer must find the task healthy, before people are sent to it;
   * undefined without a load balancer, or if it already sends people to that group.
   */
  readonly group: string | undefined;
  readonly onProgress: (text: string) => void;
}

/**
 * Waits until a task of the revision runs and answers its health check with 2xx, and returns its address. For
 * a new service, it also waits until ECS reports the service as stable and the task as healthy. Throws
 * AppError with a FailureReason as soon as it is clear that this will not happen.
 */
export async function waitServing(
  deps: EcsDependencies,
  what: Awaited,
  signal: AbortSignal,
): Promise<string> {
  const wait = new Wait(deps, what);
  for (;;) {
    const service = await wait.look(signal);
    const failure = await wait.failure(service, signal);
    if (failure !== undefined) throw failure;
    const address = await wait.address(service, signal);
    if (address !== undefined) return address;
  }
}

class Wait {
  readonly #deps: EcsDependencies;
  readonly #what: Awaited;
  readonly #started: number;
  readonly #seenEvents = new Set<string>();
  #firstLook = true;
  #lookedAt = 0;
  /** The number of consecutive looks at which the service was set to another revision. */
  #astray = 0;
  #complaints: StartFailure[] = [];
  /** The last answer of the health check, and its address. */
  #answer: ({ readonly address: string } & Probe) | undefined;
  #task: Task | undefined;
  /** The last answer of the load balancer about the task. */
  #target: Target | undefined;
  #withoutAddress = 0;
  #condition = "no task yet";

  constructor(deps: EcsDependencies, what: Awaited) {
    this.#deps = deps;
    this.#what = what;
    this.#started = deps.clock.now();
  }

  /** Describes the service, and reports its new events and its condition as progress. */
  async look(signal: AbortSignal): Promise<Service> {
    const { service: name, onProgress } = this.#what;
    const service = await this.#find(signal);
    // If a newer run has taken the service over, that is not a failure of this deployment.
    assertTouchable(service, { ...this.#what, action: `Waiting for "${name}"` });
    this.#reportEvents(service);
    this.#condition = describeService(service);
    const balanced = this.#target === undefined
      ? ""
      : `, the load balancer says ${describeTarget(this.#target)}`;
    const answer = this.#answer === undefined
      ? ""
      : `, http://${this.#answer.address} says ${this.#answer.answer}`;
    onProgress(`Waiting for ${name}: ${this.#condition}${answer}${balanced}`);
    return service;
  }

  /**
   * Finds the active service. DescribeServices may not show a service that was created a moment ago, or may
   * show an earlier one with the same name.
   */
  async #find(signal: AbortSignal): Promise<Service> {
    const { service: name, inPlace } = this.#what;
    const { aws, clock } = this.#deps;
    for (let looks = 1;; looks++) {
      this.#lookedAt = clock.now();
      const service = await (await aws.ecs).service(name, signal);
      if (service?.status === "ACTIVE") return service;
      if (inPlace || !this.#firstLook || service?.status === "DRAINING" || looks >= PATIENCE) break;
      await clock.sleep(TASK_POLL_MS, signal);
    }
    throw new AppError("unhealthy", `Waiting for "${name}": the service was removed in the meantime`, {
      hint: "Start the environment again",
    });
  }

  #reportEvents(service: Service): void {
    const { inPlace, woken = false, onProgress } = this.#what;
    const events = [...service.events ?? []].reverse();
    for (const { id = "", message = "", createdAt } of events) {
      if (this.#seenEvents.has(id)) continue;
      this.#seenEvents.add(id);
      // Events of an older revision, from before the update, are not reported.
      if (this.#firstLook && (inPlace || woken) && (createdAt?.getTime() ?? 0) < this.#started) continue;
      onProgress(stripControls(message));
      const complaint = classifyEvent(message);
      if (complaint !== undefined) this.#complaints.push(complaint);
    }
    this.#firstLook = false;
  }

  /** Returns the failure of the deployment; undefined while it may still succeed. */
  async failure(service: Service, signal: AbortSignal): Promise<AppError | undefined> {
    const { definition } = this.#what;
    const own = deploymentOf(service, definition);
    // One such look proves nothing: a change of a moment ago is not always visible at once.
    this.#astray = sameRevision(service.taskDefinition, definition) ? 0 : this.#astray + 1;
    const givenUp = own?.rolloutState === "FAILED" || this.#astray > 1;
    const complaint = this.#complaints.find((each) => each.decisive) ??
      (this.#complaints.length >= PATIENCE ? this.#complaints.at(-1) : undefined);
    const late = this.#waitedMs() >= this.#deps.config.health.timeoutMs;
    const failedTasks = own?.failedTasks ?? 0;
    if (givenUp || late || complaint !== undefined || failedTasks > 0) {
      const stopped = await this.#stopped(signal);
      const failure = stopped?.failure;
      if (failure !== undefined && (failure.decisive || givenUp || late || failedTasks >= PATIENCE)) {
        return await this.#error(failure, stopped?.task, signal);
      }
    }
    if (complaint !== undefined) return await this.#error(complaint, this.#task, signal);
    if (!givenUp && !late) return undefined;
    return await this.#error(this.#lastFailure(own?.rolloutStateReason, givenUp), this.#task, signal);
  }

  /** Probes the revision's newest task until it serves or the next look at the service is due. */
  async address(service: Service, signal: AbortSignal): Promise<string | undefined> {
    const { clock } = this.#deps;
    for (;;) {
      const until = Math.min(clock.now() + TASK_POLL_MS, this.#nextLook());
      const seen = await this.#newestTask(signal);
      if (seen !== undefined && seen.address === undefined) this.#missAddress();
      if (
        seen?.address !== undefined && await this.#answers(seen.address, { until }, signal) &&
        this.#serves(seen.task, service) && await this.#isBalanced(seen.task, signal)
      ) return seen.address;
      await clock.sleep(Math.max(0, until - clock.now()), signal);
      if (clock.now() >= this.#nextLook()) return undefined;
    }
  }

  /**
   * Whether people may be sent to a task that answers. An update in place does not wait until ECS finds the
   * task healthy too: right after that, ECS stops the old task, and by then people must already be sent to
   * the new one.
   */
  #serves(task: Task, service: Service): boolean {
    const { inPlace, checked } = this.#what;
    return inPlace || (isStable(service) && (!checked || task.healthStatus === "HEALTHY"));
  }

  /** Whether the load balancer finds a task healthy, if one has to. */
  async #isBalanced(task: Task, signal: AbortSignal): Promise<boolean> {
    const { group } = this.#what;
    if (group === undefined) return true;
    const targets = await (await this.#deps.aws.balancing).groups.targets(group, signal);
    const own = privateAddress(task);
    this.#target = targets.find(({ id }) => id === own) ?? targets[0];
    return targets.some(({ id, state }) => state === "healthy" && (own === undefined || id === own));
  }

  async #newestTask(signal: AbortSignal): Promise<ServingTask | undefined> {
    const { definition, service } = this.#what;
    const tasks = (await tasksOf(this.#deps, { service, status: "RUNNING" }, signal))
      .filter((task) => task.lastStatus === "RUNNING" && sameRevision(task.taskDefinitionArn, definition));
    const [seen] = await addressesOf(this.#deps, tasks.slice(0, 1), signal);
    this.#task = seen?.task ?? this.#task;
    // ECS found capacity, so earlier complaints no longer matter.
    if (seen !== undefined) this.#complaints = [];
    return seen;
  }

  /** Counts a look without an address. A task runs for a moment before it has one. Throws at the limit. */
  #missAddress(): void {
    if (++this.#withoutAddress < PATIENCE) return;
    throw new AppError(
      "no_public_ip",
      `Waiting for "${this.#what.service}": its task runs without a public address`,
      {
        hint:
          "ecs.subnets must be public subnets, with a route to an internet gateway; or set ecs.assign_public_ip to false and run Showtime inside the VPC",
      },
    );
  }

  /** Repeats the health check until it succeeds or `until` is reached. */
  async #answers(
    address: string,
    { until }: { readonly until: number },
    signal: AbortSignal,
  ): Promise<boolean> {
    const { clock, config, probe } = this.#deps;
    const { path, fallback, intervalMs } = config.health;
    for (;;) {
      const seen = await probe(address, { path, fallback, timeoutMs: PROBE_TIMEOUT_MS }, signal);
      this.#answer = { ...seen, address: `${address}${path}` };
      if (seen.ok) return true;
      if (clock.now() + intervalMs >= until) return false;
      await clock.sleep(Math.max(intervalMs, 1), signal);
    }
  }

  /** Returns the time of the next look at the service: after the polling interval, or at the timeout. */
  #nextLook(): number {
    return Math.min(this.#lookedAt + SERVICE_POLL_MS, this.#started + this.#deps.config.health.timeoutMs);
  }

  async #stopped(
    signal: AbortSignal,
  ): Promise<{ readonly task: Task; readonly failure: StartFailure } | undefined> {
    const { definition, service, woken = false } = this.#what;
    const tasks = await tasksOf(this.#deps, { service, status: "STOPPED" }, signal);
    for (const task of tasks) {
      if (!sameRevision(task.taskDefinitionArn, definition)) continue;
      if (woken && (task.createdAt?.getTime() ?? 0) < this.#started) continue;
      const failure = classifyStoppedTask(task, this.#deps.config.container);
      if (failure !== undefined) return { task, failure };
    }
    return undefined;
  }

  #lastFailure(rollout: string | undefined, givenUp: boolean): StartFailure {
    const complaint = this.#complaints.at(-1);
    if (complaint !== undefined) return complaint;
    const waitedMs = this.#waitedMs();
    const after = formatSpan(waitedMs);
    if (this.#answer !== undefined && !this.#answer.ok) {
      const { address, answer, outcome } = this.#answer;
      const { port, health: { path } } = this.#deps.config;
      const url = `http://${address}`;
      const words = explainUnhealthy({ platform: "ecs", url, answer, outcome, waitedMs, port, path });
      return { code: "unhealthy", ...words, decisive: true };
    }
    if (this.#target !== undefined && this.#target.state !== "healthy") {
      return explainTarget(this.#target, this.#deps);
    }
    if (givenUp) {
      return {
        code: "unhealthy",
        state: `ECS gave up on the deployment (${rollout ?? "its circuit breaker tripped"})`,
        hint: "Look at the events of the service in the AWS Console",
        decisive: true,
      };
    }
    if (this.#answer !== undefined && this.#what.checked && this.#task?.healthStatus !== "HEALTHY") {
      return {
        code: "unhealthy",
        state:
          `http://${this.#answer.address} answers ${this.#answer.answer}, but the health check in the container has not succeeded within ${after}`,
        hint: "Check environment.health.command, which runs inside the container",
        decisive: true,
      };
    }
    return {
      code: "timeout",
      state: `not ${this.#answer === undefined ? "running" : "stable"} within ${after} (${this.#condition})`,
      hint: "Look at the events of the service in the AWS Console, or raise environment.health.timeout",
      decisive: true,
    };
  }

  async #error(failure: StartFailure, task: Task | undefined, signal: AbortSignal): Promise<AppError> {
    const tail = task === undefined ? [] : await logTail(this.#deps, { task, count: TAIL_LINES }, signal);
    return new AppError(failure.code, `Waiting for "${this.#what.service}": ${failure.state}`, {
      hint: failure.hint,
      logTail: tail,
    });
  }

  #waitedMs(): number {
    return this.#deps.clock.now() - this.#started;
  }
}

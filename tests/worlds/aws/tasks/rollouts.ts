import type { Balancing } from "../balancing/balancing_records.ts";
import { hasCheck, taskHealth } from "../rules/overlays.ts";
import {
  type DeploymentRecord,
  type Records,
  requestStop,
  type ServiceRecord,
  type TaskRecord,
} from "../records.ts";

/** How deployments replace one another. */
export interface RolloutOptions {
  /** How long tasks must have run before their deployment is completed, in machine milliseconds. */
  readonly steadyMs: number;
  /** How long an old task stays beside a healthy new one, in machine milliseconds. */
  readonly drainMs: number;
  /** Failed tasks of one deployment after which the circuit breaker goes off. */
  readonly threshold: number;
}

/** Decides about the deployments and the number of tasks of services. */
export class Rollouts {
  readonly #records: Records;
  readonly #options: RolloutOptions;

  constructor(records: Records, options: RolloutOptions) {
    this.#records = records;
    this.#options = options;
  }

  /** Brings a service one step on; says how many tasks of its PRIMARY deployment are to be started now. */
  look(service: ServiceRecord): number {
    if (service.status !== "ACTIVE") {
      this.#drain(service);
      return 0;
    }
    const [primary] = service.deployments;
    if (primary === undefined) return 0;
    const live = this.#live(service, primary);
    for (const surplus of live.slice(0, Math.max(0, live.length - service.desiredCount))) {
      this.#stopTask(surplus, primary);
    }
    for (const failed of service.deployments) {
      if (failed !== primary && failed.rolloutState === "FAILED") this.#stopTasks(service, failed);
    }
    this.#finish(service, primary);
    const missing = service.desiredCount - live.length;
    return primary.rolloutState === "FAILED" || this.#records.elapsed() < primary.notBefore ? 0 : missing;
  }

  #drain(service: ServiceRecord): void {
    if (service.status !== "DRAINING") return;
    this.stopAll(service);
    const left = this.#records.tasksOf(service).some((task) => task.lastStatus !== "STOPPED");
    if (left || this.#records.elapsed() < service.drainsUntil) return;
    service.status = "INACTIVE";
    service.lastCompleted = service.deployments[0]?.taskDefinition ?? service.lastCompleted;
    service.deployments = [];
  }

  /** Stops every task of a service. */
  stopAll(service: ServiceRecord): void {
    for (const deployment of service.deployments) this.#stopTasks(service, deployment);
  }

  #live(service: ServiceRecord, deployment: DeploymentRecord): readonly TaskRecord[] {
    return this.#records.tasksOf(service, deployment).filter((task) => task.desiredStatus === "RUNNING");
  }

  #finish(service: ServiceRecord, primary: DeploymentRecord): void {
    const ready = this.#live(service, primary).filter((task) => isReady(task, this.#records.balancing));
    if (ready.length < service.desiredCount) {
      primary.readySince = undefined;
      return;
    }
    const now = this.#records.elapsed();
    primary.readySince ??= now;
    const older = service.deployments.filter((each) => each !== primary);
    if (now - primary.readySince >= this.#options.drainMs) {
      for (const each of older) this.#stopTasks(service, each);
    }
    const left = older.filter((each) =>
      this.#records.tasksOf(service, each).some((task) => task.lastStatus !== "STOPPED")
    );
    service.deployments = [primary, ...left];
    if (left.length > 0 || primary.rolloutState !== "IN_PROGRESS") return;
    if (now - primary.readySince < this.#options.steadyMs) return;
    primary.rolloutState = "COMPLETED";
    primary.rolloutStateReason = `ECS deployment ${primary.id} completed.`;
    primary.updatedAt = this.#records.now();
    service.lastCompleted = primary.taskDefinition;
    this.#records.addEvent(service, `(deployment ${primary.id}) deployment completed.`);
    this.#records.addEvent(service, "has reached a steady state.");
  }

  #stopTasks(service: ServiceRecord, deployment: DeploymentRecord): void {
    for (const task of this.#live(service, deployment)) this.#stopTask(task, deployment);
  }

  #stopTask(task: TaskRecord, by: DeploymentRecord): void {
    requestStop(task, {
      code: "ServiceSchedulerInitiated",
      reason: `Scaling activity initiated by (deployment ${by.id})`,
      at: this.#records.now(),
    });
    this.#records.addEvent(task.service, `has stopped 1 running tasks: (task ${task.id}).`);
  }

  /** A task has stopped: where nobody wanted that, it counts against its deployment. */
  ended(task: TaskRecord, retryMs: number): void {
    const { deployment, service } = task;
    const wanted = task.stopCode === "UserInitiated" || task.stoppedReason?.startsWith("Scaling activity");
    if (wanted === true || service.status !== "ACTIVE") return;
    deployment.notBefore = this.#records.elapsed() + retryMs;
    if (deployment.rolloutState !== "IN_PROGRESS") return;
    deployment.failedTasks++;
    deployment.updatedAt = this.#records.now();
    const { enable, rollback } = service.configuration.deploymentCircuitBreaker ?? {};
    if (enable === true && deployment.failedTasks >= this.#options.threshold) {
      this.#fail(service, { deployment, rollback: rollback === true });
    }
  }

  #fail(
    service: ServiceRecord,
    { deployment, rollback }: { readonly deployment: DeploymentRecord; readonly rollback: boolean },
  ): void {
    deployment.rolloutState = "FAILED";
    deployment.rolloutStateReason = "ECS deployment circuit breaker: tasks failed to start.";
    this.#records.addEvent(
      service,
      `(deployment ${deployment.id}) deployment failed: tasks failed to start.`,
    );
    if (!rollback || service.deployments[0] !== deployment) return;
    const running = service.deployments.find((each) => each.rolloutState !== "FAILED");
    if (running === undefined && service.lastCompleted === undefined) return;
    const back = running ?? this.#records.beginDeployment(service, service.lastCompleted ?? "");
    const reason = `ECS deployment circuit breaker: rolling back to deploymentId ${back.id}.`;
    this.#records.resumeDeployment(service, { deployment: back, reason });
    this.#records.addEvent(service, `rolling back to deployment ${back.id}.`);
  }
}

/** A task counts when it runs, is healthy where its definition has a health check, and its targets are. */
function isReady(task: TaskRecord, balancing: Balancing): boolean {
  if (task.lastStatus !== "RUNNING" || (hasCheck(task) && taskHealth(task) !== "HEALTHY")) return false;
  const { loadBalancers } = task.service;
  return loadBalancers.every(({ targetGroupArn = "", containerPort = 0 }) =>
    balancing.target(targetGroupArn, { id: task.privateIp, port: containerPort })?.state === "healthy"
  );
}

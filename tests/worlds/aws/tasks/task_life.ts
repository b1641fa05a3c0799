import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  DeleteNetworkInterfaceCommand,
  DisassociateAddressCommand,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import { StopTaskCommand } from "@aws-sdk/client-ecs";
import { Awslogs } from "../awslogs.ts";
import { BesideContainers } from "./beside.ts";
import type { Clients } from "../clients.ts";
import type { FargateDelays } from "./fargate.ts";
import { hasCheck, taskHealth } from "../rules/overlays.ts";
import { type Records, requestStop, type TaskRecord } from "../records.ts";
import { type ScriptedFailures, SENTENCES } from "./scripted_failures.ts";
import { applicationOf, type RunningTask, type TaskRunner, TaskStartError } from "./task_runner.ts";

/** What all tasks of a world share. */
export interface TaskSetting {
  readonly records: Records;
  readonly clients: Clients;
  readonly runner: TaskRunner;
  readonly failures: ScriptedFailures;
  readonly delays: FargateDelays;
  /** Whether the world ends: nobody looks at moto's records any more. */
  readonly isEnding: () => boolean;
}

/** The public side of a task's network interface. */
interface PublicAddress {
  readonly allocation: string | undefined;
  readonly association: string | undefined;
}

/** Plays one task from PROVISIONING to STOPPED. */
export class TaskLife {
  readonly #setting: TaskSetting;
  readonly #task: TaskRecord;
  readonly #interface: string;
  readonly #beside: BesideContainers;
  #public: PublicAddress | undefined;
  #unhealthy = false;
  #checkedSince = 0;
  #misses = 0;

  /** `networkInterface`: the id of the one that moto made for the task. */
  constructor(setting: TaskSetting, task: TaskRecord, networkInterface: string) {
    this.#setting = setting;
    this.#task = task;
    this.#interface = networkInterface;
    this.#beside = new BesideContainers(task, setting);
  }

  /** Plays the whole life; resolves when the task is STOPPED and nothing of it is left but its records. */
  async play(): Promise<void> {
    const { delays } = this.#setting;
    const log = new Awslogs(this.#setting.clients.logs, this.#launch());
    let running: RunningTask | undefined;
    try {
      await this.#pause(delays.provisionMs);
      running = this.#isStopping() ? undefined : await this.#start(log);
      if (running !== undefined) await this.#untilStopped(running, log);
    } catch (error) {
      if (!(error instanceof TaskStartError)) throw error;
      this.#stop("TaskFailedToStart", error.message);
    } finally {
      await this.#wind(running, log);
    }
  }

  #launch() {
    const { id: taskId, definition, ip } = this.#task;
    return { taskId, definition, ip };
  }

  #isStopping(): boolean {
    return this.#task.desiredStatus === "STOPPED";
  }

  #stop(code: NonNullable<TaskRecord["stopCode"]>, reason: string): void {
    requestStop(this.#task, { code, reason, at: this.#setting.records.now() });
  }

  /** Waits, unless the task is to stop. */
  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    await Promise.race([promise, this.#task.asked.promise]);
    clearTimeout(timer);
  }

  async #start(log: Awslogs): Promise<RunningTask> {
    const { failures, runner } = this.#setting;
    await this.#attachAddress();
    if (failures.take("secrets")) throw new TaskStartError(SENTENCES.secrets);
    if (failures.take("log_group")) throw new TaskStartError(SENTENCES.log_group);
    await log.open();
    this.#task.lastStatus = "PENDING";
    const running = await runner.start({ ...this.#launch(), log: (line) => log.write(line) });
    this.#unhealthy = failures.take("unhealthy");
    if (!this.#isStopping()) this.#task.lastStatus = "RUNNING";
    this.#task.startedAt = this.#setting.records.now();
    this.#checkedSince = performance.now();
    return running;
  }

  async #attachAddress(): Promise<void> {
    const { clients: { ec2 }, failures } = this.#setting;
    if (this.#task.service.network?.awsvpcConfiguration?.assignPublicIp !== "ENABLED") return;
    if (failures.take("no_public_ip")) return;
    const { AllocationId } = await ec2.send(
      new AllocateAddressCommand({ Domain: "vpc", Address: this.#task.ip }),
    );
    const { AssociationId } = await ec2.send(
      new AssociateAddressCommand({ AllocationId, NetworkInterfaceId: this.#interface }),
    );
    this.#public = { allocation: AllocationId, association: AssociationId };
  }

  async #untilStopped(running: RunningTask, log: Awslogs): Promise<void> {
    const ended = running.ended.then(async ({ exitCode, reason }) => {
      // What it said at the end is there before anybody is told that it ended.
      await log.flush();
      const own = this.#own();
      own.exitCode = exitCode;
      own.reason = reason;
      this.#stop("EssentialContainerExited", "Essential container in task exited");
    });
    await Promise.all([Promise.race([ended, this.#task.asked.promise]), this.#watch(running)]);
  }

  async #watch(running: RunningTask): Promise<void> {
    if (!hasCheck(this.#task)) return;
    // As the container engine does: the first check comes an interval after the start.
    while (!this.#isStopping()) {
      await this.#pause(this.#setting.delays.healthMs);
      if (!this.#isStopping()) await this.#check(running);
    }
  }

  #own(): TaskRecord["containers"][number] {
    const name = applicationOf(this.#task.definition).name;
    const own = this.#task.containers.find((each) => each.name === name);
    if (own === undefined) throw new Error(`Playing ${this.#task.arn}: it has no container ${name}`);
    return own;
  }

  /** The health check of the definition, at the world's pace: its spans of time are shortened like all others. */
  async #check(running: RunningTask): Promise<void> {
    const own = this.#own();
    const healthy = !this.#unhealthy && await running.check() === true;
    if (this.#isStopping()) return;
    if (healthy) {
      own.health = "HEALTHY";
      this.#misses = 0;
      return await this.#beside.start();
    }
    this.#misses++;
    if (this.#unhealthy || this.#patienceIsOver(own.health)) own.health = "UNHEALTHY";
    if (taskHealth(this.#task) !== "UNHEALTHY") return;
    const { records } = this.#setting;
    records.addEvent(this.#task.service, `(task ${this.#task.id}) failed container health checks.`);
    this.#stop("ServiceSchedulerInitiated", "Task failed container health checks");
  }

  #patienceIsOver(health: TaskRecord["containers"][number]["health"]): boolean {
    const { startPeriod = 0, retries = 3, interval = 30 } =
      applicationOf(this.#task.definition).healthCheck ?? {};
    if (health === "HEALTHY") return this.#misses >= retries;
    const seconds = startPeriod + retries * interval;
    return performance.now() - this.#checkedSince > seconds * 1000 / this.#setting.delays.speed;
  }

  /** From STOPPING to STOPPED: the application ends, its address and its interface go. */
  async #wind(running: RunningTask | undefined, log: Awslogs): Promise<void> {
    const { delays, records, isEnding } = this.#setting;
    this.#task.lastStatus = running === undefined ? "DEPROVISIONING" : "STOPPING";
    await this.#beside.stop();
    await running?.stop();
    const end = await running?.ended;
    const own = this.#own();
    own.exitCode ??= end?.exitCode;
    own.reason ??= end?.reason;
    await log.flush();
    this.#task.lastStatus = "DEPROVISIONING";
    if (!isEnding()) {
      await new Promise((resolve) => setTimeout(resolve, delays.deprovisionMs));
      await this.#release();
    }
    this.#task.lastStatus = "STOPPED";
    this.#task.stoppedAt = records.now();
  }

  async #release(): Promise<void> {
    const { ec2, ecs } = this.#setting.clients;
    const { arn, service, stoppedReason } = this.#task;
    await ecs.send(new StopTaskCommand({ cluster: service.cluster, task: arn, reason: stoppedReason }));
    if (this.#public !== undefined) {
      const { association, allocation } = this.#public;
      await ec2.send(new DisassociateAddressCommand({ AssociationId: association }));
      await ec2.send(new ReleaseAddressCommand({ AllocationId: allocation }));
    }
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: this.#interface }));
  }
}

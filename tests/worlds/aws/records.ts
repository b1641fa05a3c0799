import type {
  Container,
  Deployment,
  DeploymentConfiguration,
  NetworkConfiguration,
  Service,
  ServiceEvent,
  Tag,
  Task,
  TaskDefinition,
} from "@aws-sdk/client-ecs";

/** A deployment of a service, as the relay knows it; the first of a service's is its PRIMARY one. */
export interface DeploymentRecord {
  readonly id: string;
  /** The revision's whole ARN. */
  readonly taskDefinition: string;
  readonly createdAt: Date;
  updatedAt: Date;
  rolloutState: NonNullable<Deployment["rolloutState"]>;
  rolloutStateReason: string;
  failedTasks: number;
  /** Before this no task of it is started; as {@link Records.elapsed} has it. */
  notBefore: number;
  /** Since when it has all its tasks, healthy; undefined while it has not. */
  readySince: number | undefined;
}

/** A service, as the relay knows it. */
export interface ServiceRecord {
  readonly cluster: string;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
  readonly clientToken: string | undefined;
  network: NetworkConfiguration | undefined;
  readonly propagateTags: NonNullable<Service["propagateTags"]>;
  readonly managedTags: boolean;
  /** The tags that it was made with. */
  readonly tags: readonly Tag[];
  configuration: DeploymentConfiguration;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  /** It is not INACTIVE before; as {@link Records.elapsed} has it. */
  drainsUntil: number;
  desiredCount: number;
  deployments: DeploymentRecord[];
  /** The newest first. */
  events: ServiceEvent[];
  /** The revision of the last deployment that came to its end. */
  lastCompleted: string | undefined;
}

/** The states of a task, in their order. */
export type TaskStatus =
  | "PROVISIONING"
  | "PENDING"
  | "RUNNING"
  | "DEACTIVATING"
  | "STOPPING"
  | "DEPROVISIONING"
  | "STOPPED";

/** A container of a task. */
export interface ContainerRecord {
  readonly name: string;
  readonly image: string;
  exitCode: number | undefined;
  reason: string | undefined;
  health: NonNullable<Container["healthStatus"]>;
  /** The state of a container that starts and ends by itself; undefined where the task's own is its. */
  status?: "PENDING" | "RUNNING" | "STOPPED";
}

/** A task, as the relay knows it. */
export interface TaskRecord {
  readonly arn: string;
  readonly id: string;
  readonly service: ServiceRecord;
  readonly deployment: DeploymentRecord;
  /** Set for a task that belongs to no service. */
  readonly alone?: { readonly group: string; readonly startedBy: string | undefined };
  readonly definition: TaskDefinition;
  readonly createdAt: Date;
  readonly containers: readonly ContainerRecord[];
  /** Where its containers can be reached on this machine. */
  readonly ip: string;
  lastStatus: TaskStatus;
  desiredStatus: "RUNNING" | "STOPPED";
  startedAt: Date | undefined;
  stoppingAt: Date | undefined;
  stoppedAt: Date | undefined;
  stopCode: Task["stopCode"];
  stoppedReason: string | undefined;
  /** Settles when the task is to stop. */
  readonly asked: PromiseWithResolvers<void>;
}

/** Everything that the relay knows beyond moto. One world's. */
export class Records {
  readonly #now: () => number;
  /** Time for spans, in machine milliseconds: this machine's own, or that of a world that is played step by step. */
  readonly elapsed: () => number;
  /** Between the beginning of a deployment and its first task. */
  readonly #hesitationMs: number;
  readonly #services = new Map<string, ServiceRecord>();
  readonly #tasksOf = new Map<ServiceRecord, TaskRecord[]>();
  readonly #tasks = new Map<string, TaskRecord>();
  /** When each revision was registered, by ARN. */
  readonly registered = new Map<string, Date>();
  /** The highest revision that each family ever had. */
  readonly revisions = new Map<string, number>();

  /** `now`: milliseconds since 1970, for every instant that AWS would tell. */
  constructor(
    now: () => number,
    options: { readonly elapsed?: () => number; readonly hesitationMs?: number } = {},
  ) {
    this.#now = now;
    this.#hesitationMs = options.hesitationMs ?? 0;
    this.elapsed = options.elapsed ?? (() => performance.now());
  }

  now(): Date {
    return new Date(this.#now());
  }

  /** A service by its name or its ARN. */
  service(cluster: string, name: string): ServiceRecord | undefined {
    return this.#services.get(`${cluster}/${lastPart(name)}`);
  }

  services(): readonly ServiceRecord[] {
    return [...this.#services.values()];
  }

  addService(record: ServiceRecord): void {
    this.#services.set(`${record.cluster}/${record.name}`, record);
  }

  addTask(task: TaskRecord): void {
    this.#tasks.set(task.arn, task);
    this.#tasksOf.set(task.service, [...this.#tasksOf.get(task.service) ?? [], task]);
  }

  task(arn: string): TaskRecord | undefined {
    return this.#tasks.get(arn);
  }

  tasks(): readonly TaskRecord[] {
    return [...this.#tasks.values()];
  }

  /** The tasks of a service, or of one of its deployments; not those of an earlier service of its name. */
  tasksOf(service: ServiceRecord, deployment?: DeploymentRecord): readonly TaskRecord[] {
    const tasks = this.#tasksOf.get(service) ?? [];
    return deployment === undefined ? tasks : tasks.filter((task) => task.deployment === deployment);
  }

  addEvent(service: ServiceRecord, message: string): void {
    const event = {
      id: crypto.randomUUID(),
      createdAt: this.now(),
      message: `(service ${service.name}) ${message}`,
    };
    service.events = [event, ...service.events].slice(0, 100);
  }

  /** Puts a deployment of that revision before all others. */
  beginDeployment(service: ServiceRecord, taskDefinition: string): DeploymentRecord {
    const digits = String(crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n).padStart(19, "0");
    const id = `ecs-svc/${digits.slice(0, 19)}`;
    const deployment: DeploymentRecord = {
      id,
      taskDefinition,
      createdAt: this.now(),
      updatedAt: this.now(),
      rolloutState: "IN_PROGRESS",
      rolloutStateReason: `ECS deployment ${id} in progress.`,
      failedTasks: 0,
      notBefore: this.#hesitationMs === 0 ? 0 : this.elapsed() + this.#hesitationMs,
      readySince: undefined,
    };
    service.deployments = [deployment, ...service.deployments];
    return deployment;
  }

  /** Has a deployment that was superseded serve again: its tasks stay. */
  resumeDeployment(
    service: ServiceRecord,
    { deployment, reason }: { readonly deployment: DeploymentRecord; readonly reason: string },
  ): void {
    deployment.rolloutState = "IN_PROGRESS";
    deployment.rolloutStateReason = reason;
    deployment.readySince = undefined;
    deployment.updatedAt = this.now();
    service.deployments = [deployment, ...service.deployments.filter((each) => each !== deployment)];
  }
}

/** The name at the end of an ARN. */
export function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** Has a task stop; what was said first stays. */
export function requestStop(
  task: TaskRecord,
  { code, reason, at }: {
    readonly code: NonNullable<Task["stopCode"]>;
    readonly reason: string;
    readonly at: Date;
  },
): void {
  if (task.desiredStatus === "STOPPED") return;
  task.desiredStatus = "STOPPED";
  task.stopCode = code;
  task.stoppedReason = reason;
  task.stoppingAt = at;
  task.asked.resolve();
}

import {
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DescribeServicesCommand,
  DescribeTasksCommand,
  type KeyValuePair,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type Service,
  type Task,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { DescribeNetworkInterfacesCommand } from "@aws-sdk/client-ec2";
import { type Clients, makeClients } from "./clients.ts";
import type { AwsWorld } from "./world.ts";

const PORT = 8080;
const PATIENCE_MS = 20_000;

/** What a test about the world itself does with it: SDK commands through the relay, counted, with one attempt each. */
export class Stage {
  readonly world: AwsWorld;
  readonly clients: Clients;

  constructor(world: AwsWorld, options: { readonly maxAttempts?: number } = {}) {
    const { maxAttempts = 1 } = options;
    this.world = world;
    this.clients = makeClients({
      endpoint: world.endpoint,
      region: world.region,
      credentials: { accessKeyId: "testing", secretAccessKey: "testing" },
      maxAttempts,
    });
  }

  async dispose(): Promise<void> {
    this.clients.destroy();
    await this.world.dispose();
  }

  /** Registers a revision whose application has these variables, and returns its ARN. */
  async register(
    variables: Readonly<Record<string, string>> = {},
    change: Partial<RegisterTaskDefinitionCommandInput> = {},
  ): Promise<string> {
    const environment: KeyValuePair[] = Object.entries(variables).map(([name, value]) => ({ name, value }));
    const { taskDefinition } = await this.clients.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: `${this.world.cluster}-app`,
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        cpu: "256",
        memory: "512",
        executionRoleArn: this.world.executionRole,
        containerDefinitions: [{
          name: "app",
          image: "app:1",
          memory: 512,
          environment,
          portMappings: [{ containerPort: PORT }],
          logConfiguration: {
            logDriver: "awslogs",
            options: { "awslogs-group": this.world.logGroup, "awslogs-stream-prefix": "ecs" },
          },
        }],
        ...change,
      }),
    );
    return taskDefinition?.taskDefinitionArn ?? "";
  }

  /** A service of one task. */
  async create(
    serviceName: string,
    change: Partial<CreateServiceCommandInput> & { readonly taskDefinition: string },
  ): Promise<Service | undefined> {
    const { service } = await this.clients.ecs.send(
      new CreateServiceCommand({
        cluster: this.world.cluster,
        serviceName,
        desiredCount: 1,
        launchType: "FARGATE",
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: [...this.world.subnets],
            securityGroups: [...this.world.securityGroups],
            assignPublicIp: "ENABLED",
          },
        },
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
        ...change,
      }),
    );
    return service;
  }

  async update(service: string, taskDefinition: string): Promise<Service | undefined> {
    const { cluster } = this.world;
    const answer = await this.clients.ecs.send(
      new UpdateServiceCommand({ cluster, service, taskDefinition }),
    );
    return answer.service;
  }

  async describe(service: string): Promise<Service> {
    const { cluster } = this.world;
    const { services = [] } = await this.clients.ecs.send(
      new DescribeServicesCommand({ cluster, services: [service], include: ["TAGS"] }),
    );
    const [found] = services;
    if (found === undefined) throw new Error(`Describing ${service}: it is not there`);
    return found;
  }

  /** Looks at a service until `is` says so. */
  async until(service: string, is: (service: Service) => boolean): Promise<Service> {
    return await poll(() => this.describe(service), is);
  }

  /** Waits until ECS calls the service steady. */
  async steady(service: string): Promise<Service> {
    return await this.until(
      service,
      ({ deployments = [] }) => deployments.length === 1 && deployments[0]?.rolloutState === "COMPLETED",
    );
  }

  async tasks(
    serviceName: string,
    desiredStatus: "RUNNING" | "STOPPED" = "RUNNING",
  ): Promise<readonly Task[]> {
    const { cluster } = this.world;
    const { ecs } = this.clients;
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName, desiredStatus }));
    if (taskArns.length === 0) return [];
    return (await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }))).tasks ?? [];
  }

  /** Looks at the stopped tasks of a service until one has come to its end. */
  async stoppedTask(service: string): Promise<Task> {
    const ended = (tasks: readonly Task[]) => tasks.find((task) => task.lastStatus === "STOPPED");
    const found = ended(
      await poll(() => this.tasks(service, "STOPPED"), (tasks) => ended(tasks) !== undefined),
    );
    if (found === undefined) throw new Error(`Looking for a stopped task of ${service}: there is none`);
    return found;
  }

  /** `ip:port` of a task; undefined where it has no public address. */
  async address(task: Task | undefined): Promise<string | undefined> {
    const details = task?.attachments?.[0]?.details ?? [];
    const id = details.find(({ name }) => name === "networkInterfaceId")?.value ?? "";
    const found = await this.clients.ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: "network-interface-id", Values: [id] }] }),
    );
    const ip = found.NetworkInterfaces?.[0]?.Association?.PublicIp;
    return ip === undefined ? undefined : `${ip}:${PORT}`;
  }
}

/** Reads until what was read is as it should be; fails with what was read last. */
export async function poll<Value>(read: () => Promise<Value>, is: (value: Value) => boolean): Promise<Value> {
  let value = await read();
  for (const until = performance.now() + PATIENCE_MS; !is(value);) {
    if (performance.now() > until) {
      throw new Error(`Waiting for the world: it stays at ${JSON.stringify(value).slice(0, 2000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    value = await read();
  }
  return value;
}

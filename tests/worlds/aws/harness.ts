import {
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { parseServiceName } from "../../../src/environments/core/environment/names.ts";
import { prNumber, type ServiceName } from "../../../src/lib/ids.ts";
import { type EcsSettings, makeEcsPlatform } from "../../../src/drivers/ecs/mod.ts";
import { makeHealthProbe } from "../../../src/drivers/health/mod.ts";
import type { Platform } from "../../../src/environments/ports/platform.ts";
import { processesInContainers } from "../docker/images.ts";
import { newSecret } from "../../../src/wiring/new_secret.ts";
import type { PlantedTags, PlatformHarness } from "../../contract/platform_contract.ts";
import { useEnv } from "./with_env.ts";
import type { AwsWorld } from "./world.ts";

const PORT = 8080;
/** How long the harness waits for the world, in machine milliseconds. */
const PATIENCE_MS = 30_000;

/** A platform in a world, with the means to look behind it. */
export interface EcsHarness extends PlatformHarness {
  readonly world: AwsWorld;
  readonly config: EcsSettings;
  /** The secrets that a platform has said are to be kept. */
  readonly secrets: readonly string[];
  /** Another platform in the same world. */
  platformWith(change: Partial<EcsSettings>): Platform;
  /** The service's tasks that are to run, the newest first. */
  tasks(service: ServiceName): Promise<readonly Task[]>;
}

/** How a harness is made. */
export interface MakeEcsHarnessOptions {
  readonly image: string;
  readonly config?: Partial<EcsSettings>;
}

/** Makes a harness; this process has the world's variables until it is disposed of, and the world goes with it. */
export function makeEcsHarness(world: AwsWorld, options: MakeEcsHarnessOptions): EcsHarness {
  const restore = useEnv(world.env);
  const config = { ...ecsConfigFor(world), ...options.config };
  const secrets: string[] = [];
  const platformWith = (change: Partial<EcsSettings>) =>
    makeEcsPlatform({
      clock: world.clock,
      probe: makeHealthProbe(),
      newSecret,
      keepSecret: (value) => void secrets.push(value),
      redact: (text) => text,
      config: { ...config, ...change },
    });
  let pr = 100 + Math.floor(Math.random() * 1_000_000);
  return {
    world,
    config,
    secrets,
    platformWith,
    platform: platformWith({}),
    platformWithHooks: (hooks) => platformWith({ hooks }),
    processes: processesInContainers,
    repo: world.repo,
    image: options.image,
    secretVariable: "APP_SECRET",
    freshPr: () => prNumber(pr += 7),
    plant: (service, tags) => plant(world, { ...tags, service, image: options.image }),
    isThere: (service) => isThere(world, service),
    tasks: (service) => runningTasks(world, service),
    parts: async (service) => (await runningTasks(world, service)).map(({ taskArn = "" }) => taskArn).sort(),
    async variable(deployed, name) {
      const response = await fetch(`http://${deployed.address}/cgi-bin/env?${name}`);
      return (await response.text()).trimEnd();
    },
    async dispose() {
      restore();
      await world.dispose();
    },
  };
}

/** The settings of a platform in a world. */
export function ecsConfigFor(world: AwsWorld): EcsSettings {
  return {
    region: world.region,
    cluster: world.cluster,
    subnets: world.subnets,
    securityGroups: world.securityGroups,
    container: "app",
    logGroup: world.logGroup,
    executionRole: world.executionRole,
    taskRole: undefined,
    assignPublicIp: true,
    architecture: "X86_64",
    template: undefined,
    port: PORT,
    health: {
      path: "/health",
      fallback: "/",
      // At most five minutes: ECS's own patience then ends later than ours.
      timeoutMs: 300_000,
      intervalMs: 2000,
      command: `wget -q -O /dev/null http://127.0.0.1:${PORT}/health || exit 1`,
    },
    sizes: { standard: { cpu: 256, memory: 512 }, large: { cpu: 512, memory: 1024 } },
    variables: { SHOWN: "{pr} {sha} {login}", APP_SECRET: "{secret}", LINES: "one\ntwo" },
    flags: { prefix: "FEATURE_", on: "on", off: "off" },
  };
}

async function runningTasks(world: AwsWorld, serviceName: ServiceName): Promise<readonly Task[]> {
  const { ecs } = world.aside;
  const { cluster } = world;
  const listed = await ecs.send(
    new ListTasksCommand({ cluster, serviceName, desiredStatus: "RUNNING" }),
  ).catch((error) => {
    if (error instanceof Error && error.name === "ServiceNotFoundException") return { taskArns: [] };
    throw error;
  });
  const { taskArns = [] } = listed;
  if (taskArns.length === 0) return [];
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  return tasks.filter((task) => task.lastStatus !== "STOPPED")
    .sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
}

/** Whether there is a service, once it has drained, or a revision that was registered for its commit. */
async function isThere(world: AwsWorld, service: ServiceName): Promise<boolean> {
  let status = await statusOf(world, service);
  for (const until = performance.now() + PATIENCE_MS; status === "DRAINING" && performance.now() < until;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    status = await statusOf(world, service);
  }
  const gone = status === undefined || status === "INACTIVE";
  return !gone || (await revisionsOf(world, service)).length > 0;
}

async function statusOf({ aside, cluster }: AwsWorld, service: string): Promise<string | undefined> {
  const found = await aside.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  return found.services?.[0]?.status;
}

async function revisionsOf({ aside, cluster }: AwsWorld, service: ServiceName): Promise<readonly string[]> {
  const parts = parseServiceName(service);
  const { short } = parts ?? {};
  if (parts === undefined || short === undefined) return [];
  const found: string[] = [];
  for (const status of ["ACTIVE", "INACTIVE"] as const) {
    const { taskDefinitionArns = [] } = await aside.ecs.send(
      new ListTaskDefinitionsCommand({ familyPrefix: `${cluster}-pr-${parts.pr}`, status }),
    );
    for (const taskDefinition of taskDefinitionArns) {
      const { tags = [] } = await aside.ecs.send(
        new DescribeTaskDefinitionCommand({ taskDefinition, include: ["TAGS"] }),
      );
      if (tags.some(({ key, value }) => key === "sha" && value?.startsWith(short))) {
        found.push(taskDefinition);
      }
    }
  }
  return found;
}

/** Makes a service as somebody else would, and waits until its task runs. */
async function plant(
  world: AwsWorld,
  options: PlantedTags & { readonly service: ServiceName; readonly image: string; readonly pr: number },
): Promise<void> {
  const { service: serviceName, image, pr, managed, repo, epoch } = options;
  const { cluster } = world;
  const { ecs } = world.aside;
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: `${cluster}-planted`,
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      containerDefinitions: [{ name: "app", image, memory: 512, portMappings: [{ containerPort: PORT }] }],
    }),
  );
  const tags = {
    pr: String(pr),
    ...(managed ? { showtime_managed: "true" } : {}),
    ...(repo === undefined ? {} : { showtime_repo: repo }),
    ...(epoch === undefined ? {} : { showtime_epoch: String(epoch) }),
  };
  await ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName,
      taskDefinition: taskDefinition?.taskDefinitionArn,
      desiredCount: 1,
      launchType: "FARGATE",
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: [...world.subnets],
          securityGroups: [...world.securityGroups],
          assignPublicIp: "ENABLED",
        },
      },
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    }),
  );
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until;) {
    const [task] = await runningTasks(world, serviceName);
    if (task?.lastStatus === "RUNNING") return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Planting ${serviceName}: its task does not run`);
}

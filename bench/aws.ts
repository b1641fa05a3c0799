/** What listing costs on AWS: a cluster of 250 services of which 40 are ours, with 50 ms for each call. */

import {
  CreateServiceCommand,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { type AwsWorld, idleRunner, makeAwsWorld, startMoto } from "../tests/worlds/aws/mod.ts";
import { runShowtime, startSimulator } from "../tests/worlds/program/process.ts";
import { part } from "../tests/worlds/require.ts";

const SERVICES = 250;
const OURS = 40;
const CALL_MS = 50;
const RUNS = 5;

/** Prints one line of the report: what, the figure, the budget. */
type Row = (line: { readonly name: string; readonly value: string; readonly budget?: string }) => void;

/** Measures `list`, with and without addresses on labels, and `cleanup --dry-run`. */
export async function benchAws(row: Row): Promise<void> {
  const aws = await part("aws");
  if (aws.missing !== undefined) return row({ name: "on AWS", value: "not measured", budget: aws.missing });
  const moto = await startMoto();
  const world = await makeAwsWorld({ moto, runner: idleRunner(), speed: 1 });
  try {
    await fill(world);
    world.delayCalls(CALL_MS);
    const place = `${SERVICES} services, ${OURS} ours`;
    await measure(world, { row, name: `ecs: list, ${place}`, args: ["list", "--json"], addresses: true });
    await measure(world, {
      row,
      name: "ecs: list, no address on any label",
      args: ["list", "--json"],
      addresses: false,
    });
    await measure(world, {
      row,
      name: "ecs: cleanup --dry-run",
      args: ["cleanup", "--dry-run", "--json"],
      addresses: true,
    });
  } finally {
    await world.dispose();
    await moto.stop();
  }
}

async function measure(
  world: AwsWorld,
  what: {
    readonly row: Row;
    readonly name: string;
    readonly args: readonly string[];
    readonly addresses: boolean;
  },
): Promise<void> {
  const simulator = await startSimulator(seedOf(world, what.addresses));
  const variables = Object.entries(world.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const]
  );
  const env = {
    ...simulator.env,
    ...Object.fromEntries(variables),
    ECS_CLUSTER: world.cluster,
    GITHUB_REPOSITORY: world.repo,
    // Images are the registry's affair, which is none of AWS's here.
    SHOWTIME_BUILD__PUSH: "never",
  };
  try {
    const times: number[] = [];
    let calls = 0;
    for (let run = 0; run < RUNS; run++) {
      world.clearCalls();
      const started = performance.now();
      const done = await runShowtime([...what.args, "--platform", "ecs"], { env });
      times.push(performance.now() - started);
      if (done.code !== 0) throw new Error(`showtime ${what.args.join(" ")}: exit ${done.code}\n${done.err}`);
      calls = world.calls().length;
    }
    const median = [...times].sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? NaN;
    what.row({ name: what.name, value: `${calls} AWS calls`, budget: "budget 12" });
    what.row({
      name: `  whole process, ${CALL_MS} ms a call, median of ${RUNS}`,
      value: `${median.toFixed(0)} ms`,
    });
  } finally {
    await simulator.stop();
  }
}

function shaOf(index: number): string {
  return (index + 0xabc0000).toString(16).padEnd(40, "0");
}

function seedOf(world: AwsWorld, addresses: boolean): unknown {
  return {
    repository: world.repo,
    token_owner: "maxime",
    collaborators: { maxime: "admin" },
    labels: [],
    pulls: Array.from({ length: OURS }, (_, index) => {
      const short = shaOf(index).slice(0, 7);
      return {
        number: index + 1,
        title: `Change ${index + 1}`,
        author: "maxime",
        state: "open",
        draft: false,
        head: { sha: shaOf(index), ref: `branch-${index}`, repo: world.repo },
        pusher: "maxime",
        labels: [
          "🎪 showtime",
          `🎪 ${short} 🚦 running`,
          `🎪 🎯 ${short}`,
          ...(addresses ? [`🎪 ${short} 🌐 52.1.2.${index}:8080`] : []),
          `🎪 ${short} ⌛ close`,
        ],
      };
    }),
  };
}

/** Services of ours among those of others. */
async function fill(world: AwsWorld): Promise<void> {
  const { ecs } = world.aside;
  const { cluster } = world;
  const registered = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: `${cluster}-app`,
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      requiresCompatibilities: ["FARGATE"],
      containerDefinitions: [{ name: "app", image: "acme/app:x", memory: 512 }],
    }),
  );
  for (let index = 0; index < SERVICES; index++) {
    const ours = index < OURS;
    const sha = shaOf(index);
    const tags = {
      showtime_managed: "true",
      showtime_repo: world.repo,
      pr: String(index + 1),
      sha,
      showtime_epoch: "1",
      showtime_size: "standard",
      showtime_created: String(Math.floor(Date.now() / 1000)),
    };
    await ecs.send(
      new CreateServiceCommand({
        cluster,
        serviceName: ours ? `pr-${index + 1}-${sha.slice(0, 7)}-service` : `web-${index}`,
        taskDefinition: registered.taskDefinition?.taskDefinitionArn ?? "",
        desiredCount: 1,
        launchType: "FARGATE",
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: [...world.subnets],
            securityGroups: [...world.securityGroups],
            assignPublicIp: "ENABLED",
          },
        },
        tags: ours ? Object.entries(tags).map(([key, value]) => ({ key, value })) : [],
      }),
    );
  }
  // Until each of ours has its task: what is measured is a cluster at rest.
  for (let left = 600; left > 0; left--) {
    const running = await Promise.all(
      Array.from({ length: SERVICES / 10 }, (_, page) => page * 10).map(async (from) => {
        const services = Array.from(
          { length: 10 },
          (_, i) =>
            from + i < OURS ? `pr-${from + i + 1}-${shaOf(from + i).slice(0, 7)}-service` : `web-${from + i}`,
        );
        const found = await ecs.send(new DescribeServicesCommand({ cluster, services }));
        return found.services?.filter((each) => each.runningCount === 1).length ?? 0;
      }),
    );
    if (running.reduce((sum, each) => sum + each, 0) === SERVICES) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Filling the cluster: not all tasks run after a minute");
}

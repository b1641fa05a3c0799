/**
 * ECS behind the runs of a scenario: the real driver with AWS's own clients, of which every request passes the border,
 * and moto with its relay behind it. Nothing happens there by itself: a service's tasks come and go in the world's time.
 */

import { ListServicesCommand, ListTaskDefinitionsCommand } from "@aws-sdk/client-ecs";
import type { Hooks } from "../../../src/environments/core/environment/hooks.ts";
import type { PrNumber } from "../../../src/lib/ids.ts";
import { makeEcsPlatform } from "../../../src/drivers/ecs/mod.ts";
import { makeHealthProbe } from "../../../src/drivers/health/mod.ts";
import type { HealthProbe } from "../../../src/ports/health.ts";
import {
  type AwsWorld,
  ecsConfigFor,
  type Env,
  makeAwsWorld,
  type Moto,
  plainRunner,
  useEnv,
} from "./mod.ts";
import { faultRefusal } from "./faults.ts";
import { type Operation, readOperation, refuse, toWireRequest } from "./wire.ts";
import { type Backdrop, type Fate, type Gate, GONE } from "../schedule/mod.ts";
import type { MemoryClock } from "../memory_platform.ts";

// What the driver loads when it first makes a call is there already: loading takes a time of its own.
import "../../../src/drivers/ecs/sdk/ec2.ts";
import "../../../src/drivers/ecs/sdk/ecs.ts";
import "../../../src/drivers/ecs/sdk/logs.ts";

/** In milliseconds of the world's clock. */
const HESITATION_MS = 8_000;
const DRAINING_MS = 20_000;
const STEADY_MS = 10_000;
const OLD_STAYS_MS = 25_000;
const RETRY_MS = 10_000;

const WRITES = /^(Create|Update|Delete|Register|Deregister|Tag|Untag|Put|Run|Stop)/;

/** What there is in the cluster. */
export interface EcsInventory {
  /** Services that are not INACTIVE. */
  readonly services: readonly string[];
  /** Tasks that are not to stop, by the name of their service. */
  readonly tasks: readonly string[];
  /** Task definition revisions that are not deleted. */
  readonly revisions: readonly string[];
}

/** ECS behind a scenario. */
export interface AwsBackdrop extends Backdrop {
  readonly world: AwsWorld;
  /** What there is of a pull request's. */
  inventory(pr: PrNumber): Promise<EcsInventory>;
}

/**
 * The variables with which AWS's clients sign. They are the same for every world and stay set: test files that run side
 * by side share them. Where a request goes is the backdrop's to say, and nobody answers at that address.
 */
const CREDENTIALS: Env = {
  AWS_ENDPOINT_URL: "http://127.0.0.1:9",
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "testing",
  AWS_SECRET_ACCESS_KEY: "testing",
  AWS_EC2_METADATA_DISABLED: "true",
};

/** Makes one. */
export async function makeAwsBackdrop(
  options: { readonly moto: Moto; readonly clock: MemoryClock; readonly hooks?: Hooks | undefined },
): Promise<AwsBackdrop> {
  const { moto, clock, hooks } = options;
  const world = await makeAwsWorld({
    moto,
    clock,
    runner: plainRunner(),
    drainingMs: DRAINING_MS,
    hesitationMs: HESITATION_MS,
    delays: {
      provisionMs: 0,
      deprovisionMs: 0,
      healthMs: 1,
      retryMs: RETRY_MS,
      steadyMs: STEADY_MS,
      drainMs: OLD_STAYS_MS,
    },
  });
  useEnv(CREDENTIALS);
  const config = { ...ecsConfigFor(world), hooks };
  let secrets = 0;
  return {
    world,
    platform: (gate) =>
      makeEcsPlatform({
        clock: gate.clock,
        probe: gatedProbe(gate),
        newSecret: () => `secret-${gate.run}-${++secrets}`,
        keepSecret: () => {},
        redact: (text) => text,
        config,
        fetch: gatedFetch(world, gate),
      }),
    rest: () => world.rest(),
    inventory: (pr) => inventoryOf(world, pr),
    written: () => world.calls().map(({ operation }) => operation).filter((name) => WRITES.test(name)),
    async describe() {
      const { services, tasks } = await inventoryOf(world, undefined);
      return `on ECS: services ${services.join(", ") || "none"}; tasks ${tasks.join(", ") || "none"}`;
    },
    async dispose() {
      await world.dispose();
    },
  };
}

/** A health check is a request like any other. */
function gatedProbe(gate: Gate): HealthProbe {
  const probe = makeHealthProbe();
  return (address, options, signal) =>
    gate.pass({ name: `health ${options.path}`, writes: false }, {
      signal,
      act: async (fate, effect) => {
        switch (fate) {
          case "kill":
            gate.kill();
            throw new Error(GONE);
          case "killed":
            await probe(address, options, signal);
            gate.kill();
            throw new Error(GONE);
          case "go":
            effect();
            return await probe(address, options, signal);
          default:
            return { ok: false, answer: fate, outcome: { kind: "other" } };
        }
      },
    });
}

/** The `fetch` of one run's clients. */
function gatedFetch(world: AwsWorld, gate: Gate): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const operation = readOperation(await toWireRequest(request.clone()));
    const { service, name } = operation;
    try {
      return await gate.pass({ name: `${service}.${name}`, writes: WRITES.test(name) }, {
        signal: request.signal,
        act: (fate, effect) =>
          deliver(fate, { gate, operation, send: () => (effect(), world.handle(request)) }),
      });
    } catch (error) {
      // Whoever is gone does not try again.
      throw error instanceof TypeError && error.message === GONE ? new Error(GONE) : error;
    }
  };
}

/** Does to a request to AWS what its fate is. */
async function deliver(
  fate: Fate,
  { gate, operation, send }: {
    readonly gate: Gate;
    readonly operation: Operation;
    readonly send: () => Promise<Response>;
  },
): Promise<Response> {
  const unheard = async () => void await (await send()).body?.cancel();
  const failed = (kind: "throttled" | "error") => {
    const refusal = faultRefusal({ kind, operation: operation.name }, operation);
    if (refusal === undefined) throw new Error(`Failing ${operation.name}: there is no answer`);
    const { status, headers, body } = refuse(refusal, operation);
    return new Response(body, { status, headers });
  };
  switch (fate) {
    case "go":
      return await send();
    case "killed":
      await unheard();
      gate.kill();
      throw new TypeError(GONE);
    case "kill":
      gate.kill();
      throw new TypeError(GONE);
    case "403":
    case "429":
      return failed("throttled");
    case "500":
      return failed("error");
    case "502":
      await unheard();
      return failed("error");
    case "timeout":
    case "reset":
      throw new TypeError("error sending request: connection reset by peer");
    case "late":
    case "lost":
      await unheard();
      throw new TypeError("error sending request: connection reset by peer");
    case "stale":
      throw new Error("AWS has no state of a moment ago to answer from");
  }
}

async function inventoryOf(world: AwsWorld, pr: PrNumber | undefined): Promise<EcsInventory> {
  const { cluster, aside: { ecs } } = world;
  const listed = await ecs.send(new ListServicesCommand({ cluster, maxResults: 100 }));
  const family = pr === undefined ? undefined : `${cluster}-pr-${pr}`;
  const pages = family === undefined ? [] : await Promise.all(
    (["ACTIVE", "INACTIVE"] as const).map((status) =>
      ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: family, status }))
    ),
  );
  return {
    services: (listed.serviceArns ?? []).map(lastPart).sort(),
    tasks: world.tasks().filter((task) => task.desiredStatus === "RUNNING")
      .map((task) => task.service.name).sort(),
    revisions: pages.flatMap(({ taskDefinitionArns = [] }) => taskDefinitionArns).map(lastPart).sort(),
  };
}

function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** A pull request in an AWS of a test's own, with the ecs platform to play with and eyes behind it. */

import assert from "node:assert/strict";
import { DescribeServicesCommand, ListTaskDefinitionsCommand, type Service } from "@aws-sdk/client-ecs";
import type { Flags } from "../../../src/environments/core/environment/environment.ts";
import { formatServiceName } from "../../../src/environments/core/environment/names.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { type FullSha, fullSha, type PrNumber, type ServiceName, shortSha } from "../../../src/lib/ids.ts";
import type { EcsSettings } from "../../../src/drivers/ecs/mod.ts";
import type { Deployed, DeploySpec, Platform } from "../../../src/environments/ports/platform.ts";
import { failingImages } from "./tasks/failing_images.ts";
import {
  type AwsWorld,
  type AwsWorldOptions,
  type EcsHarness,
  makeAwsWorld,
  makeEcsHarness,
  type Moto,
  plainRunner,
} from "./mod.ts";

export const SHA_A = fullSha("a1b2c3d4e5f60718293a4b5c6d7e8f9012345678");
export const SHA_B = fullSha("b1b2c3d4e5f60718293a4b5c6d7e8f9012345678");
/** The repository of every image; its tag says what goes wrong with it. */
export const IMAGE = "registry.example/acme/app";

const CREATED = Date.UTC(2026, 0, 15, 14, 30);
/** As long as the usual settings have it: that what comes up is waited for in vain is for a test to ask for. */
const TIMEOUT_MS = 900_000;
/** How long a scene waits for what is to come, in machine milliseconds. */
const PATIENCE_MS = 20_000;

/** What is unusual about a deployment. */
export type SpecChange = Partial<DeploySpec> & {
  readonly flags?: Flags;
  readonly size?: string;
  readonly url?: string;
};

/** How a deployment is made. */
export interface DeployHow {
  readonly platform?: Platform;
  readonly onProgress?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** What a test plays with. */
export interface EcsScene {
  readonly world: AwsWorld;
  readonly harness: EcsHarness;
  readonly platform: Platform;
  readonly pr: PrNumber;
  /** The service of a commit; of {@link SHA_A} unless given. */
  service(sha?: FullSha): ServiceName;
  spec(change?: SpecChange): DeploySpec;
  deploy(change?: SpecChange, how?: DeployHow): Promise<Deployed>;
  /** Another platform of the same repository, with other settings. */
  platformWith(change: Partial<EcsSettings>): Platform;
  /** A service as ECS describes it; undefined where there never was one. */
  described(service: ServiceName): Promise<Service | undefined>;
  /** Revisions of the pull request's task definitions that are not deleted, by ARN. */
  revisions(): Promise<readonly string[]>;
}

/** How a scene's world is made. */
export type SceneOptions = Partial<Omit<AwsWorldOptions, "moto">>;

/** Plays a scene in a world of its own, which ends with it. */
export async function playEcsScene(
  { moto, ...options }: SceneOptions & { readonly moto: Moto | undefined },
  play: (scene: EcsScene) => Promise<void>,
): Promise<void> {
  assert.ok(moto !== undefined, "moto runs");
  const world = await makeAwsWorld({
    moto,
    runner: failingImages(plainRunner()),
    speed: 200,
    drainingMs: 50,
    ...options,
    delays: {
      stepMs: 10,
      provisionMs: 20,
      deprovisionMs: 20,
      retryMs: 50,
      healthMs: 20,
      drainMs: 1000,
      ...options.delays,
    },
  });
  const harness = makeEcsHarness(world, { image: `${IMAGE}:fine` });
  try {
    await play(makeScene(world, harness));
  } finally {
    await harness.dispose();
  }
}

function makeScene(world: AwsWorld, harness: EcsHarness): EcsScene {
  const pr = harness.freshPr();
  const { ecs } = world.aside;
  const { cluster } = world;
  const health = { ...harness.config.health, timeoutMs: TIMEOUT_MS };
  const own = harness.platformWith({ health });
  const spec = ({ flags = {}, size = "standard", url, ...rest }: SpecChange = {}): DeploySpec => ({
    repo: harness.repo,
    pr,
    sha: SHA_A,
    image: harness.image,
    settings: { size, flags, login: undefined, ...(url === undefined ? {} : { url }) },
    requestedBy: "octocat",
    createdAt: CREATED,
    expiresAt: undefined,
    epoch: 100,
    ...rest,
  });
  return {
    world,
    harness,
    platform: own,
    pr,
    service: (sha = SHA_A) => formatServiceName(pr, shortSha(sha)),
    spec,
    deploy: (change, { platform = own, onProgress = () => {}, signal = never() } = {}) =>
      platform.deploy(spec(change), { onProgress }, signal),
    platformWith: (change) => harness.platformWith({ health, ...change }),
    async described(service) {
      const found = await ecs.send(
        new DescribeServicesCommand({ cluster, services: [service], include: ["TAGS"] }),
      );
      return found.services?.[0];
    },
    async revisions() {
      const pages = await Promise.all(
        (["ACTIVE", "INACTIVE"] as const).map((status) =>
          ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: `${cluster}-pr-${pr}`, status }))
        ),
      );
      return pages.flatMap(({ taskDefinitionArns = [] }) => taskDefinitionArns).sort();
    },
  };
}

/** A signal that never aborts. */
export function never(): AbortSignal {
  return new AbortController().signal;
}

/** The failure that something ends with. */
export async function failureOf(doing: Promise<unknown>): Promise<AppError> {
  const error = await doing.then(
    () => assert.fail("it did not fail"),
    (error: unknown) => error,
  );
  assert.ok(error instanceof AppError, String(error));
  return error;
}

/** The status with which an address answers. */
export async function statusOf(address: string, path = "/health"): Promise<number> {
  const response = await fetch(`http://${address}${path}`);
  await response.body?.cancel();
  return response.status;
}

/** Waits for something of the world that nobody tells. */
export async function until(is: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
    if (await is()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`waited in vain until ${what}`);
}

export { withoutJitter } from "../without_jitter.ts";

/** A pull request whose environments are behind a real Traefik: for the tests of the router, and to measure it. */

import { type DockerSettings, makeDockerPlatform } from "../../../src/drivers/docker/mod.ts";
import { makeHealthProbe, makeNameProbe } from "../../../src/drivers/health/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { formatServiceName } from "../../../src/environments/core/environment/names.ts";
import type { Deployed, DeploySpec, Platform } from "../../../src/environments/ports/platform.ts";
import { type FullSha, fullSha, prNumber, shortSha } from "../../../src/lib/ids.ts";
import { newSecret } from "../../../src/wiring/new_secret.ts";
import { keyOfService } from "../key_of_service.ts";
import { runDocker, tryDocker } from "./images.ts";
import { buildRoutedImage, type RoutedKind } from "./routed_images.ts";
import { startTraefik, type Traefik } from "./traefik.ts";

const runId = crypto.randomUUID().slice(0, 8);
/** The repository of all scenes of a process. */
export const REPO = `acme/routed-${runId}`;
/** The first commit. */
export const A = fullSha("a1b2c3d4e5f60718293a4b5c6d7e8f9012345678");
/** The commit after it. */
export const B = fullSha("b1b2c3d4e5f60718293a4b5c6d7e8f9012345678");

/** Settings with which a container is seen to be ready at once, and drained for a moment. */
export const ROUTED: DockerSettings = {
  network: "bridge",
  publish: "127.0.0.1",
  port: 8080,
  health: { path: "/health", fallback: "/", timeoutMs: 30_000, intervalMs: 200 },
  sizes: { standard: { cpu: 256, memory: 32 } },
  variables: { HOME_URL: "{url}" },
  flags: { prefix: "FEATURE_", on: "on", off: "off" },
  router: {
    entrypoint: undefined,
    certresolver: undefined,
    network: undefined,
    answerMs: 20_000,
    drainMs: 300,
  },
};

function never(): AbortSignal {
  return new AbortController().signal;
}

function platformWith(change: Partial<DockerSettings> = {}): Platform {
  return makeDockerPlatform({
    shell: makeShell(),
    clock: makeClock(),
    probe: makeHealthProbe(),
    askName: makeNameProbe(),
    newSecret,
    keepSecret: () => {},
    config: { ...ROUTED, ...change },
  });
}

/** A pull request whose environments are behind Traefik. */
export interface RoutedScene {
  readonly router: Traefik;
  readonly platform: Platform;
  readonly pr: ReturnType<typeof prNumber>;
  readonly url: string;
  readonly image: string;
  readonly gaps: string[];
  spec(change?: Partial<DeploySpec> & { readonly flags?: Readonly<Record<string, boolean>> }): DeploySpec;
  deploy(spec: DeploySpec): Promise<Deployed>;
  retire(sha: FullSha, epoch?: number): Promise<void>;
  settle(sha: FullSha, epoch?: number): Promise<void>;
}

/** Builds an image of a kind, starts Traefik, and removes everything after `run`. */
export async function playRouted(
  { kind, more, config, secure = false }: {
    readonly kind: RoutedKind;
    /** Whether the address is one of HTTPS. */
    readonly secure?: boolean;
    readonly more?: string;
    readonly config?: Partial<DockerSettings>;
  },
  run: (scene: RoutedScene) => Promise<void>,
): Promise<void> {
  const image = `showtime-test/routed:${runId}-${kind}`;
  await buildRoutedImage(image, { kind, ...(more === undefined ? {} : { more }) });
  const router = await startTraefik();
  const pr = prNumber(100_000_000 + Math.floor(Math.random() * 800_000_000));
  const platform = platformWith(config);
  const url = secure
    ? `https://pr-${pr}.localhost:${router.securePort}`
    : `http://pr-${pr}.localhost:${router.port}`;
  const gaps: string[] = [];
  const owner = (epoch: number) => ({ repo: REPO, epoch });
  const key = (sha: FullSha) => keyOfService(formatServiceName(pr, shortSha(sha)));
  try {
    await run({
      router,
      platform,
      pr,
      url,
      image,
      gaps,
      spec: ({ flags = {}, ...change } = {}) => ({
        repo: REPO,
        pr,
        sha: A,
        image,
        settings: { size: "standard", flags, login: undefined, url },
        requestedBy: "ana",
        createdAt: 0,
        expiresAt: undefined,
        epoch: 1,
        ...change,
      }),
      deploy: (spec) =>
        platform.deploy(spec, {
          onProgress: () => {},
          onGap: (sentence) => Promise.resolve(void gaps.push(sentence)),
        }, never()),
      retire: (sha, epoch = 1) => platform.destroy(key(sha), owner(epoch), never()),
      settle: (sha, epoch = 1) => platform.settle(key(sha), owner(epoch), never()),
    });
  } finally {
    await router.stop();
    const ids = await runDocker(["ps", "--all", "--quiet", "--filter", `name=^/?pr-${pr}-`]);
    for (const id of ids.split("\n")) if (id !== "") await runDocker(["rm", "--force", "--volumes", id]);
    await tryDocker(["image", "rm", image]);
  }
}

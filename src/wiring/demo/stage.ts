/** The stages of `test-lifecycle`: the built-in simulator with a demo application, or a real pull request. */

import type { SyncPorts } from "../../environments/app/sync/sync_ports.ts";
import type { Stage } from "../../environments/app/lifecycle_demo.ts";
import type {
  GlobalFlags,
  PlayedStage,
  StageOptions,
  WiringHost,
  WiringRequest,
} from "../../cli/wiring_types.ts";
import type { Parts } from "../parts.ts";
import type { PlatformKind } from "../../environments/core/environment/environment.ts";
import { type PrNumber, prNumber } from "../../lib/ids.ts";
import { fetchPage } from "./fetch_page.ts";
import { makeRealStage } from "./real_stage.ts";
import { prepareDemoApp, temporaryPath } from "./prepare.ts";
import { lastIdByClock, makeSimulator, parseSeed, serveSimulator } from "../../simulators/github/mod.ts";
import type { Shell } from "../../ports/shell.ts";

const DEFAULT_PR = prNumber(1234);
const TITLE = "Add charts";

/** A stage on the simulator, and the environment variables and flags with which Showtime plays on it. */
export interface SimulatedStage extends Stage {
  readonly env: Readonly<Record<string, string>>;
  readonly flags: Partial<GlobalFlags>;
  /** Removes everything that the stage has made. */
  end(): Promise<void>;
}

/** The options of a stage, and a maker of the ports that it is played with. */
export interface StageMaking extends StageOptions {
  /** Makes the ports of a run. `host` replaces this process's environment if it is given. */
  readonly makePorts: (host: WiringHost | undefined, request: WiringRequest) => Promise<SyncPorts>;
}

/** Makes a stage on the built-in simulator or on a real pull request, and the ports to play a life on it. */
export async function makeStage(
  parts: Parts,
  { realGithub, makePorts, ...request }: StageMaking,
  signal: AbortSignal,
): Promise<PlayedStage> {
  const { flags } = request;
  if (realGithub) {
    const ports = await makePorts(undefined, request);
    const stage = makeRealStage(ports, request.pr);
    return { stage, ports, end: () => stage.end() };
  }
  const stage = await makeSimulatedStage({
    shell: await parts.shell,
    platform: flags.platform,
    pr: request.pr ?? DEFAULT_PR,
    dry: flags.dryRun || flags.dryRunDocker || flags.platform === "ecs",
  }, signal);
  const host: WiringHost = { ...parts.host, env: { ...onlyDocker(parts.host.env), ...stage.env } };
  try {
    const changed = { ...request, flags: { ...flags, ...stage.flags }, pr: stage.pr };
    return { stage, ports: await makePorts(host, changed), end: () => stage.end() };
  } catch (error) {
    await stage.end();
    throw error;
  }
}

/** Keeps only the variables that lead to the Docker engine, so that the play does not depend on the machine. */
function onlyDocker(env: WiringHost["env"]): Record<string, string | undefined> {
  const names = ["PATH", "HOME", "USERPROFILE", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"];
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}

/** Makes a simulator with one pull request, and an application to deploy if a Docker engine answers. */
export async function makeSimulatedStage(
  options: {
    readonly shell: Shell;
    readonly platform: PlatformKind | undefined;
    readonly pr?: PrNumber;
    readonly dry: boolean;
  },
  signal: AbortSignal,
): Promise<SimulatedStage> {
  const pr = options.pr ?? DEFAULT_PR;
  const app = options.dry
    ? { kind: "impossible", why: "a dry run was asked for" } as const
    : await prepareDemoApp(options.shell, signal);
  const first = makeSha();
  // The name differs from play to play, so that two plays on one engine keep their containers apart.
  const repo = `showtime/demo-${first.slice(0, 7)}`;
  const simulator = makeSimulator(
    parseSeed({
      repository: repo,
      token_owner: "maxime",
      collaborators: { maxime: "admin" },
      labels: [],
      pulls: [{
        number: pr,
        title: TITLE,
        author: "maxime",
        state: "open",
        draft: false,
        head: { sha: first, ref: "charts", repo },
        pusher: "maxime",
        labels: [],
      }],
    }),
    { lastId: lastIdByClock(Date.now()) },
  );
  const served = serveSimulator(simulator, { port: 0 });
  const tag = `showtime-demo-${first.slice(0, 7)}`;
  if (app.kind === "ready") await app.write(first, TITLE);
  const configFile = temporaryPath(".yml");
  await Deno.writeTextFile(configFile, configText(app.kind === "ready" ? app.directory : ".", tag));
  const act = (change: { readonly add?: readonly string[]; readonly remove?: readonly string[] }) =>
    simulator.label({ pr, add: change.add ?? [], remove: change.remove ?? [], actor: "maxime" });
  return {
    pr,
    env: {
      GITHUB_API_URL: served.url,
      GITHUB_GRAPHQL_URL: `${served.url}/graphql`,
    },
    flags: {
      repo,
      config: configFile,
      platform: options.platform ?? "docker",
      dryRun: false,
      dryRunDocker: app.kind !== "ready",
      dryRunAws: app.kind !== "ready",
    },
    setting: [
      `A pull request, #${pr} "${TITLE}", on GitHub as the built-in simulator plays it (${served.url}).`,
      app.kind === "ready"
        ? `Environments are real containers, built ${app.from}.`
        : `Environments are played dry, because ${app.why}: nothing is built, and the addresses are not real.`,
    ],
    label: async (change) => {
      await act(change);
    },
    push: async () => {
      const sha = makeSha();
      if (app.kind === "ready") await app.write(sha, TITLE);
      await simulator.push({ pr, sha, pusher: "maxime" });
      return sha;
    },
    pass: async (hours) => {
      await simulator.advanceClock(`${hours}h`);
    },
    labels: () => Promise.resolve(simulator.state().pulls.find(({ number }) => number === pr)?.labels ?? []),
    assertFree: () => Promise.resolve(),
    afterFailure: "Run it again with --verbose; the simulator and the containers of this play are removed",
    fetchPage,
    next: [
      "showtime simulate --port 4000      a simulator to play with yourself",
      "showtime setup-labels              the labels, on your own repository",
      "showtime explain <pr>              why something happens, or does not",
      "showtime --help                    everything else",
    ],
    async end() {
      await served.stop();
      await Deno.remove(configFile);
      if (app.kind === "ready") {
        await removeLeftovers(options.shell, { repo, image: tag });
        await app.remove();
      }
    },
  };
}

function configText(directory: string, image: string): string {
  return JSON.stringify({
    version: 1,
    platform: "docker",
    build: { image, context: directory },
    environment: { health: { timeout: "60s", interval: "200ms" } },
  });
}

/**
 * Removes the containers and images that an interrupted play leaves on the engine. A completed play leaves
 * none.
 */
async function removeLeftovers(
  shell: Shell,
  { repo, image }: { readonly repo: string; readonly image: string },
): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  const docker = (...args: string[]) => shell.run({ program: "docker", args }, signal);
  const listed = await docker("ps", "-aq", "--filter", `label=showtime_repo=${repo}`);
  const containers = listed.stdout.split("\n").filter((line) => line !== "");
  if (containers.length > 0) await docker("rm", "-f", ...containers);
  const images = (await docker("images", "-q", image)).stdout.split("\n").filter((line) => line !== "");
  if (images.length > 0) await docker("rmi", "-f", ...new Set(images));
}

function makeSha(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

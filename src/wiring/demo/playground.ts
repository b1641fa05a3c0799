/** A simulated GitHub with pages, and an application that environments can be made of. */

import type { GlobalFlags, WiringHost, WiringRequest } from "../../cli/wiring_types.ts";
import type { PlatformKind } from "../../environments/core/environment/environment.ts";
import type { Images } from "../../environments/ports/images.ts";
import { AppError, EXIT } from "../../lib/errors.ts";
import type { Shell } from "../../ports/shell.ts";
import { lastIdByClock, makeSimulator, type Seed, type Simulator } from "../../simulators/github/mod.ts";
import { BOT, Player, type PlayPorts } from "../face/player.ts";
import { type Face, serveFace } from "../face/serve_face.ts";
import { makeSha } from "./demo_seed.ts";
import { type DemoApp, prepareDemoApp, temporaryPath } from "./prepare.ts";

/** Makes the ports of a run. `host` replaces this process's environment. */
export type MakePorts = (host: WiringHost, request: WiringRequest) => Promise<PlayPorts>;

/** The options of a playground. */
export interface PlaygroundOptions {
  readonly host: WiringHost;
  readonly shell: Shell;
  readonly makePorts: MakePorts;
  readonly request: WiringRequest;
  readonly seed: Seed;
  readonly port: number;
  /** Whether environments are only pretended, even if an engine answers. */
  readonly dry: boolean;
  readonly platform: PlatformKind;
  /** Whether people play on the pages, and `sync` runs after each event of theirs. */
  readonly playable: boolean;
}

/** A simulator with its pages, the ports to play on it, and what was made for it on this machine. */
export interface Playground {
  readonly simulator: Simulator;
  readonly face: Face;
  readonly ports: PlayPorts;
  /** Sentences about what is real here. */
  readonly setting: readonly string[];
  /** Ends the work and removes everything that was made. */
  end(): Promise<void>;
}

/**
 * Makes a playground. Throws AppError `environments_exist` (exit code 3) if the engine has environments of that
 * repository, which the end of the play would remove.
 */
export async function makePlayground(options: PlaygroundOptions, signal: AbortSignal): Promise<Playground> {
  const { host, shell, seed, request, playable } = options;
  const repo = `${seed.owner}/${seed.name}`;
  const app: DemoApp = options.dry
    ? { kind: "impossible", why: "a dry run was asked for" }
    : await prepareDemoApp(shell, signal);
  const image = `showtime-demo-${makeSha().slice(0, 7)}`;
  const configFile = temporaryPath(".yml");
  const remove: (() => Promise<void>)[] = [];
  const end = async () => {
    const failures: unknown[] = [];
    for (const each of remove.splice(0).reverse()) {
      await each().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    if (app.kind === "ready") {
      remove.push(() => app.remove());
      await assertNone(shell, repo, signal);
      remove.push(() => removeLeftovers(shell, { repo, image }));
    }
    await Deno.writeTextFile(configFile, configText(app.kind === "ready" ? app.directory : ".", image));
    remove.push(() => Deno.remove(configFile));
    const token = crypto.randomUUID();
    const simulator = makeSimulator(
      { ...seed, tokens: { ...seed.tokens, [token]: BOT } },
      { lastId: lastIdByClock(Date.now()) },
    );
    const setting = [
      app.kind === "ready"
        ? `Environments are real containers, built ${app.from}.`
        : `Environments are played dry, because ${app.why}: nothing is built, and the addresses are not real.`,
    ];
    const face = serveFace(simulator, { port: options.port, setting, playable });
    remove.push(() => face.stop());
    const env = {
      ...onlyDocker(host.env),
      GITHUB_API_URL: face.url,
      GITHUB_GRAPHQL_URL: `${face.url}/graphql`,
      GITHUB_SERVER_URL: face.url,
      GITHUB_TOKEN: token,
    };
    const flags: GlobalFlags = {
      ...request.flags,
      repo,
      config: configFile,
      platform: options.platform,
      dryRun: false,
      dryRunDocker: app.kind !== "ready",
      dryRunAws: app.kind !== "ready",
    };
    const made = await options.makePorts({ ...host, env }, { ...request, flags });
    const ports = { ...made, images: writingPages(made.images, { app, simulator }) };
    if (playable) {
      const player = new Player(ports, { changed: face.changed, owner: seed.tokenOwner }, signal);
      face.attach(player);
      remove.push(() => player.end());
    }
    return { simulator, face, ports, setting, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Keeps only the variables that lead to the Docker engine, so that the play does not depend on the machine. */
function onlyDocker(env: WiringHost["env"]): Record<string, string | undefined> {
  const names = ["PATH", "HOME", "USERPROFILE", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"];
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}

/** Writes the pages of a commit before its image is built. All commits share one folder, so builds follow each other. */
function writingPages(
  images: Images,
  { app, simulator }: { readonly app: DemoApp; readonly simulator: Simulator },
): Images {
  if (app.kind !== "ready") return images;
  let before: Promise<unknown> = Promise.resolve();
  return {
    check: (request, signal) => images.check(request, signal),
    build(request, signal) {
      const build = before.then(async () => {
        signal.throwIfAborted();
        const pull = simulator.state().pulls.find(({ number }) => number === request.pr);
        await app.write(request.sha, pull?.title ?? "");
        await images.build(request, signal);
      });
      before = build.catch(() => undefined);
      return build;
    },
    exists: (image, signal) => images.exists(image, signal),
    checkOwner: (image, owner, signal) => images.checkOwner(image, owner, signal),
    remove: (image, owner, signal) => images.remove(image, owner, signal),
    list: (signal) => images.list(signal),
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

function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

async function containersOf(shell: Shell, repo: string, signal: AbortSignal): Promise<readonly string[]> {
  const args = ["ps", "-aq", "--filter", `label=showtime_repo=${repo}`];
  return lines((await shell.run({ program: "docker", args }, signal)).stdout);
}

async function assertNone(shell: Shell, repo: string, signal: AbortSignal): Promise<void> {
  const { length } = await containersOf(shell, repo, signal);
  if (length === 0) return;
  throw new AppError(
    "environments_exist",
    `Playing on ${repo}: the Docker engine has ${length} of its environments, which the play would remove`,
    { exitCode: EXIT.refused, hint: "Give the repository in the seed another name" },
  );
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
  const containers = await containersOf(shell, repo, signal);
  if (containers.length > 0) await docker("rm", "-f", ...containers);
  const images = lines((await docker("images", "-q", image)).stdout);
  if (images.length > 0) await docker("rmi", "-f", ...new Set(images));
}

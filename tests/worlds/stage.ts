/** A pull request on a simulator of its own, with a folder to build from: what end-to-end tests play on. */

import { commitAll } from "./checkout.ts";
import { writeTestContext } from "./docker/images.ts";
import {
  type Finished,
  type RunningSimulator,
  runShowtime,
  type SimulatorState,
  startSimulator,
} from "./program/process.ts";

export const START = "🎪 ⚡ showtime-trigger-start";
export const STOP = "🎪 🛑 showtime-trigger-stop";
export const SYNC = "🎪 🔄 showtime-trigger-sync";
export const FREEZE = "🎪 🧊 showtime-freeze";
export const BLOCKED = "🎪 🔒 showtime-blocked";

/** Configuration of the test application: answers at once, so nothing waits long. */
const CONFIG = `version: 1
platform: docker
build: { image: e2e-showtime }
environment:
  health: { timeout: 20s, interval: 200ms }
  variables: { SECRET: "{secret}" }
  flags: { prefix: FEATURE_, on: "on", off: "off" }
`;

/** What a stage is set up with. */
export interface StageOptions {
  readonly labels?: readonly string[];
  readonly config?: string;
  /** More keys of the pull request in the seed. */
  readonly pull?: Readonly<Record<string, unknown>>;
  readonly title?: string;
  /** The number of the pull request; one that nothing else uses unless given. */
  readonly pr?: number;
  /** The repository; {@link REPO} unless given. */
  readonly repo?: string;
  /** More keys of the seed. */
  readonly seed?: Readonly<Record<string, unknown>>;
}

/** A pull request to play with. */
export class Stage {
  readonly pr: number;
  readonly simulator: RunningSimulator;
  readonly folder: string;
  readonly repo: string;

  constructor(
    pr: number,
    simulator: RunningSimulator,
    at: { readonly folder: string; readonly repo: string },
  ) {
    this.pr = pr;
    this.simulator = simulator;
    this.folder = at.folder;
    this.repo = at.repo;
  }

  /** Runs the program in the folder, against the simulator. */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return runShowtime(args, {
      cwd: this.folder,
      env: { ...this.simulator.env, GITHUB_REPOSITORY: this.repo, ...env },
    });
  }

  /** Runs `sync` for the pull request. */
  sync(env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return this.run(["sync", String(this.pr)], env);
  }

  async labels(): Promise<readonly string[]> {
    const pulls = (await this.simulator.state()).pulls;
    return [...pulls.find(({ number }) => number === this.pr)?.labels ?? []].sort();
  }

  state(): Promise<SimulatorState> {
    return this.simulator.state();
  }

  async comment(): Promise<string> {
    const pulls = (await this.simulator.state()).pulls;
    return pulls.find(({ number }) => number === this.pr)?.comments.map(({ body }) => body).join("\n---\n") ??
      "";
  }

  /** The address on the label of the active environment. */
  async address(): Promise<string> {
    const labels = await this.labels();
    const active = labels.map((name) => /^🎪 🎯 (\w{7})$/u.exec(name)?.[1]).find((sha) => sha !== undefined);
    const address = labels.map((name) => /^🎪 (\w{7}) 🌐 (\S+)$/u.exec(name)).find((match) =>
      match?.[1] === active
    )?.[2];
    if (address === undefined) throw new Error(`Reading the address: the labels are ${labels.join(", ")}`);
    return address;
  }

  /** What the active environment says a variable of its own is. */
  async variable(name: string): Promise<string> {
    return (await (await fetch(`http://${await this.address()}/cgi-bin/env?${name}`)).text()).trim();
  }

  async push(sha: string, pusher = "maxime"): Promise<void> {
    await this.simulator.control("push", { pr: this.pr, sha, pusher });
  }

  /** Commits the folder and pushes that: in Actions only a checkout of the commit is built. Returns its short form. */
  async pushFolder(): Promise<string> {
    const sha = await commitAll(this.folder);
    await this.push(sha);
    return sha.slice(0, 7);
  }

  async label(
    change: {
      readonly add?: readonly string[];
      readonly remove?: readonly string[];
      readonly actor?: string;
    },
  ): Promise<void> {
    await this.simulator.control("label", { pr: this.pr, add: [], remove: [], actor: "maxime", ...change });
  }
}

/**
 * Name of the repository, unlike that of any other test file at work on this machine: a cleanup whose clock was put forward
 * removes everything of its repository.
 */
export const REPO = `e2e/run-${crypto.randomUUID().slice(0, 8)}`;

/** Commits to play with. */
export const A = "aaaaaaa000000000000000000000000000000000";
export const B = "bbbbbbb000000000000000000000000000000000";
export const C = "ccccccc000000000000000000000000000000000";

/** Plays `act` on a new stage and clears it up: simulator, folder, containers, images. */
export async function onStage(options: StageOptions, act: (stage: Stage) => Promise<void>): Promise<void> {
  const { repo = REPO } = options;
  const pr = options.pr ?? 1 + Math.floor(Math.random() * 900_000_000);
  const folder = await writeTestContext();
  await Deno.writeTextFile(`${folder}/showtime.yml`, options.config ?? CONFIG);
  const simulator = await startSimulator({
    repository: repo,
    token_owner: "maxime",
    tokens: { "ana-token": "ana", "rando-token": "rando" },
    collaborators: { maxime: "admin", ana: "write", tri: "triage", rando: "read" },
    labels: [],
    files: { "showtime.yml": options.config ?? CONFIG },
    pulls: [{
      number: pr,
      title: options.title ?? "Add charts",
      author: "rando",
      state: "open",
      draft: false,
      head: { sha: A, ref: "charts", repo },
      pusher: "maxime",
      labels: options.labels ?? [],
      ...options.pull,
    }],
    runs: [],
    ...options.seed,
  });
  try {
    await act(new Stage(pr, simulator, { folder, repo }));
  } finally {
    await simulator.stop();
    await removeAll(pr, repo);
    await Deno.remove(folder, { recursive: true });
  }
}

async function docker(...args: string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command("docker", { args, stdout: "piped", stderr: "null" }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}

async function removeAll(pr: number, repo: string): Promise<void> {
  const containers = await docker(
    "ps",
    "-aq",
    "--filter",
    `label=pr=${pr}`,
    "--filter",
    `label=showtime_repo=${repo}`,
  );
  if (containers.length > 0) await docker("rm", "-f", ...containers);
  const images = await docker(
    "images",
    "-q",
    ...["*", "*/*/*"].flatMap((name) => [
      "--filter",
      `reference=${name}:pr-${pr}-*`,
    ]),
  );
  if (images.length > 0) await docker("rmi", "-f", ...new Set(images));
}

/** What the health check at an address answers. A container that starts again is given a moment until it listens. */
export async function statusOf(address: string): Promise<number> {
  for (let tries = 0;; tries++) {
    try {
      const answer = await fetch(`http://${address}/health`);
      await answer.body?.cancel();
      return answer.status;
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Names of the containers that carry the labels of this pull request and of a repository. */
export function containersOf(pr: number, repo = REPO): Promise<readonly string[]> {
  return docker(
    "ps",
    "-a",
    "--format",
    "{{.Names}}",
    "--filter",
    `label=pr=${pr}`,
    "--filter",
    `label=showtime_repo=${repo}`,
  );
}

/** Images that were built for this pull request. */
export function imagesOf(pr: number): Promise<readonly string[]> {
  return docker("images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", `reference=*:pr-${pr}-*`);
}

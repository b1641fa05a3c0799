/**
 * A world for the use-cases: a simulated GitHub behind the real driver, a platform, images and time in memory.
 * Everything is in this process; several runs can work in one world, each with its own context.
 */

import type { AppSettings, RunIdentity, RunValues } from "../../src/environments/app/run.ts";
import type { SyncPorts } from "../../src/environments/app/sync/sync_ports.ts";
import { DEFAULT_OPTIONS } from "../../src/environments/app/sync/make_policy.ts";
import { syncPull, type SyncResult } from "../../src/environments/app/sync/sync_pull.ts";
import type { PlatformEnvironment } from "../../src/environments/core/environment/environment.ts";
import type { EnvironmentEvents } from "../../src/environments/ports/environment_events.ts";
import type { EnvironmentContent } from "../../src/environments/ports/content.ts";
import { formatImageTag, formatServiceName } from "../../src/environments/core/environment/names.ts";
import { type FullSha, fullSha, type PrNumber, prNumber, shortSha } from "../../src/lib/ids.ts";
import { makeGithubForge } from "../../src/drivers/github/mod.ts";
import { makeSimulator, parseSeed, type Simulator } from "../../src/simulators/github/mod.ts";
import type { Terminal } from "../../src/ports/terminal.ts";
import { MemoryClock, MemoryImages, MemoryPlatform } from "./memory_platform.ts";

export const REPO = "apache/superset";
export const PR: PrNumber = prNumber(1234);
/** 2024-01-15T14:30:00Z. */
export const NOON = Date.UTC(2024, 0, 15, 14, 30);
export const MINUTE = 60_000;
export const HOUR = 3_600_000;

/** A commit hash that begins with these digits. */
export function hash(digits: string): FullSha {
  return fullSha(digits.padEnd(40, "0"));
}

export const A = hash("aaaaaaa");
export const B = hash("bbbbbbb");

/** The ports and the values of a run, all of them. */
export type WorldContext = SyncPorts & RunValues;

/** What a run of the program is like. */
export interface RunChange extends Partial<RunIdentity> {
  readonly token?: string;
  readonly settings?: Partial<AppSettings>;
  readonly platformAsLabels?: boolean;
  /** The content of commits. */
  readonly content?: EnvironmentContent;
  /** The events about environments. */
  readonly events?: EnvironmentEvents;
  /** What stands between this run and GitHub: it may answer itself, or fail as a dying process does. */
  readonly wire?: (request: Request, send: (request: Request) => Promise<Response>) => Promise<Response>;
}

/** What a world is like at its beginning. */
export interface WorldOptions {
  /** Added to the seed of the simulator. */
  readonly seed?: Readonly<Record<string, unknown>>;
  /** The number of the seed's only pull request; {@link PR} unless given. */
  readonly pr?: PrNumber;
  /** Added to that pull request, of a branch of this repository. */
  readonly pull?: Readonly<Record<string, unknown>>;
  readonly platform?: readonly PlatformEnvironment[];
}

/** What a run's terminal was told. */
export interface Spoken {
  readonly said: string[];
  readonly warned: string[];
  /** Lines of the output of programs, between the titles and the ends of their groups. */
  readonly logged: string[];
}

/** A world, and the ways to look at it from outside. */
export interface World {
  /** The pull request that this world is about. */
  readonly pr: PrNumber;
  readonly simulator: Simulator;
  readonly platform: MemoryPlatform;
  readonly images: MemoryImages;
  readonly clock: MemoryClock;
  /** Everything that the terminals of all contexts were told. */
  readonly spoken: Spoken;
  /** A run of the program; maxime's at a terminal where nothing else is said. */
  context(run?: RunChange): WorldContext;
  sync(context?: WorldContext): Promise<SyncResult>;
  labels(pr?: number): readonly string[];
  /** Names of all label definitions. */
  definitions(): readonly string[];
  comment(pr?: number): string;
  /** How many requests `act` sends, and how many of them write. */
  count(act: () => Promise<unknown>): Promise<{ readonly requests: number; readonly writes: number }>;
}

/** Makes a world. */
export function makeWorld(options: WorldOptions = {}): World {
  const own = options.pr ?? PR;
  const clock = new MemoryClock(NOON);
  const simulator = makeSimulator(parseSeed(seedOf(options)), { now: () => clock.now() });
  const platform = new MemoryPlatform();
  const images = new MemoryImages(clock);
  platform.plant(...options.platform ?? []);
  const spoken: Spoken = { said: [], warned: [], logged: [] };
  const runs = new Set<string>();
  const context = (run: RunChange = {}) => {
    const nonce = run.nonce ?? `nonce${String(runs.size).padStart(4, "0")}`;
    runs.add(nonce);
    return makeContext({ simulator, platform, images, clock, spoken }, { ...run, nonce });
  };
  const pullOf = (pr: number) => {
    const pull = simulator.state().pulls.find(({ number }) => number === pr);
    if (pull === undefined) throw new Error(`Looking at #${pr}: there is none`);
    return pull;
  };
  return {
    pr: own,
    simulator,
    platform,
    images,
    clock,
    spoken,
    context,
    sync: (given) =>
      syncPull(given ?? context(), own, { ...DEFAULT_OPTIONS, request: undefined, planOnly: false }, never()),
    labels: (pr = own) => [...pullOf(pr).labels].sort(),
    definitions: () => simulator.state().labels.map(({ name }) => name).sort(),
    comment: (pr = own) => pullOf(pr).comments.map(({ body }) => body).join("\n"),
    count: async (act) => {
      const before = simulator.requests().length;
      await act();
      const sent = simulator.requests().slice(before);
      return { requests: sent.length, writes: sent.filter((each) => each.write).length };
    },
  };
}

/** A signal that never aborts. */
export function never(): AbortSignal {
  return new AbortController().signal;
}

/** An environment on the platform as Showtime makes them, an hour old and good for two days. */
export function environment(sha: FullSha, change: Partial<PlatformEnvironment> = {}): PlatformEnvironment {
  const pr = change.pr ?? PR;
  const short = shortSha(sha);
  return {
    platform: "docker",
    pr,
    sha,
    short,
    service: formatServiceName(pr, short),
    address: "10.0.0.1:8080",
    healthy: true,
    condition: "running",
    image: imageOf(pr, short),
    settings: { size: "standard", flags: {}, login: "admin/admin" },
    requestedBy: "maxime",
    createdAt: NOON - HOUR,
    expiresAt: NOON + 47 * HOUR,
    epoch: 1,
    repo: REPO,
    managed: true,
    legacy: false,
    unsettled: false,
    ...change,
  };
}

/** Every label of an environment that runs, created an hour before noon. */
export function runningLabels(
  sha: FullSha,
  change: { readonly ttl?: string; readonly created?: string } = {},
): readonly string[] {
  const short = shortSha(sha);
  return [
    "🎪 showtime",
    `🎪 ${short} 🚦 running`,
    `🎪 🎯 ${short}`,
    `🎪 ${short} 📅 ${change.created ?? "2024-01-15T13-30"}`,
    `🎪 ${short} ⌛ ${change.ttl ?? "48h"}`,
    `🎪 ${short} 🤡 maxime`,
    `🎪 ${short} 🌐 10.0.0.1:8080`,
  ];
}

/** A pull request for a seed. */
export function seedPull(
  number: number,
  change: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    number,
    title: `Change ${number}`,
    author: "ana",
    state: "open",
    draft: false,
    head: { sha: A, ref: `branch-${number}`, repo: REPO },
    pusher: "ana",
    labels: [],
    ...change,
  };
}

/** A stranger's pull request from a fork with head {@link A}. */
export const FORK = {
  head: { sha: A, ref: "charts", repo: "rando/superset" },
  author: "rando",
  pusher: "rando",
};

/** A workflow run that shows {@link A} at the head of {@link FORK} since noon. */
export const RUN_OF_FORK = {
  id: 1,
  status: "completed",
  head_sha: A,
  head_branch: FORK.head.ref,
  head_repository: FORK.head.repo,
};

/** The image that is built for a commit. */
export function imageOf(pr: PrNumber, short: Parameters<AppSettings["imageOf"]>[1]): string {
  return `apache/superset:${formatImageTag("pr-{pr}-{sha}-ci", { pr, short })}`;
}

function seedOf(options: WorldOptions): Readonly<Record<string, unknown>> {
  return {
    repository: REPO,
    token_owner: "maxime",
    tokens: {
      "ana-token": "ana",
      "tri-token": "tri",
      "rando-token": "rando",
      "bot-token": "github-actions[bot]",
    },
    collaborators: { maxime: "admin", ana: "write", tri: "triage", rando: "read" },
    labels: [],
    files: { "showtime.yml": "version: 1\n" },
    pulls: [seedPull(options.pr ?? PR, options.pull)],
    runs: [{ id: 101, run_attempt: 1, status: "in_progress" }],
    ...options.seed,
  };
}

function makeContext(
  parts: Pick<World, "simulator" | "platform" | "images" | "clock" | "spoken">,
  run: RunChange & { readonly nonce: string },
): WorldContext {
  const { simulator, platform, images, clock, spoken } = parts;
  const identity: RunIdentity = {
    actor: run.actor,
    inActions: run.inActions ?? false,
    run: run.run,
    event: run.event,
    limited: run.limited,
    nonce: run.nonce,
  };
  const client = run.run === undefined ? run.nonce : `run/${run.run.id}.${run.run.attempt}`;
  return {
    repo: REPO,
    serverUrl: "https://github.example",
    forge: makeGithubForge({
      token: run.token ?? "token",
      repo: REPO,
      restUrl: "https://github.example/api/v3",
      graphqlUrl: "https://github.example/api/graphql",
      userAgent: `showtime/0.0.0 ${client}`,
      // Waits of the driver itself (retries) are over at once.
      clock: { now: () => clock.now(), sleep: () => Promise.resolve() },
      fetch: (input, init) => {
        const request = new Request(input, init);
        return run.wire === undefined ? simulator.handle(request) : run.wire(request, simulator.handle);
      },
    }),
    platformKind: "docker",
    platform,
    platformAsLabels: run.platformAsLabels ?? false,
    githubDryRun: false,
    images,
    content: run.content === undefined ? undefined : () => Promise.resolve(run.content as EnvironmentContent),
    events: run.events === undefined ? undefined : () => Promise.resolve(run.events as EnvironmentEvents),
    clock,
    terminal: makeTerminal(spoken),
    settings: {
      autoSync: "trusted",
      retries: 1,
      defaultTtl: { kind: "duration", amount: 48, unit: "h" },
      maxAgeMs: 14 * 24 * HOUR,
      login: "admin/admin",
      imageOf,
      commentEnabled: true,
      deploymentsEnabled: true,
      ...run.settings,
    },
    identity,
    links: {
      pull: (pr) => `https://github.example/${REPO}/pull/${pr}`,
      commit: (sha) => `https://github.example/${REPO}/commit/${sha}`,
      run: (id) => `https://github.example/${REPO}/actions/runs/${id}`,
      console: () => ({}),
    },
  };
}

function makeTerminal(spoken: Spoken): Terminal {
  return {
    can: { color: false, links: false, tty: false, ask: false, columns: 80 },
    out: (text) => void spoken.said.push(text),
    say: (text) => void spoken.said.push(text),
    detail: () => {},
    log: (text) => void spoken.logged.push(text),
    notice: (text) => void spoken.said.push(text),
    warn: (text) => void spoken.warned.push(text),
    progress: () => {},
    group: (title) => {
      spoken.logged.push(`[${title}`);
      return () => void spoken.logged.push("]");
    },
    confirm: () => Promise.resolve(false),
    choose: () => Promise.resolve(undefined),
    ask: () => Promise.resolve(undefined),
  };
}

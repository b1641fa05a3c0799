/**
 * Measures what the README promises: requests per command, the time of `list` over a slow network, planning, and how
 * the executable starts.
 * `deno task bench`, or `deno task bench contexts` for one part. Times are medians of several runs on this machine; requests are counted at the simulator.
 */

import { benchAssets } from "./assets.ts";
import { benchAws } from "./aws.ts";
import { benchContexts } from "./contexts.ts";
import { benchPipelines } from "./pipelines.ts";
import { benchRouter } from "./router.ts";
import { benchServer } from "./server.ts";
import { EMPTY_RECORD } from "../src/environments/core/comment/mod.ts";
import { fullSha, prNumber } from "../src/lib/ids.ts";
import { readLabels } from "../src/environments/core/labels/mod.ts";
import { type Observation, planPull, type Policy } from "../src/environments/core/plan/mod.ts";
import { part } from "../tests/worlds/require.ts";
import { B as SECOND, onStage, REPO } from "../tests/worlds/stage.ts";
import {
  type LoggedRequest,
  type RunningSimulator,
  runShowtime,
  startSimulator,
} from "../tests/worlds/program/process.ts";
import { benchStartUp } from "./start_up.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const DRY = ["--platform", "docker", "--dry-run-docker", "--repo", "acme/shop"] as const;

function sha(index: number): string {
  return (index + 0xabc0000).toString(16).padEnd(40, "0");
}

function seedOf(pulls: readonly unknown[]): unknown {
  return {
    repository: "acme/shop",
    token_owner: "maxime",
    collaborators: { maxime: "admin" },
    labels: [],
    pulls,
  };
}

function pull(number: number, labels: readonly string[]): unknown {
  return {
    number,
    title: `Change ${number}`,
    author: "maxime",
    state: "open",
    draft: false,
    head: { sha: sha(number), ref: `branch-${number}`, repo: "acme/shop" },
    pusher: "maxime",
    labels,
  };
}

function environmentLabels(number: number): readonly string[] {
  const short = sha(number).slice(0, 7);
  return [
    "🎪 showtime",
    `🎪 ${short} 🚦 running`,
    `🎪 🎯 ${short}`,
    `🎪 ${short} 📅 2026-01-15T14-30`,
    `🎪 ${short} 🌐 52.1.2.3:8080`,
    `🎪 ${short} ⌛ 48h`,
    `🎪 ${short} 🤡 maxime`,
  ];
}

async function counted(
  simulator: RunningSimulator,
  { args, env = {}, cwd }: {
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  },
) {
  const before = (await simulator.requests()).length;
  const started = performance.now();
  const done = await runShowtime(args, {
    env: { ...simulator.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const ms = performance.now() - started;
  const requests: readonly LoggedRequest[] = (await simulator.requests()).slice(before);
  if (done.code !== 0) throw new Error(`showtime ${args.join(" ")}: exit ${done.code}\n${done.err}`);
  return { requests: requests.length, writes: requests.filter((each) => each.write).length, ms };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function row(name: string, value: string, budget: string): void {
  console.log(`${name.padEnd(58)} ${value.padStart(24)}   ${budget}`);
}

async function benchRequests(): Promise<void> {
  const simulator = await startSimulator(seedOf([pull(1, [START])]));
  try {
    const run = (args: readonly string[]) => counted(simulator, { args });
    const create = await run(["sync", "1", ...DRY]);
    row("sync that creates", `${create.requests} requests`, "budget 16");
    const idle = await run(["sync", "1", ...DRY]);
    row("sync with nothing to do", `${idle.requests} requests, ${idle.writes} writes`, "budget 3, 0");
    await simulator.control("push", { pr: 1, sha: sha(500), pusher: "maxime" });
    const update = await run(["sync", "1", ...DRY]);
    row("sync that updates", `${update.requests} requests`, "budget 20");
  } finally {
    await simulator.stop();
  }
}

/** The costliest ordinary case: a workflow, whose configuration comes from the base branch, and a trigger by another person. */
async function benchDocker(): Promise<void> {
  const docker = await part("docker");
  const busybox = await part("busybox");
  if (docker.missing !== undefined || busybox.missing !== undefined) {
    return row("on a Docker engine in Actions", "not measured", docker.missing ?? busybox.missing ?? "");
  }
  await onStage({ labels: [] }, async (stage) => {
    const actions = {
      GITHUB_ACTIONS: "true",
      GITHUB_ACTOR: "maxime",
      GITHUB_RUN_ID: "7",
      GITHUB_REPOSITORY: REPO,
    };
    const run = (args: readonly string[]) =>
      counted(stage.simulator, { args, env: actions, cwd: stage.folder });
    const sync = ["sync", String(stage.pr)];
    await stage.label({ add: [START], actor: "ana" });
    row("sync that creates, on Docker in Actions", `${(await run(sync)).requests} requests`, "budget 16");
    const idle = await run(sync);
    row(
      "sync with nothing to do, likewise",
      `${idle.requests} requests, ${idle.writes} writes`,
      "budget 3, 0",
    );
    await stage.push(SECOND);
    await stage.label({ add: [START], actor: "ana" });
    row("sync that updates, likewise, with a trigger", `${(await run(sync)).requests} requests`, "budget 20");
  });
}

async function benchList(): Promise<void> {
  const pulls = Array.from(
    { length: 1000 },
    (_, index) => pull(index + 1, index < 200 ? environmentLabels(index + 1) : []),
  );
  const simulator = await startSimulator(seedOf(pulls));
  try {
    await simulator.control("faults", [{ match: "*", delay_ms: 100, times: 1_000_000 }]);
    const runs = [];
    for (let index = 0; index < 5; index++) {
      runs.push(await counted(simulator, { args: ["list", "--json", ...DRY] }));
    }
    row(
      "list: 200 environments, 1,000 pull requests, 100 ms each",
      `${runs[0]?.requests} requests`,
      "budget 5",
    );
    row(
      "  whole process, median of 5",
      `${median(runs.map(({ ms }) => ms)).toFixed(0)} ms`,
      "under 1,000 ms",
    );
  } finally {
    await simulator.stop();
  }
}

function benchPlanning(): void {
  const observations = Array.from({ length: 10_000 }, (_, index) => observe(index + 1));
  const policy: Policy = {
    autoSync: "trusted",
    retries: 1,
    defaultTtl: { kind: "duration", amount: 48, unit: "h" },
    ttl: undefined,
    size: undefined,
    login: undefined,
    comments: true,
    imageOf: (short) => `acme/shop:${short}`,
    givenImage: undefined,
  };
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const started = performance.now();
    for (const make of observations) planPull(make(), policy);
    times.push(performance.now() - started);
  }
  row(
    "reading and planning 10,000 pull requests of 20 labels",
    `${median(times).toFixed(0)} ms`,
    "under 1,000 ms",
  );
}

/** The labels are read anew in each run: reading them is part of planning. */
function observe(number: number): () => Observation {
  const old = sha(number + 20_000).slice(0, 7);
  const names = [
    ...environmentLabels(number).slice(0, 7),
    `🎪 ${old} 🚦 running`,
    `🎪 ${old} 📅 2026-01-14T14-30`,
    `🎪 ${old} 🌐 52.1.2.4:8080`,
    ...Array.from({ length: 10 }, (_, index) => `area:${index}`),
  ];
  return () => ({
    repo: "acme/shop",
    now: Date.UTC(2026, 0, 16),
    pr: prNumber(number),
    open: true,
    body: "",
    headRepo: "acme/shop",
    headSha: fullSha(sha(number)),
    target: fullSha(sha(number)),
    commits: [fullSha(sha(number))],
    labels: readLabels(names),
    allLabels: readLabels(names),
    origins: new Map(),
    platform: "as_labels",
    lock: { kind: "free" },
    actor: "maxime",
    people: new Map(),
    event: undefined,
    record: { attempts: new Map(), size: EMPTY_RECORD.size, notice: undefined, present: true },
    request: undefined,
    imageExists: undefined,
  });
}

type Line = { readonly name: string; readonly value: string; readonly budget?: string };

const print = ({ name, value, budget = "" }: Line) => row(name, value, budget);

/** The parts of the report, by the name under which a part is measured alone. */
const PARTS: Readonly<Record<string, () => Promise<void> | void>> = {
  requests: benchRequests,
  docker: benchDocker,
  list: benchList,
  planning: benchPlanning,
  aws: () => benchAws(print),
  router: () => benchRouter(print),
  assets: () => benchAssets(print),
  contexts: () => benchContexts(print),
  pipelines: () => benchPipelines(print),
  // A browser is driven, whose package asks for every permission.
  pages: async () => (await import("./pages.ts")).benchPages(print),
  server: () => benchServer(print),
  "start-up": () => benchStartUp(print),
};

const unknown = Deno.args.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(", ")}: ${Object.keys(PARTS).join(", ")}`);
  Deno.exit(2);
}
for (const [name, measure] of Object.entries(PARTS)) {
  if (Deno.args.length === 0 || Deno.args.includes(name)) await measure();
}

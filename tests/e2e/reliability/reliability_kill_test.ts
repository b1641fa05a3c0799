import assert from "node:assert/strict";
import { commitAll } from "../../worlds/checkout.ts";
import { writeTestContext } from "../../worlds/docker/images.ts";
import {
  type Finished,
  type RunningSimulator,
  runShowtime,
  spawnShowtime,
  startSimulator,
} from "../../worlds/program/process.ts";
import { part } from "../../worlds/require.ts";
import { random, tally } from "../../worlds/schedule/mod.ts";
import { START, statusOf, STOP } from "../../worlds/stage.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

/** How many processes are killed in all, and in how many repositories at once. */
const KILLS = Deno.env.get("SHOWTIME_DEEP") === "1" ? 1_000 : 100;
const LANES = 3;
const SEED = 2;

const CONFIG = `version: 1
platform: docker
build: { image: e2e-kill }
environment: { health: { timeout: 20s, interval: 100ms } }
`;

/** What a process is killed at. */
type Act = "create" | "update" | "stop" | "cleanup";
const ACTS: readonly Act[] = ["create", "update", "stop", "create", "update", "cleanup"];

/** One repository with a pull request, and the processes that work on it one after the other. */
class Lane {
  readonly #pr: number;
  readonly #repo: string;
  readonly #folder: string;
  readonly #simulator: RunningSimulator;
  /** How long each act took, in milliseconds: within that time the next ones are killed. */
  readonly #spans = new Map<Act, number>();
  #runId = 1;

  constructor(
    simulator: RunningSimulator,
    place: { readonly pr: number; readonly repo: string; readonly folder: string },
  ) {
    this.#simulator = simulator;
    this.#pr = place.pr;
    this.#repo = place.repo;
    this.#folder = place.folder;
  }

  /** Plays acts and kills processes until `kills` of them were really killed. */
  async play(kills: number, next: () => number): Promise<void> {
    let killed = 0;
    let head = await this.#push();
    let runs = false;
    for (let turn = 0; killed < kills; turn++) {
      const act = ACTS[turn % ACTS.length] ?? "create";
      if (act === "update") head = await this.#push();
      if (act === "create") await this.#label(START);
      if (act === "stop") await this.#label(STOP);
      if (act === "cleanup") await this.#simulator.control("clock", { advance: "49h" });
      const died = await this.#kill(act, next());
      killed += Number(died);
      const done = await this.#run(this.#words(act));
      runs = act === "create" || act === "update";
      const told = `${act} of ${head.slice(0, 7)}, turn ${turn}, ${died ? "killed" : "not killed"}`;
      assert.equal(done.code, 0, `${told}: ${done.err}`);
      await this.#assertRests(runs ? head.slice(0, 7) : undefined, told);
    }
  }

  #words(act: Act): readonly string[] {
    return act === "cleanup" ? ["cleanup"] : ["sync", String(this.#pr)];
  }

  async #push(): Promise<string> {
    const sha = await commitAll(this.#folder);
    await this.#simulator.control("push", { pr: this.#pr, sha, pusher: "maxime" });
    return sha;
  }

  async #label(name: string): Promise<void> {
    await this.#simulator.control("label", { pr: this.#pr, add: [name], remove: [], actor: "maxime" });
  }

  #options(id: number) {
    const env = {
      ...this.#simulator.env,
      GITHUB_REPOSITORY: this.#repo,
      GITHUB_ACTIONS: "true",
      GITHUB_ACTOR: "maxime",
      GITHUB_RUN_ID: String(id),
      GITHUB_RUN_ATTEMPT: "1",
    };
    return { cwd: this.#folder, env };
  }

  async #run(words: readonly string[]): Promise<Finished> {
    return await runShowtime(words, this.#options(this.#runId++));
  }

  /** Starts a process and kills it at that fraction of its time; false where it ended before. */
  async #kill(act: Act, fraction: number): Promise<boolean> {
    const id = this.#runId++;
    await this.#simulator.control("run", { id, status: "in_progress" });
    const begun = performance.now();
    const child = spawnShowtime(this.#words(act), this.#options(id));
    const drained = [child.stdout.pipeTo(new WritableStream()), child.stderr.pipeTo(new WritableStream())];
    const span = this.#spans.get(act);
    const timer = span === undefined ? undefined : setTimeout(() => kill(child), span * fraction);
    const { signal } = await child.status;
    clearTimeout(timer);
    await Promise.all(drained);
    // What it takes depends on what else the machine does: a process that ended by itself is the newest measure.
    if (signal === null) this.#spans.set(act, performance.now() - begun);
    await this.#simulator.control("run", { id, status: "completed" });
    return signal === "SIGKILL";
  }

  async #assertRests(short: string | undefined, told: string): Promise<void> {
    const scope = ["--filter", `label=showtime_repo=${this.#repo}`];
    const containers = await lines("ps", "-a", "--format", "{{.Names}}", ...scope);
    const images = await lines("images", "--format", "{{.Repository}}:{{.Tag}}", ...imageScope(this.#pr));
    const untagged = await lines("images", "-q", "--filter", "dangling=true", ...scope);
    const { labels: definitions, pulls } = await this.#simulator.state();
    const labels = pulls[0]?.labels ?? [];
    const wanted = short === undefined ? [] : [short];
    assert.deepEqual(containers, wanted.map((each) => `pr-${this.#pr}-${each}`), `${told}: containers`);
    assert.deepEqual(images, wanted.map((each) => `e2e-kill:pr-${this.#pr}-${each}-ci`), `${told}: images`);
    assert.deepEqual(untagged, [], `${told}: images without a tag`);
    const litter = definitions.map(({ name }) => name).filter((name) =>
      /lock|[0-9a-f]{7}/.test(name) && (short === undefined || !name.includes(short))
    );
    assert.deepEqual(litter, [], `${told}: definitions`);
    if (short === undefined) return assert.deepEqual(labels, [], told);
    assert.ok(
      labels.includes(`🎪 ${short} 🚦 running`) && labels.includes(`🎪 🎯 ${short}`),
      `${told}: ${labels}`,
    );
    assert.equal(labels.filter((name) => /🚦|trigger|🏗/u.test(name)).length, 1, `${told}: ${labels}`);
    const address = labels.flatMap((name) => /🌐 (\S+)$/u.exec(name)?.[1] ?? [])[0] ??
      assert.fail(`${told}: ${labels}`);
    assert.equal(await statusOf(address), 200, told);
    const comments = pulls[0]?.comments ?? [];
    assert.equal(comments.length, 1, told);
    assert.ok(comments[0]?.body.includes(address), `${told}: ${comments[0]?.body}`);
  }

  /** Takes away whatever is left on the engine. */
  async clear(): Promise<void> {
    const containers = await lines("ps", "-aq", "--filter", `label=showtime_repo=${this.#repo}`);
    if (containers.length > 0) await lines("rm", "-f", ...containers);
    const images = await lines("images", "-q", ...imageScope(this.#pr));
    if (images.length > 0) await lines("rmi", "-f", ...new Set(images));
  }
}

/** Kills a process that may have ended already, while nobody has heard of it yet. */
function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

function imageScope(pr: number): readonly string[] {
  return ["--filter", `reference=e2e-kill:pr-${pr}-*`];
}

async function lines(...args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await new Deno.Command("docker", { args: [...args], stdout: "piped", stderr: "null" })
    .output();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "").sort();
}

async function onLane(index: number): Promise<void> {
  const folder = await writeTestContext();
  await Deno.writeTextFile(`${folder}/showtime.yml`, CONFIG);
  const repo = `e2e/kill-${crypto.randomUUID().slice(0, 8)}-${index}`;
  const pr = 1 + Math.floor(Math.random() * 900_000_000);
  const simulator = await startSimulator({
    repository: repo,
    token_owner: "maxime",
    collaborators: { maxime: "admin" },
    labels: [],
    files: { "showtime.yml": CONFIG },
    pulls: [{
      number: pr,
      title: "Add charts",
      author: "maxime",
      state: "open",
      draft: false,
      head: { sha: "f".repeat(40), ref: "charts", repo },
      pusher: "maxime",
      labels: [],
    }],
    runs: [],
  });
  const lane = new Lane(simulator, { pr, repo, folder });
  try {
    await lane.play(Math.ceil((KILLS - index) / LANES), random(SEED + index));
  } finally {
    await simulator.stop();
    await lane.clear();
    await Deno.remove(folder, { recursive: true });
  }
}

needs.test("C2: processes killed at random moments of create, update, stop and cleanup: the next one finishes, nothing leaks", async () => {
  const lanes = await Promise.allSettled(Array.from({ length: LANES }, (_, index) => onLane(index)));
  const failures = lanes.flatMap((each) => each.status === "rejected" ? [each.reason] : []);
  if (failures.length > 0) throw failures[0];
  await tally({ kills: KILLS });
});

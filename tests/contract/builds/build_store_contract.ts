/** The promises of the store and the queue of builds: every database is held to them. */

import assert from "node:assert/strict";
import type { BuildEvent } from "../../../src/pipelines/core/build_event.ts";
import type { Build } from "../../../src/pipelines/core/builds/build.ts";
import type { JobSpec } from "../../../src/pipelines/core/builds/job.ts";
import type { NewBuild } from "../../../src/pipelines/core/builds/new_build.ts";
import type { BuildStore } from "../../../src/pipelines/ports/build_store.ts";
import type { ClaimRequest, IntakeAnswer, JobQueue } from "../../../src/pipelines/ports/job_queue.ts";

/** An opening of a store, as one process has it. */
export interface OpenStore {
  readonly store: BuildStore;
  readonly queue: JobQueue;
}

/** A database under test: two openings of it see the same builds. */
export interface BuildsHarness extends AsyncDisposable {
  open(): Promise<OpenStore>;
}

/** A database and how its tests are registered. */
export interface BuildsContractOptions {
  readonly name: string;
  readonly make: () => Promise<BuildsHarness>;
  readonly test: (title: string, run: () => Promise<void>) => void;
}

const NEVER = new AbortController().signal;
const NOW = 1_700_000_000_000;
const LEASE_MS = 30_000;
/** Says of events that none of them has been sent before. */
const ALL = Number.MAX_SAFE_INTEGER;
const WORKER: ClaimRequest = {
  worker: "w1",
  tags: ["linux", "x86"],
  pipelines: undefined,
  handsOver: false,
  leaseMs: LEASE_MS,
};

const JOB: JobSpec = {
  pipeline: "web",
  repository: "https://git.example/acme/web.git",
  ref: "main",
  sha: undefined,
  tag: undefined,
  pr: undefined,
  cwd: undefined,
  program: { kind: "exec", argv: ["make", "test"] },
  changes: { kind: "all" },
  timeoutMs: undefined,
  workspace: "fresh",
  submodules: false,
  secrets: ["NPM_TOKEN"],
  env: { A: "1" },
};

/** A build to queue; `changed` overrides parts of it and of its job. */
function newBuild(changed: Partial<NewBuild> & { readonly spec?: Partial<JobSpec> } = {}): NewBuild {
  const { spec, ...rest } = changed;
  return {
    job: { ...JOB, ...spec },
    traceId: "0".repeat(32),
    cause: { kind: "api", by: "ann" },
    workerTags: [],
    concurrency: undefined,
    retries: { lost: 1, failed: 0 },
    ...rest,
  };
}

/** Queues builds by one intake and returns them. */
async function put(queue: JobQueue, ...builds: readonly NewBuild[]): Promise<readonly Build[]> {
  const answer = await queue.enqueue({ marks: [], builds }, { maxQueued: 100_000, now: NOW }, NEVER);
  assert.equal(answer.kind, "queued");
  return answer.kind === "queued" ? answer.builds : [];
}

async function putOne(queue: JobQueue, build: NewBuild = newBuild()): Promise<Build> {
  const [queued] = await put(queue, build);
  assert.ok(queued);
  return queued;
}

/** Claims as {@link WORKER}, with changes. */
async function claim(queue: JobQueue, changed: Partial<ClaimRequest & { readonly now: number }> = {}) {
  return await queue.claim({ ...WORKER, now: NOW, ...changed }, NEVER);
}

/** Claims builds until there is none, and returns their identifiers. */
async function claimAll(queue: JobQueue, changed: Partial<ClaimRequest> = {}): Promise<readonly string[]> {
  const ids: string[] = [];
  for (;;) {
    const claimed = await claim(queue, changed);
    if (claimed === undefined) return ids;
    ids.push(claimed.build.id);
  }
}

function warning(text: string): BuildEvent {
  return { kind: "warning", text, at: NOW };
}

/** Registers the suite. */
export function registerBuildsContract({ name, make, test }: BuildsContractOptions): void {
  const given = (title: string, run: (open: OpenStore, harness: BuildsHarness) => Promise<void>) =>
    test(`${name}: ${title}`, async () => {
      await using harness = await make();
      await run(await harness.open(), harness);
    });

  given("a queued build is read as it was written", async ({ store, queue }) => {
    const queued = await putOne(
      queue,
      newBuild({ workerTags: ["x86", "linux", "x86"], spec: { pr: 7, sha: "ab" } }),
    );
    assert.deepEqual(await store.build(queued.id, NEVER), queued);
    assert.deepEqual(
      { ...queued, id: "" },
      {
        id: "",
        pipeline: "web",
        state: "queued",
        reason: undefined,
        traceId: "0".repeat(32),
        ref: "main",
        sha: "ab",
        pr: 7,
        cause: { kind: "api", by: "ann" },
        attempt: 0,
        worker: undefined,
        queuedAt: NOW,
        startedAt: undefined,
        endedAt: undefined,
        exitCode: undefined,
        workerTags: ["linux", "x86"],
      },
    );
    assert.equal(await store.build("999", NEVER), undefined);
    const claimed = await claim(queue);
    // Undefined parts of a job are left out on the way through JSON.
    assert.deepEqual(claimed?.job, JSON.parse(JSON.stringify({ ...JOB, pr: 7, sha: "ab" })));
  });

  given("builds are claimed first in, first out among those a worker may take", async ({ queue }) => {
    const [a, gpu, b, other] = await put(
      queue,
      newBuild(),
      newBuild({ workerTags: ["gpu"] }),
      newBuild({ workerTags: ["linux"] }),
      newBuild({ spec: { pipeline: "docs" } }),
    );
    assert.deepEqual(await claimAll(queue, { pipelines: ["web"] }), [a?.id, b?.id]);
    assert.deepEqual(await claimAll(queue), [other?.id]);
    assert.deepEqual(await claimAll(queue, { tags: ["gpu", "linux"] }), [gpu?.id]);
  });

  given(
    "a worker of the replaced tool is given no pipeline file, and its build is handed over",
    async ({ queue, store }) => {
      const [file, program] = await put(
        queue,
        newBuild({ spec: { program: { kind: "file", path: "build.yml" } } }),
        newBuild(),
      );
      const claimed = await claim(queue, { handsOver: true });
      assert.equal(claimed?.build.id, program?.id);
      assert.equal(claimed?.build.state, "handed_over");
      assert.equal(await claim(queue, { handsOver: true }), undefined);
      assert.deepEqual(await queue.sweep(NOW + 10 * LEASE_MS, NEVER), []);
      assert.equal((await store.build(file?.id ?? "", NEVER))?.state, "queued");
    },
  );

  given("an intake with a known mark queues nothing", async ({ queue, store }) => {
    const intake = (marks: readonly string[]) =>
      queue.enqueue({ marks, builds: [newBuild()] }, { maxQueued: 10, now: NOW }, NEVER);
    assert.equal((await intake(["delivery-1", "hash-1"])).kind, "queued");
    assert.equal((await intake(["delivery-1", "hash-2"])).kind, "repeated");
    assert.equal(await queue.isMarked(["delivery-2", "hash-1"], NEVER), true);
    assert.equal(await queue.isMarked(["delivery-3", "hash-3"], NEVER), false);
    assert.equal((await intake(["delivery-2", "hash-1"])).kind, "repeated");
    assert.equal((await intake(["delivery-3", "hash-3"])).kind, "queued");
    assert.deepEqual(await store.counts(NEVER), new Map([["queued", 2]]));
  });

  given("the same hook many times at once queues one build", async ({ queue, store }, harness) => {
    const second = await harness.open();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        (at % 2 === 0 ? queue : second.queue).enqueue(
          { marks: ["same"], builds: [newBuild()] },
          { maxQueued: 100, now: NOW },
          NEVER,
        )),
    );
    assert.equal(answers.filter(({ kind }) => kind === "queued").length, 1);
    assert.equal(answers.filter(({ kind }) => kind === "repeated").length, 39);
    assert.deepEqual(await store.counts(NEVER), new Map([["queued", 1]]));
  });

  given("a full queue takes no build and forgets the marks", async ({ queue }) => {
    const intake = (maxQueued: number): Promise<IntakeAnswer> =>
      queue.enqueue({ marks: ["m"], builds: [newBuild(), newBuild()] }, { maxQueued, now: NOW }, NEVER);
    await put(queue, newBuild(), newBuild());
    assert.deepEqual(await intake(3), { kind: "full", waiting: 2 });
    assert.equal((await intake(4)).kind, "queued");
  });

  given("a hundred claims of two processes take each build once", async ({ queue }, harness) => {
    const second = await harness.open();
    const builds = await put(queue, ...Array.from({ length: 60 }, () => newBuild()));
    const claims = await Promise.all(
      Array.from(
        { length: 100 },
        (_, at) => claim(at % 2 === 0 ? queue : second.queue, { worker: `w${at}` }),
      ),
    );
    const ids = claims.flatMap((each) => each === undefined ? [] : [each.build.id]);
    const rest = await claimAll(queue);
    assert.equal(new Set(ids).size, ids.length, "a build was claimed twice");
    assert.deepEqual([...ids, ...rest].sort(), builds.map(({ id }) => id).sort());
  });

  given("a group never runs more builds than its limit, under eight workers", async ({ queue }, harness) => {
    const openings = [queue, (await harness.open()).queue];
    const concurrency = { group: "web main", limit: 2, cancelInProgress: false };
    const builds = await put(queue, ...Array.from({ length: 24 }, () => newBuild({ concurrency })));
    let running = 0;
    let most = 0;
    const done: string[] = [];
    const work = async (worker: number) => {
      const own = openings[worker % 2] ?? queue;
      while (done.length < builds.length) {
        const claimed = await claim(own, { worker: `w${worker}` });
        if (claimed === undefined) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          continue;
        }
        most = Math.max(most, ++running);
        // The first build goes on until a second one runs beside it.
        for (let wait = 0; wait === 0 || (most < 2 && wait < 5000); wait++) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        running--;
        const { id, attempt } = claimed.build;
        const end = { outcome: "passed", reason: undefined, exitCode: 0, now: NOW } as const;
        assert.equal((await own.finish({ build: id, attempt, ...end }, NEVER))?.state, "passed");
        done.push(id);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, at) => work(at)));
    assert.equal(most, 2);
    assert.deepEqual([...done].sort(), builds.map(({ id }) => id).sort());
  });

  given("a build that waits for its group keeps no other build waiting", async ({ queue }) => {
    const concurrency = { group: "g", limit: 1, cancelInProgress: false };
    const [first, second, gpu, free] = await put(
      queue,
      newBuild({ concurrency }),
      newBuild({ concurrency }),
      newBuild({ concurrency, workerTags: ["gpu"] }),
      newBuild(),
    );
    assert.deepEqual(await claimAll(queue), [first?.id, free?.id]);
    const end = { outcome: "failed", reason: "no", exitCode: 1, now: NOW } as const;
    await queue.finish({ build: first?.id ?? "", attempt: 1, ...end }, NEVER);
    // A build of the group that needs another worker does not stand in the way either.
    assert.deepEqual(await claimAll(queue, { tags: ["gpu"], worker: "g" }), [second?.id]);
    await queue.finish({ build: second?.id ?? "", attempt: 1, ...end }, NEVER);
    assert.deepEqual(await claimAll(queue), []);
    assert.deepEqual(await claimAll(queue, { tags: ["gpu"] }), [gpu?.id]);
  });

  given("a newer build of a group that cancels supersedes the older ones", async ({ queue, store }) => {
    const concurrency = { group: "g", limit: 1, cancelInProgress: true };
    const first = await putOne(queue, newBuild({ concurrency }));
    await claim(queue);
    const second = await putOne(queue, newBuild({ concurrency }));
    const third = await putOne(queue, newBuild({ concurrency }));
    const states = await Promise.all([first, second, third].map(({ id }) => store.build(id, NEVER)));
    assert.deepEqual(states.map((each) => each?.state), ["cancelling", "cancelled", "queued"]);
    assert.equal(states[1]?.reason, `Build ${third.id} superseded it`);
    assert.equal(await claim(queue), undefined);
    const renewed = await queue.renew({ build: first.id, attempt: 1, leaseMs: LEASE_MS, now: NOW }, NEVER);
    assert.equal(renewed, "cancel");
    const end = { outcome: "cancelled", reason: "asked", exitCode: undefined, now: NOW } as const;
    const ended = await queue.finish({ build: first.id, attempt: 1, ...end }, NEVER);
    assert.deepEqual([ended?.state, ended?.reason], ["cancelled", `Build ${second.id} superseded it`]);
    assert.deepEqual(await claimAll(queue), [third.id]);
  });

  given(
    "an expired lease queues the build again, and ends it as lost when no attempt is left",
    async ({ queue, store }) => {
      const { id } = await putOne(queue);
      await claim(queue);
      assert.deepEqual(await queue.sweep(NOW + LEASE_MS, NEVER), []);
      const [again] = await queue.sweep(NOW + LEASE_MS + 1, NEVER);
      assert.equal(again?.state, "queued");
      assert.match(again?.reason ?? "", /w1 went away during attempt 1/);
      const claimed = await claim(queue, { worker: "w2" });
      assert.equal(claimed?.build.attempt, 2);
      const [lost] = await queue.sweep(NOW + LEASE_MS + 1, NEVER);
      assert.equal(lost?.state, "lost");
      assert.deepEqual(await store.build(id, NEVER), lost);
    },
  );

  given("a zombie's writes have no effect", async ({ queue, store }) => {
    const { id } = await putOne(queue);
    await claim(queue);
    await queue.sweep(NOW + LEASE_MS + 1, NEVER);
    await claim(queue, { worker: "w2" });
    const zombie = { build: id, attempt: 1 };
    assert.equal(await queue.renew({ ...zombie, leaseMs: LEASE_MS, now: NOW }, NEVER), "stale");
    const end = { outcome: "passed", reason: undefined, exitCode: 0, now: NOW } as const;
    assert.equal(await queue.finish({ ...zombie, ...end }, NEVER), undefined);
    assert.equal(await queue.release({ ...zombie, reason: "drain", now: NOW }, NEVER), undefined);
    assert.equal(await store.append({ ...zombie, from: ALL, events: [warning("late")] }, NEVER), false);
    assert.deepEqual(await store.events({ build: id, after: 0, limit: 10 }, NEVER), []);
    const build = await store.build(id, NEVER);
    assert.equal(build?.state, "running");
    assert.equal(build?.worker, "w2");
  });

  given("a failed build runs again while retries are left", async ({ queue }) => {
    const { id } = await putOne(queue, newBuild({ retries: { lost: 0, failed: 1 } }));
    const end = { outcome: "failed", reason: "exit 1", exitCode: 1, now: NOW } as const;
    await claim(queue);
    assert.equal((await queue.finish({ build: id, attempt: 1, ...end }, NEVER))?.state, "queued");
    await claim(queue);
    const failed = await queue.finish({ build: id, attempt: 2, ...end }, NEVER);
    assert.deepEqual([failed?.state, failed?.exitCode, failed?.endedAt], ["failed", 1, NOW]);
    assert.equal(await queue.finish({ build: id, attempt: 2, ...end }, NEVER), undefined);
  });

  given("a build that goes back does not count as lost", async ({ queue }) => {
    const { id } = await putOne(queue, newBuild({ retries: { lost: 0, failed: 0 } }));
    await claim(queue);
    const back = await queue.release({ build: id, attempt: 1, reason: "the worker stops", now: NOW }, NEVER);
    assert.deepEqual([back?.state, back?.reason, back?.worker], ["queued", "the worker stops", undefined]);
    assert.equal((await claim(queue))?.build.attempt, 2);
  });

  given("a cancel ends a waiting build at once and a running one through its worker", async ({ queue }) => {
    const [waiting, running] = await put(queue, newBuild({ workerTags: ["none"] }), newBuild());
    await claim(queue);
    const cancel = (id: string | undefined) =>
      queue.cancel(id ?? "", { reason: "ann asked", now: NOW }, NEVER);
    assert.equal((await cancel(waiting?.id))?.state, "cancelled");
    assert.equal((await cancel(running?.id))?.state, "cancelling");
    const [swept] = await queue.sweep(NOW + LEASE_MS + 1, NEVER);
    assert.equal(swept?.state, "cancelled");
    assert.equal((await cancel(running?.id))?.endedAt, NOW + LEASE_MS + 1, "a build that ended changed");
    assert.equal(await cancel("12345"), undefined);
  });

  given("events have places without gaps, over attempts", async ({ queue, store }) => {
    const { id } = await putOne(queue);
    await claim(queue);
    const add = (attempt: number, ...texts: readonly string[]) =>
      store.append({ build: id, attempt, sha: "c0ffee", from: ALL, events: texts.map(warning) }, NEVER);
    await add(1, "a", "b");
    await add(1);
    await queue.sweep(NOW + LEASE_MS + 1, NEVER);
    await claim(queue);
    await add(2, "c");
    const read = async (after: number, limit: number) =>
      (await store.events({ build: id, after, limit }, NEVER)).map(({ place, attempt, event }) =>
        `${place} ${attempt} ${event.kind === "warning" ? event.text : ""}`
      );
    assert.deepEqual(await read(0, 10), ["1 1 a", "2 1 b", "3 2 c"]);
    assert.deepEqual(await read(1, 1), ["2 1 b"]);
    assert.deepEqual(await read(3, 1), []);
    assert.equal((await store.build(id, NEVER))?.sha, "c0ffee");
  });

  given("events that arrive twice are kept once, in each attempt", async ({ queue, store }) => {
    const { id } = await putOne(queue);
    const send = (
      attempt: number,
      { from, texts }: { readonly from: number; readonly texts: readonly string[] },
    ) => store.append({ build: id, attempt, from, events: texts.map(warning) }, NEVER);
    await claim(queue);
    await send(1, { from: 0, texts: ["a", "b"] });
    await send(1, { from: 0, texts: ["a", "b"] });
    await send(1, { from: 1, texts: ["b", "c"] });
    await queue.sweep(NOW + LEASE_MS + 1, NEVER);
    await claim(queue);
    await send(2, { from: 0, texts: ["d"] });
    await send(2, { from: 0, texts: ["d"] });
    const kept = await store.events({ build: id, after: 0, limit: 10 }, NEVER);
    assert.deepEqual(kept.map(({ event }) => event.kind === "warning" ? event.text : ""), [
      "a",
      "b",
      "c",
      "d",
    ]);
  });

  given("builds are listed newest first, by pipeline, state and page", async ({ queue, store }) => {
    const builds = await put(queue, newBuild(), newBuild({ spec: { pipeline: "docs" } }), newBuild());
    await claim(queue);
    const list = async (filter: Partial<Parameters<BuildStore["builds"]>[0]>) =>
      (await store.builds({ limit: 10, ...filter }, NEVER)).map(({ id }) =>
        builds.findIndex((each) => each.id === id)
      );
    assert.deepEqual(await list({}), [2, 1, 0]);
    assert.deepEqual(await list({ limit: 1 }), [2]);
    assert.deepEqual(await list({ pipeline: "web" }), [2, 0]);
    assert.deepEqual(await list({ state: "queued" }), [2, 1]);
    assert.deepEqual(await list({ after: builds[2]?.id ?? "" }), [1, 0]);
    assert.deepEqual(await list({ oldestFirst: true, limit: 2 }), [0, 1]);
    assert.deepEqual(await list({ oldestFirst: true, after: builds[0]?.id ?? "" }), [1, 2]);
    assert.deepEqual(await list({ pipelines: ["docs", "none"] }), [1]);
    assert.deepEqual(await list({ pipelines: [] }), []);
  });

  given("keys, workers, notes and leads are kept", async ({ store }, harness) => {
    const other = await harness.open();
    const key = {
      name: "ci",
      hash: "ff",
      role: "worker",
      tags: ["linux"],
      pipelines: undefined,
      createdAt: NOW,
    } as const;
    assert.equal(await store.addKey(key, NEVER), true);
    assert.equal(await other.store.addKey({ ...key, hash: "00" }, NEVER), false);
    assert.deepEqual(await other.store.keys(NEVER), [key]);
    assert.equal(await store.removeKey("ci", NEVER), true);
    assert.equal(await store.removeKey("ci", NEVER), false);
    const worker = { name: "w1", tags: ["a"], seenAt: NOW, build: undefined };
    await store.noteWorker(worker, NEVER);
    await store.noteWorker({ ...worker, seenAt: NOW + 1, build: "4" }, NEVER);
    assert.deepEqual(await other.store.workers(NEVER), [{ ...worker, seenAt: NOW + 1, build: "4" }]);
    const swap = (from: string | undefined, to: string | undefined) =>
      store.swapNote({ name: "poll web", from, to }, NEVER);
    assert.equal(await swap("x", "y"), false);
    assert.equal(await swap(undefined, "x"), true);
    assert.equal(await swap(undefined, "z"), false);
    assert.equal(await swap("x", "y"), true);
    assert.equal(await other.store.note("poll web", NEVER), "y");
    assert.equal(await swap("y", undefined), true);
    assert.equal(await store.note("poll web", NEVER), undefined);
    const lead = (holder: string, now: number) =>
      store.lead({ task: "poll", holder, now, leaseMs: 1000 }, NEVER);
    assert.equal(await lead("a", NOW), true);
    assert.equal(await lead("b", NOW + 999), false);
    assert.equal(await lead("a", NOW + 999), true);
    assert.equal(await lead("b", NOW + 2000), true);
  });

  given("old builds and the oldest of a full disk go, builds that run stay", async ({ queue, store }) => {
    const builds = await put(queue, newBuild(), newBuild(), newBuild(), newBuild());
    const finish = async (endedAt: number) => {
      const claimed = await claim(queue);
      const { id = "", attempt = 0 } = claimed?.build ?? {};
      await store.append({ build: id, attempt, from: ALL, events: [warning("x".repeat(1000))] }, NEVER);
      const end = { outcome: "passed", reason: undefined, exitCode: 0, now: endedAt } as const;
      await queue.finish({ build: id, attempt, ...end }, NEVER);
    };
    await finish(NOW - 100);
    await finish(NOW);
    await finish(NOW);
    await claim(queue);
    const left = async () => (await store.builds({ limit: 10 }, NEVER)).map(({ id }) => id).reverse();
    assert.equal(await store.prune({ now: NOW, before: NOW - 50, maxBytes: 10_000 }, NEVER), 1);
    assert.deepEqual(await left(), builds.slice(1).map(({ id }) => id));
    assert.equal(await store.prune({ now: NOW, before: 0, maxBytes: 1500 }, NEVER), 1);
    assert.deepEqual(await left(), builds.slice(2).map(({ id }) => id));
    assert.equal(await store.prune({ now: NOW, before: NOW + 1, maxBytes: 0 }, NEVER), 1);
    assert.deepEqual(await left(), builds.slice(3).map(({ id }) => id));
    assert.deepEqual(await store.events({ build: builds[0]?.id ?? "", after: 0, limit: 1 }, NEVER), []);
  });

  given("a change is announced, to other processes too where the database can", async ({ queue }) => {
    const waiting = queue.changed(NEVER);
    await putOne(queue);
    await waiting;
    const gone = new AbortController();
    const left = queue.changed(gone.signal);
    gone.abort(new Error("enough"));
    await assert.rejects(left, /enough/);
  });

  given(
    "every build and event is there after the database was opened anew",
    async ({ queue, store }, harness) => {
      const { id } = await putOne(queue);
      await claim(queue);
      await store.append({ build: id, attempt: 1, from: ALL, events: [warning("kept")] }, NEVER);
      await store.close();
      const again = await harness.open();
      assert.equal((await again.store.build(id, NEVER))?.state, "running");
      assert.equal((await again.store.events({ build: id, after: 0, limit: 9 }, NEVER)).length, 1);
    },
  );
}

/** Which commits of strangers the program brings up, as a process against the simulator. */

import assert from "node:assert/strict";
import {
  type Finished,
  type RunningSimulator,
  runShowtime,
  startSimulator,
} from "../../worlds/program/process.ts";

const A = "aaaaaaa".padEnd(40, "0");
const B = "bbbbbbb".padEnd(40, "0");
const START = "🎪 ⚡ showtime-trigger-start";

const SEED = {
  repository: "acme/shop",
  token_owner: "maxime",
  collaborators: { maxime: "admin", ana: "write" },
  timeline_order: "commit_dates",
  pulls: [{
    number: 1,
    author: "rando",
    head: { sha: A, ref: "charts", repo: "rando/shop" },
    labels: ["bug"],
  }],
};
const SEEN = {
  id: 7,
  status: "completed",
  head_sha: A,
  head_branch: "charts",
  head_repository: "rando/shop",
};

async function onSimulator(
  runs: readonly unknown[],
  act: (simulator: RunningSimulator, run: (...args: readonly string[]) => Promise<Finished>) => Promise<void>,
): Promise<void> {
  const simulator = await startSimulator({ ...SEED, runs });
  try {
    await act(simulator, (...args) =>
      runShowtime([...args, "--platform", "docker", "--dry-run-docker"], {
        env: { ...simulator.env, GITHUB_REPOSITORY: "acme/shop" },
      }));
  } finally {
    await simulator.stop();
  }
}

const minute = (simulator: RunningSimulator) => simulator.control("clock", { advance: "1m" });

async function commentOf(simulator: RunningSimulator): Promise<string> {
  return (await simulator.state()).pulls[0]?.comments.map(({ body }) => body).join("\n") ?? "";
}

Deno.test("sync brings a stranger's commit up that a workflow run shows at the head before the trigger", async () => {
  await onSimulator([SEEN], async (simulator, run) => {
    await simulator.control("label", { pr: 1, add: [START], actor: "ana" });
    const { code, out } = await run("sync", "1", "--json");
    assert.deepEqual([code, JSON.parse(out).action_reason], [0, "start_requested"]);
    const labels = (await simulator.state()).pulls[0]?.labels ?? [];
    assert.ok(labels.includes("🎪 aaaaaaa 🚦 running"), labels.join());
  });
});

Deno.test("sync leaves a stranger's commit alone that was pushed after the trigger with an older date", async () => {
  await onSimulator([SEEN], async (simulator, run) => {
    await minute(simulator);
    await simulator.control("label", { pr: 1, add: [START], actor: "ana" });
    await minute(simulator);
    await simulator.control("push", { pr: 1, sha: B, pusher: "rando", date: "2020-01-01T00:00:00Z" });
    const { code, out, err } = await run("sync", "1");
    assert.equal(code, 0, err);
    assert.match(out, /the newest commit waits for approval/);
    assert.match(out, new RegExp(`showtime start 1 --sha ${B}`));
    assert.match(await commentOf(simulator), /no workflow run of it is known to be older/);
    assert.deepEqual((await simulator.state()).pulls[0]?.labels, ["bug"]);
    // Whoever has read it names it.
    const started = await run("start", "1", "--sha", B, "--json");
    assert.deepEqual([started.code, JSON.parse(started.out).environment.sha], [0, B]);
  });
});

Deno.test("sync brings nothing up for status labels that a bot sets on a stranger's commit", async () => {
  for (
    const [status, actor] of [
      ["building", "renovate[bot]"],
      ["failed", "my-app[bot]"],
      ["running", "github-actions[bot]"],
    ] as const
  ) {
    await onSimulator([SEEN], async (simulator, run) => {
      await simulator.control("label", { pr: 1, add: [`🎪 aaaaaaa 🚦 ${status}`], actor });
      const { code, out } = await run("sync", "1", "--json");
      const { action_needed, environment } = JSON.parse(out);
      assert.deepEqual([code, action_needed, environment?.address ?? null], [0, "no_action", null], actor);
      assert.doesNotMatch(await commentOf(simulator), /Running at/);
    });
  }
});

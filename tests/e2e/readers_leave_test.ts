/** The program in a pipe whose reader leaves, as `head` does, and without standard output or error. */

import assert from "node:assert/strict";
import {
  programCommand,
  type RunningSimulator,
  spawnShowtime,
  startSimulator,
} from "../worlds/program/process.ts";
import { part } from "../worlds/require.ts";
import { onStage, REPO, START } from "../worlds/stage.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

const A = "aaaaaaa000000000000000000000000000000000";
const SEED = {
  repository: "acme/shop",
  token_owner: "maxime",
  collaborators: { maxime: "admin" },
  labels: [],
  pulls: [1, 2].map((number) => ({
    number,
    title: `Change ${number}`,
    author: "maxime",
    state: "open",
    draft: false,
    head: { sha: A, ref: `branch-${number}`, repo: "acme/shop" },
    pusher: "maxime",
    labels: number === 1
      ? ["🎪 showtime", "🎪 aaaaaaa 🚦 running", "🎪 🎯 aaaaaaa", "🎪 aaaaaaa 🌐 52.1.2.3:8080", START]
      : [],
  })),
};
const FLAGS = ["--platform", "docker", "--dry-run-docker"];

async function onSimulator(act: (simulator: RunningSimulator) => Promise<void>): Promise<void> {
  const simulator = await startSimulator(SEED);
  try {
    await act(simulator);
  } finally {
    await simulator.stop();
  }
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(
    await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).bytes(),
  );
}

/** The exit code of a child, which has to end by itself. */
async function codeOf(child: Deno.ChildProcess): Promise<number> {
  const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const { code, signal } = await child.status;
  clearTimeout(timer);
  assert.equal(signal, null, "it does not end by itself");
  return code;
}

/** Command lines of processes of this machine that hold that text. */
async function processesWith(text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
    const line = (await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "")).replaceAll("\0", " ");
    if (line.includes(text)) found.push(line);
  }
  return found;
}

for (
  const args of [
    ["list"],
    ["list", "--json"],
    ["history", "1"],
    ["explain", "1"],
    ["status", "1", "--watch"],
    ["status", "1", "--watch", "--json"],
  ]
) {
  Deno.test(`${args.join(" ")} ends with 0 if the reader of its answer has left`, async () => {
    await onSimulator(async ({ env }) => {
      const child = spawnShowtime([...args, ...FLAGS], { env: { ...env, GITHUB_REPOSITORY: "acme/shop" } });
      await child.stdout.cancel();
      const [code, err] = await Promise.all([codeOf(child), textOf(child.stderr)]);

      assert.equal(code, 0, err);
      assert.doesNotMatch(err, /error|BrokenPipe|EPIPE/i);
    });
  });
}

for (const args of [["labels"], ["help"], ["config", "schema"], ["labels", "--json"]]) {
  Deno.test(`${args.join(" ")} ends with 0 if the reader of its answer has left`, async () => {
    const child = spawnShowtime(args);
    await child.stdout.cancel();

    assert.deepEqual([await codeOf(child), (await textOf(child.stderr)).includes("error")], [0, false]);
  });
}

Deno.test("a command goes on without a reader of its talk, and its answer is whole", async () => {
  await onSimulator(async ({ env }) => {
    const child = spawnShowtime(["status", "1", "--json", ...FLAGS], {
      env: { ...env, GITHUB_REPOSITORY: "acme/shop" },
    });
    await child.stderr.cancel();
    const [code, out] = await Promise.all([codeOf(child), textOf(child.stdout)]);

    assert.equal(code, 0);
    assert.equal(JSON.parse(out).pr, 1);
  });
});

Deno.test("a command that changes an environment finishes its work without a reader", async () => {
  await onSimulator(async (simulator) => {
    const env = { ...simulator.env, GITHUB_REPOSITORY: "acme/shop" };
    const child = spawnShowtime(["start", "2", ...FLAGS], { env });
    await Promise.all([child.stdout.cancel(), child.stderr.cancel()]);

    assert.equal(await codeOf(child), 0);
    const { pulls, labels } = await simulator.state();
    assert.ok(pulls.find(({ number }) => number === 2)?.labels.includes("🎪 aaaaaaa 🚦 running"));
    assert.deepEqual(labels.filter(({ name }) => name.startsWith("🎪 lock")), []);
  });
});

Deno.test("a full disk behind standard output is named, and one behind standard error changes nothing", async () => {
  const on = (redirection: string, args: readonly string[]) =>
    new Deno.Command("sh", {
      args: ["-c", `"$@" ${redirection}`, "sh", ...programCommand(), ...args],
      stdin: "null",
    }).output();
  for (const args of [["labels"], ["labels", "--json"]]) {
    const { code, stderr } = await on("> /dev/full", args);
    const said = new TextDecoder().decode(stderr);
    assert.equal(code, 1);
    assert.match(said, /^error: Writing to standard output: No space left on device\nhint: Make room/);
    assert.doesNotMatch(said, /bug|Uncaught/);
  }
  const { code, stdout } = await on("2> /dev/full", ["labels"]);
  assert.deepEqual([code, stdout.length > 0], [0, true]);
});

needs.test("logs --follow ends with 0 when its reader leaves, and no child of it is left", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    assert.equal((await stage.sync()).code, 0);
    const env = { ...stage.simulator.env, GITHUB_REPOSITORY: REPO };
    const follow = (await processesWith("logs --timestamps --follow")).length;
    for (const args of [["logs", String(stage.pr), "--follow"], ["logs", String(stage.pr), "-f", "--json"]]) {
      const child = spawnShowtime(args, { cwd: stage.folder, env });
      const err = textOf(child.stderr);
      const reader = child.stdout.getReader();
      assert.match(new TextDecoder().decode((await reader.read()).value), /listening on 8080/);
      await reader.cancel();
      // A reader that has left is noticed with the next line.
      const id = await containerOf(stage.pr);
      await inContainer(id, "echo one more line > /proc/1/fd/1");

      assert.equal(await codeOf(child), 0, await err);
      assert.doesNotMatch(await err, /error/);
      assert.equal((await processesWith("logs --timestamps --follow")).length, follow);
    }
  });
});

async function containerOf(pr: number): Promise<string> {
  const { stdout } = await new Deno.Command("docker", { args: ["ps", "-q", "--filter", `name=pr-${pr}-`] })
    .output();
  return new TextDecoder().decode(stdout).trim();
}

async function inContainer(id: string, script: string): Promise<void> {
  const { success } = await new Deno.Command("docker", { args: ["exec", id, "/bin/sh", "-c", script] })
    .output();
  assert.ok(success);
}

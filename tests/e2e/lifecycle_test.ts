import assert from "node:assert/strict";
import { runShowtime, startSimulator } from "../worlds/program/process.ts";
import { part } from "../worlds/require.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

/** What every play shows, in order, whatever it is played on. */
const SCENES = [
  /1\. A person asks/,
  /2\. A push/,
  /3\. Freeze/,
  /behind/,
  /4\. Thaw/,
  /5\. Time runs out/,
  /6\. It starts again/,
  /7\. Stop/,
  /What to do next/,
];

function assertWholeLife(out: string): void {
  let at = 0;
  for (const scene of SCENES) {
    const found = out.slice(at).search(scene);
    assert.ok(found >= 0, `${scene} does not follow in:\n${out}`);
    at += found;
  }
  assert.match(out, /^\s+\+ 🎪 [0-9a-f]{7} 🚦 running$/m);
  // The labels are shown while the work goes on, too: the old environment runs while the new one is built.
  assert.match(out, /^ {3}meanwhile: 🎪 [0-9a-f]{7} 🚦 building$/m);
  const during = [...out.matchAll(/^ {3}meanwhile: (.*)$/gm)].map(([, line = ""]) =>
    line.split(" beside ").map((name) => name.split("🚦 ")[1]).sort().join(" beside ")
  );
  assert.ok(during.includes("building beside running"), during.join(", "));
  assert.match(
    out,
    /^Watch it in a browser: http:\/\/127\.0\.0\.1:\d+\/showtime\/demo-[0-9a-f]{7}\/pull\/\d+$/m,
  );
  assert.match(out, /^\s+- 🎪 [0-9a-f]{7} 🚦 running$/m);
}

needs.test("test-lifecycle plays a whole life in real containers, and leaves none", async () => {
  const done = await runShowtime(["test-lifecycle", "--speed", "100"]);

  assert.equal(done.code, 0, done.err);
  assertWholeLife(done.out);
  assert.match(done.out, /real containers/);
  assert.match(done.out, /answers: Add charts, commit [0-9a-f]{7}/);
  const commits = [...done.out.matchAll(/🎪 ([0-9a-f]{7}) 🚦 running/g)].map(([, sha = ""]) => sha);
  const { stdout } = await new Deno.Command("docker", {
    args: ["ps", "--all", "--format", "{{.Names}}"],
    stdout: "piped",
  }).output();
  const names = new TextDecoder().decode(stdout).split("\n");
  assert.ok(commits.length > 1);
  assert.deepEqual(names.filter((name) => commits.some((sha) => name.includes(sha))), []);
});

Deno.test("test-lifecycle plays the same life dry where no engine answers, and says so", async () => {
  const done = await runShowtime(["test-lifecycle", "77", "--speed", "100"], {
    env: { DOCKER_HOST: "unix:///nowhere/docker.sock" },
  });

  assert.equal(done.code, 0, done.err);
  assertWholeLife(done.out);
  assert.match(done.out, /played dry, because no Docker engine answers/);
  assert.match(done.out, /^A pull request, #77 "Add charts"/);
});

Deno.test("test-lifecycle --real-github plays on a free pull request, and refuses one with an environment", async () => {
  const pull = (number: number, labels: readonly string[]) => ({
    number,
    title: `Change ${number}`,
    author: "maxime",
    head: { sha: String(number).padStart(40, "a"), ref: `change-${number}`, repo: "acme/shop" },
    labels,
  });
  const simulator = await startSimulator({
    repository: "acme/shop",
    token_owner: "maxime",
    collaborators: { maxime: "admin" },
    pulls: [pull(1, ["bug"]), pull(2, ["🎪 aaaaaaa 🚦 running", "🎪 🎯 aaaaaaa"])],
  });
  try {
    const play = (...args: readonly string[]) =>
      runShowtime(["test-lifecycle", ...args, "--real-github", "--platform", "docker", "--dry-run-docker"], {
        env: simulator.env,
      });
    const labels = async () => (await simulator.state()).pulls.map((each) => each.labels);
    const before = await labels();

    const refused = await play("2", "--speed", "max");
    assert.equal(refused.code, 3, refused.err);
    assert.match(
      refused.err,
      /Playing on pull request #2: it has an environment, which the play would remove/,
    );
    const dry = await play("1", "--dry-run");
    assert.deepEqual([dry.code, /a dry run writes none/.test(dry.err)], [2, true], dry.err);
    assert.deepEqual(await labels(), before);

    const played = await play("1", "--speed", "max");
    assert.equal(played.code, 0, played.err);
    assert.match(played.out, /^\s+\+ 🎪 [0-9a-f]{7} 🚦 running$/m);
    assert.doesNotMatch(played.out, /\+ bug/);
    assert.deepEqual(await labels(), before);
  } finally {
    await simulator.stop();
  }
});

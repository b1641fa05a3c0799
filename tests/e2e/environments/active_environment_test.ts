/** The environment that people are sent to, on a real engine: lost, pruned, updated, or updated in vain. */

import assert from "node:assert/strict";
import { part } from "../../worlds/require.ts";
import { B, FREEZE, onStage, type Stage, START, statusOf } from "../../worlds/stage.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

const FLAG = "🎪 conf-enable-DARK";
/** The image exits or never answers with a flag of that name. */
const NEVER = "🎪 conf-enable-NEVER";
const CONFIG = `version: 1
platform: docker
build: { image: e2e-showtime }
environment:
  health: { timeout: 3s, interval: 100ms }
  flags: { prefix: FEATURE_, on: "on", off: "off" }
`;

async function engine(...args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command("docker", { args: [...args], stdout: "null", stderr: "null" })
    .output();
  assert.ok(success, args.join(" "));
}

const prune = (stage: Stage) => engine("image", "rm", "--force", `e2e-showtime:pr-${stage.pr}-aaaaaaa-ci`);
const lose = (stage: Stage) => engine("rm", "--force", `pr-${stage.pr}-aaaaaaa`);
const statuses = async (stage: Stage) => (await stage.labels()).filter((name) => name.includes("🚦"));

/** A runs and is frozen; B was pushed. */
async function frozen(stage: Stage): Promise<void> {
  const done = await stage.sync();
  assert.equal(done.code, 0, done.err);
  await stage.label({ add: [FREEZE] });
  await stage.push(B);
  assert.equal((await stage.sync()).code, 0);
}

needs.test("a flag after its image was pruned: it is built again, and nothing is pulled", async () => {
  await onStage({ labels: [START], config: CONFIG }, async (stage) => {
    assert.equal((await stage.sync()).code, 0);
    await prune(stage);
    await stage.label({ add: [FLAG] });

    const done = await stage.sync();

    assert.equal(done.code, 0, done.err);
    assert.match(done.out, /Its image is gone, so it is built again/);
    assert.equal(await stage.variable("FEATURE_DARK"), "on");
    assert.deepEqual(await statuses(stage), ["🎪 aaaaaaa 🚦 running"]);
  });
});

needs.test("a flag after its image was pruned, which cannot be built again: it runs on, and everything says so", async () => {
  await onStage({ labels: [START], config: CONFIG }, async (stage) => {
    assert.equal((await stage.sync()).code, 0);
    const address = await stage.address();
    await prune(stage);
    await stage.label({ add: [FLAG] });
    await Deno.writeTextFile(`${stage.folder}/Dockerfile`, "FROM scratch\nCOPY missing /\n");

    const done = await stage.run(["sync", String(stage.pr), "--json"]);

    assert.equal(done.code, 1, done.err);
    const told = JSON.parse(done.out);
    assert.equal(told.environment.status, "running");
    assert.match(told.error.message, /is running; the last update failed: /);
    assert.deepEqual(await statuses(stage), ["🎪 aaaaaaa 🚦 running"]);
    assert.equal(await stage.address(), address);
    assert.equal(await statusOf(address), 200);
    assert.match(await stage.comment(), /Running at .*is running; the last update failed: /s);
  });
});

needs.test("a flag on a frozen pull request reaches the environment that runs, one commit behind", async () => {
  await onStage({ labels: [START], config: CONFIG }, async (stage) => {
    await frozen(stage);
    await stage.label({ add: [FLAG] });

    const done = await stage.sync();

    assert.equal(done.code, 0, done.err);
    assert.equal(await stage.variable("FEATURE_DARK"), "on");
    assert.deepEqual(await statuses(stage), ["🎪 aaaaaaa 🚦 running"]);
    assert.doesNotMatch(done.err, /Building/);
    assert.match(await stage.comment(), /frozen/);
  });
});

needs.test("a frozen environment whose container is gone comes back from its image, at its new address everywhere", async () => {
  await onStage({ labels: [START], config: CONFIG }, async (stage) => {
    await frozen(stage);
    await lose(stage);

    const done = await stage.sync();

    assert.equal(done.code, 0, done.err);
    const address = await stage.address();
    assert.equal(await statusOf(address), 200);
    assert.match(await stage.comment(), new RegExp(`Running at \\[${address}\\]`));
    assert.equal((await stage.run(["url", String(stage.pr)])).out.trim(), `http://${address}`);
    assert.doesNotMatch(done.err, /Building/);
  });
});

needs.test("a frozen environment whose container and image are gone: no label, comment, deployment or command names it", async () => {
  await onStage({ labels: [START], config: CONFIG }, async (stage) => {
    await frozen(stage);
    const address = await stage.address();
    await lose(stage);
    const early = await stage.run(["url", String(stage.pr)]);
    assert.deepEqual([early.code, early.out], [1, ""]);
    for (const command of ["status", "list"]) {
      assert.ok(
        !(await stage.run([command, ...command === "status" ? [String(stage.pr)] : []])).out.includes(
          address,
        ),
      );
    }
    await prune(stage);

    const done = await stage.sync();

    assert.equal(done.code, 0, done.err);
    assert.match(done.out, /its image is gone/);
    assert.deepEqual(await statuses(stage), ["🎪 aaaaaaa 🚦 failed"]);
    assert.ok(!(await stage.labels()).some((name) => name.includes(address)));
    const [visible = ""] = (await stage.comment()).split("What happened");
    assert.ok(!visible.includes(address), visible);
    assert.match(visible, /its image is gone\. A start trigger builds bbbbbbb/);
    const url = await stage.run(["url", String(stage.pr)]);
    assert.deepEqual([url.code, url.out], [1, ""]);
    for (const command of ["status", "explain"]) {
      assert.ok(!(await stage.run([command, String(stage.pr)])).out.includes(address), command);
    }
    const explained = await stage.run(["explain", String(stage.pr), "--json"]);
    assert.equal(JSON.parse(explained.out).action_reason, "image_gone");
    assert.doesNotMatch(done.err, /Building|Pulling/);
  });
});

needs.test("a rebuild that fails: label, comment, terminal, summary and JSON say that it runs, and the exit code is 1", async () => {
  await onStage({ labels: [START], config: CONFIG }, async (stage) => {
    assert.equal((await stage.sync()).code, 0);
    const address = await stage.address();
    await stage.label({ add: [NEVER] });
    const summary = `${stage.folder}/summary.md`;

    const done = await stage.sync({ GITHUB_STEP_SUMMARY: summary });

    assert.equal(done.code, 1, done.err);
    assert.match(done.err, /is running; the last update failed: /);
    assert.match(done.out, /aaaaaaa running/);
    assert.match(await Deno.readTextFile(summary), /is running; the last update failed: /);
    assert.deepEqual(await statuses(stage), ["🎪 aaaaaaa 🚦 running"]);
    assert.equal(await stage.address(), address);
    assert.match(await stage.comment(), /is running; the last update failed: /);
    const status = await stage.run(["status", String(stage.pr)]);
    assert.match(status.out, /aaaaaaa running.*; the last update failed/);
    const [environment] =
      JSON.parse((await stage.run(["status", String(stage.pr), "--json"])).out).environments;
    assert.deepEqual([environment.status, environment.address], ["running", address]);
  });
});

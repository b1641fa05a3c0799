import assert from "node:assert/strict";
import { part } from "../worlds/require.ts";
import { B, containersOf, onStage, type Stage, START, statusOf } from "../worlds/stage.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

const HEALTH =
  "environment:\n  health: { timeout: 3s, interval: 200ms }\n  flags: { prefix: FEATURE_, on: 'on', off: 'off' }\n";
const QUICK = `version: 1\nplatform: docker\nbuild: { image: e2e-showtime }\n${HEALTH}`;

/** Checks that the first environment goes on serving after a failed update, and is the one people are sent to. */
async function assertFirstServes(stage: Stage, address: string): Promise<void> {
  assert.equal(await stage.address(), address);
  assert.equal(await statusOf(address), 200);
  assert.deepEqual(await containersOf(stage.pr), [`pr-${stage.pr}-aaaaaaa`]);
  const labels = await stage.labels();
  assert.ok(labels.includes("🎪 aaaaaaa 🚦 running"), labels.join(", "));
  assert.ok(labels.includes("🎪 bbbbbbb 🚦 failed"), labels.join(", "));
}

needs.test("a Dockerfile that fails: exit 1, the log in the comment, the first environment serves on", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    await stage.sync();
    const address = await stage.address();
    await Deno.writeTextFile(
      `${stage.folder}/Dockerfile`,
      `FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "no-such-applet-7"]\n`,
    );
    await stage.push(B);

    const done = await stage.sync();

    assert.equal(done.code, 1);
    assert.match(done.err, /error: /);
    const comment = await stage.comment();
    assert.match(comment, /The image could not be built/);
    assert.match(comment, /build_failed/);
    assert.match(comment, /no-such-applet-7/);
    await assertFirstServes(stage, address);
  });
});

needs.test("a failed commit is tried again once by itself, then waits for a trigger", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    await Deno.writeTextFile(`${stage.folder}/Dockerfile`, "FROM scratch\nCOPY nothing-there /x\n");
    assert.equal((await stage.sync()).code, 1);
    assert.equal((await stage.sync()).code, 1);

    const third = await stage.run(["sync", String(stage.pr), "--json"]);

    assert.equal(third.code, 0, third.err);
    assert.equal(JSON.parse(third.out).action_reason, "attempts_exhausted");
  });
});

needs.test("a container that never becomes healthy: exit 1, said so, the first environment serves on", async () => {
  await onStage({ labels: [START], config: QUICK }, async (stage) => {
    await stage.sync();
    const address = await stage.address();
    await stage.push(B);
    await stage.label({ add: ["🎪 conf-enable-NEVER"] });

    const done = await stage.sync();

    assert.equal(done.code, 1);
    assert.match(await stage.comment(), /did not become healthy/);
    await assertFirstServes(stage, address);
  });
});

needs.test("a container that ends at once: its exit code and last words are in the comment", async () => {
  await onStage({ labels: [START, "🎪 conf-enable-EXIT"], config: QUICK }, async (stage) => {
    const done = await stage.sync();

    assert.equal(done.code, 1);
    const comment = await stage.comment();
    assert.match(comment, /giving up: no database/);
    assert.match(`${done.err}${comment}`, /3/);
    assert.deepEqual(await containersOf(stage.pr), []);
    assert.ok((await stage.labels()).includes("🎪 aaaaaaa 🚦 failed"));
  });
});

needs.test("a flag change that fails leaves the running instance serving", async () => {
  await onStage({ labels: [START], config: QUICK }, async (stage) => {
    await stage.sync();
    const address = await stage.address();
    await stage.label({ add: ["🎪 conf-enable-NEVER"] });

    const done = await stage.sync();

    assert.equal(done.code, 1);
    assert.equal(await stage.address(), address);
    assert.equal(await statusOf(address), 200);
    assert.deepEqual(await containersOf(stage.pr), [`pr-${stage.pr}-aaaaaaa`]);
  });
});

needs.test("a port that another program has: exit 1, names it, the comment says so, the first environment serves on", async () => {
  await onStage({ labels: [START], config: QUICK }, async (stage) => {
    await stage.sync();
    const address = await stage.address();
    await stage.push(B);
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = other.addr;

    const done = await stage.sync({ SHOWTIME_DOCKER__PUBLISH: `127.0.0.1:${port}` });

    assert.equal(done.code, 1);
    assert.match(done.err, new RegExp(String(port)));
    assert.match(await stage.comment(), /port_taken/);
    await assertFirstServes(stage, address);
  });
});

needs.test("an image that is gone: exit 1, the comment says why, the first environment serves on", async () => {
  await onStage({ labels: [START], config: QUICK }, async (stage) => {
    await stage.sync();
    const address = await stage.address();
    await stage.push(B);

    const done = await stage.run([
      "start",
      String(stage.pr),
      "--image-tag",
      "no-such-repository.invalid/nothing:1",
    ]);

    assert.equal(done.code, 1);
    assert.match(await stage.comment(), /image_not_found/);
    await assertFirstServes(stage, address);
  });
});

needs.test("an engine that is not there: a clear error that names the socket, and nothing is changed", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    const done = await stage.sync({ DOCKER_HOST: "unix:///nowhere/docker.sock" });

    assert.equal(done.code, 1);
    assert.match(done.err, /\/nowhere\/docker\.sock/);
    assert.match(done.err, /hint: /);
    assert.deepEqual(await stage.labels(), [START]);
  });
});

needs.test("a work tree at another commit: exit 2 with the command that mends it, and nothing is changed", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    const git = (...args: string[]) =>
      new Deno.Command("git", {
        args: ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args],
        cwd: stage.folder,
        stdout: "null",
        stderr: "null",
      }).output();
    await git("init", "-q");
    await git("add", "-A");
    await git("commit", "-qm", "another");

    const done = await stage.sync();

    assert.equal(done.code, 2, done.err);
    assert.match(done.err, /git (?:fetch|checkout)/);
    assert.deepEqual(await stage.labels(), [START]);
  });
});

needs.test("malformed labels and a hostile title change nothing and reach no line unescaped", async () => {
  const labels = ["🎪 feedface rocks", "🎪 xyz789b 🚦 running", "🎪 ⌛ soon", "🎪 abc123f 🚦", START];
  const title = "::set-output name=x::y $(touch /tmp/x) `id` \u001b[31mred";
  await onStage({ labels, title }, async (stage) => {
    const done = await stage.sync();

    assert.equal(done.code, 0, done.err);
    const after = await stage.labels();
    for (const name of labels.slice(0, 4)) {
      assert.ok(after.includes(name), `${name} is gone: ${after.join(", ")}`);
    }
    const status = await stage.run(["status", String(stage.pr), "--verbose"]);
    assert.match(status.out + status.err, /feedface rocks/);
    assert.ok(!/^::set-output/m.test(status.out + status.err));
    assert.ok(!(status.out + status.err).includes("\u001b"));
  });
});

needs.test("a trigger by somebody who may not is taken off and explained, and nothing is built", async () => {
  await onStage({ labels: [] }, async (stage) => {
    await stage.label({ add: [START], actor: "tri" });

    const done = await stage.sync({ GITHUB_ACTIONS: "true", GITHUB_ACTOR: "maxime" });

    assert.equal(done.code, 3, done.err);
    assert.deepEqual((await stage.labels()).filter((name) => name === START), []);
    assert.match(await stage.comment(), /tri/);
    assert.deepEqual(await containersOf(stage.pr), []);
  });
});

needs.test("a commit pushed by a stranger after the trigger is not built", async () => {
  const pull = {
    head: { sha: "aaaaaaa000000000000000000000000000000000", ref: "charts", repo: "rando/fork" },
    pusher: "rando",
  };
  await onStage({ labels: [], pull }, async (stage) => {
    await stage.label({ add: [START], actor: "ana" });
    await stage.push(B, "rando");

    const done = await stage.run(["sync", String(stage.pr), "--json"]);

    assert.equal(JSON.parse(done.out).action_reason, "untrusted_commit");
    assert.deepEqual(await containersOf(stage.pr), []);
    assert.match(await stage.comment(), /trigger/);
  });
});

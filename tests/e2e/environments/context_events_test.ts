/** A pull request's context follows its environments on a real engine: what is posted, and what a dead server changes. */

import assert from "node:assert/strict";
import { appFile } from "../../worlds/contexts/pull_events_world.ts";
import { startSlack } from "../../worlds/contexts/slack_server.ts";
import { spawnShowtime } from "../../worlds/program/process.ts";
import { part } from "../../worlds/require.ts";
import { B, C, onStage, START, STOP } from "../../worlds/stage.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

/** A configuration that posts to a server. */
function configOf(url: string): string {
  return `version: 1
platform: docker
build: { image: e2e-showtime }
environment:
  health: { timeout: 20s, interval: 200ms }
context:
  slack: { url: "${url}" }
  templates: { notify: '{"text": {{ notify.message | tojson }}}' }
  http: { timeout: 1s, attempts: 1 }
  environments: { app: ci/app.yaml }
`;
}

needs.test("start, push, a failed build and stop post once each, and the context has what status prints", async () => {
  await using slack = startSlack();
  await onStage({ labels: [START], config: configOf(slack.url) }, async (stage) => {
    await Deno.mkdir(`${stage.folder}/ci`);
    await Deno.writeTextFile(`${stage.folder}/ci/app.yaml`, appFile());

    const first = await stage.sync();
    assert.equal(first.code, 0, first.err);
    const running = `running aaaaaaa at http://${await stage.address()}`;
    assert.deepEqual(slack.posts.splice(0), ["building aaaaaaa at None", running]);
    const context = ["--id", `pr-${stage.pr}`];
    const status = JSON.parse((await stage.run(["status", String(stage.pr), "--json"])).out);
    const shown = await stage.run(["context", "get", "state.environments.aaaaaaa", ...context]);
    assert.equal(shown.code, 0, shown.err);
    assert.deepEqual(JSON.parse(shown.out), status.environments[0]);

    const second = await stage.sync();
    assert.equal(second.code, 0, second.err);
    assert.deepEqual(slack.posts, []);

    await stage.push(B);
    const pushed = await stage.sync();
    assert.equal(pushed.code, 0, pushed.err);
    assert.deepEqual(slack.posts.splice(0), [
      "building bbbbbbb at None",
      `running bbbbbbb at http://${await stage.address()}`,
      "stopped aaaaaaa at None",
    ]);

    await Deno.writeTextFile(`${stage.folder}/Dockerfile`, "FROM busybox:latest\nRUN exit 7\n");
    await stage.push(C);
    const failed = await stage.sync();
    assert.equal(failed.code, 1, failed.out);
    assert.deepEqual(slack.posts.splice(0), ["building ccccccc at None", "failed ccccccc at None"]);
    const labels = await stage.labels();
    assert.ok(labels.includes("🎪 ccccccc 🚦 failed") && labels.includes("🎪 🎯 bbbbbbb"), labels.join(", "));

    await stage.label({ add: [STOP] });
    const stopped = await stage.sync();
    assert.equal(stopped.code, 0, stopped.err);
    assert.deepEqual(slack.posts, ["stopped bbbbbbb at None"]);
  });
});

needs.test("a server that does not answer costs a warning and some seconds, and nothing else", async () => {
  await using slack = startSlack();
  slack.mood = "hangs";
  await onStage({ labels: [START], config: configOf(slack.url) }, async (stage) => {
    await Deno.mkdir(`${stage.folder}/ci`);
    await Deno.writeTextFile(`${stage.folder}/ci/app.yaml`, appFile(["running"]));

    const done = await stage.sync();

    assert.equal(done.code, 0, done.err);
    assert.match(done.err, /running of aaaaaaa: notify: /);
    assert.ok((await stage.labels()).includes("🎪 aaaaaaa 🚦 running"));
    slack.mood = "takes";
    const again = await stage.sync();
    assert.equal(again.code, 0, again.err);
    assert.equal(new Set(slack.keys).size, 1, "the same Idempotency-Key");
    assert.equal(slack.posts.length, 2);
  });
});

needs.test("in Actions a store on this machine is exit code 2 before anything is built or written", async () => {
  await onStage({ labels: [START], config: configOf("http://127.0.0.1:9/post") }, async (stage) => {
    const done = await stage.sync({ GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: stage.folder });

    assert.equal(done.code, 2, done.out);
    assert.match(done.err, /sqlite keeps them on this machine, which ends with the workflow's job/);
    assert.match(done.err, /Make context\.datasources\.redis the primary, or remove context\.environments/);
    assert.deepEqual((await stage.simulator.requests()).filter(({ write }) => write), []);
    assert.deepEqual(await stage.labels(), [START]);
  });
});

needs.test("a run that is killed while it posts: the next sync sends the same request again, and no further one", async () => {
  await using slack = startSlack();
  slack.mood = "hangs";
  const config = configOf(slack.url).replace("timeout: 1s", "timeout: 60s");
  await onStage({ labels: [START], config }, async (stage) => {
    await Deno.mkdir(`${stage.folder}/ci`);
    await Deno.writeTextFile(`${stage.folder}/ci/app.yaml`, appFile(["running"]));
    const child = spawnShowtime(["sync", String(stage.pr)], {
      cwd: stage.folder,
      env: { ...stage.simulator.env, GITHUB_REPOSITORY: stage.repo },
    });
    const drained = [child.stdout, child.stderr].map((each) => each.pipeTo(new WritableStream()));
    while (slack.posts.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGKILL");
    await Promise.all([child.status, ...drained]);
    slack.mood = "takes";

    const next = await stage.sync();
    const last = await stage.sync();

    assert.deepEqual([next.code, last.code], [0, 0], next.err + last.err);
    assert.match(
      next.err,
      /notify may have been sent at .* it was sent again, with the same Idempotency-Key/,
    );
    assert.equal(slack.posts.length, 2);
    assert.equal(new Set(slack.keys).size, 1);
  });
});

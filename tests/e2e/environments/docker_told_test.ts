/** What people read on a pull request when its environment does not come up on a Docker engine, or not at once. */

import assert from "node:assert/strict";
import { part } from "../../worlds/require.ts";
import { freePort } from "../../worlds/docker/registry.ts";
import { A, B, C, containersOf, onStage, type Stage, START, statusOf } from "../../worlds/stage.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

const WAITS_SHORTLY = { SHOWTIME_ENVIRONMENT__HEALTH__TIMEOUT: "3s" };

async function setCommand(stage: Stage, command: string): Promise<void> {
  const path = `${stage.folder}/Dockerfile`;
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace(/^CMD .*$/m, `CMD ${command}`));
}

/** Reads what a text of the comment says without its Markdown. */
function plain(comment: string): string {
  return comment.replaceAll("\\", "").replaceAll("\u200b", "");
}

needs.test("a container that does not start: the engine's reason is in comment, label, Deployment, terminal and JSON", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    await setCommand(stage, '["/nope"]');

    const failed = await stage.sync();
    const json = await stage.run(["status", String(stage.pr), "--json"]);

    const reason = /exec: "\/nope": stat \/nope: no such file or directory/;
    assert.equal(failed.code, 1);
    assert.match(failed.err, reason);
    assert.match(plain(await stage.comment()), reason);
    assert.match(plain(await stage.comment()), /Correct CMD and ENTRYPOINT/);
    assert.ok((await stage.labels()).includes("🎪 aaaaaaa 🚦 failed"));
    assert.match(JSON.stringify(await stage.state()), /the image has no program/);
    const [failure] = JSON.parse(json.out).failures;
    assert.match(failure.message, reason);
    assert.match(failure.hint, /ENTRYPOINT/);
    assert.doesNotMatch(failed.err + await stage.comment(), /failed to start containers/);
    assert.deepEqual(await containersOf(stage.pr), []);
  });
});

needs.test("an application that listens on 127.0.0.1 in its container is told so", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    await setCommand(stage, '["httpd", "-f", "-p", "127.0.0.1:8080", "-h", "/www"]');

    const failed = await stage.sync(WAITS_SHORTLY);

    assert.equal(failed.code, 1);
    for (const text of [failed.err.replaceAll(/\s+/g, " "), plain(await stage.comment())]) {
      assert.match(text, /listens on 127\.0\.0\.1:8080 inside its container.*let it listen on 0\.0\.0\.0/);
    }
  });
});

needs.test("a fixed port is handed over with a word in the comment, and handed back by a push that fails", async () => {
  const port = freePort();
  const env = { SHOWTIME_DOCKER__PUBLISH: `127.0.0.1:${port}`, ...WAITS_SHORTLY };
  await onStage({ labels: [START] }, async (stage) => {
    assert.equal((await stage.sync(env)).code, 0);
    assert.doesNotMatch(await stage.comment(), /stops before/);
    await stage.push(B);

    const second = await stage.sync(env);

    assert.equal(second.code, 0, second.err);
    const gap = new RegExp(
      `127\\.0\\.0\\.1:${port}: pr-${stage.pr}-aaaaaaa stops before pr-${stage.pr}-bbbbbbb`,
    );
    assert.match(plain(await stage.comment()), gap);
    assert.match(second.err.replaceAll(/\s+/g, " "), gap);
    assert.equal(await stage.address(), `127.0.0.1:${port}`);
    assert.equal(await statusOf(await stage.address()), 200);
    assert.deepEqual(await containersOf(stage.pr), [`pr-${stage.pr}-bbbbbbb`]);

    await stage.push(C);
    await setCommand(stage, '["sleep", "60"]');
    const third = await stage.sync(env);

    assert.equal(third.code, 1);
    const labels = await stage.labels();
    assert.ok(labels.includes("🎪 ccccccc 🚦 failed") && labels.includes("🎪 🎯 bbbbbbb"), labels.join(", "));
    assert.equal(await stage.address(), `127.0.0.1:${port}`);
    assert.equal(await statusOf(await stage.address()), 200);
    assert.deepEqual(await containersOf(stage.pr), [`pr-${stage.pr}-bbbbbbb`]);
  });
});

needs.test("a link that only the engine's machine can open comes with a warning", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    const done = await stage.sync({ SHOWTIME_DOCKER__PUBLISH: "0.0.0.0" });
    const doctor = await stage.run(["doctor"], { SHOWTIME_DOCKER__PUBLISH: "0.0.0.0" });

    assert.equal(done.code, 0, done.err);
    const words =
      /docker\.publish is 0\.0\.0\.0.*leads to 127\.0\.0\.1:\d+, and only the engine's machine can open it/;
    assert.match(done.err.replaceAll(/\s+/g, " "), words);
    assert.match(plain(await stage.comment()), words);
    assert.match(
      doctor.out.replaceAll(/\s+/g, " "),
      /docker\.publish is 0\.0\.0\.0, so they lead to 127\.0\.0\.1/,
    );
  });
});

needs.test("a checkout with a changed file is not built, and the pull request hears of it once", async () => {
  await onStage({}, async (stage) => {
    const short = await stage.pushFolder();
    await stage.label({ add: [START] });
    const start = await Deno.readTextFile(`${stage.folder}/start`);
    await Deno.writeTextFile(`${stage.folder}/start`, `${start}# changed\n`);

    const refused = await stage.sync();

    assert.equal(refused.code, 2);
    assert.match(refused.err, /differ from that commit \(start\)/);
    assert.match(
      plain(await stage.comment()),
      new RegExp(`\`${short}\` was not built.*differ from that commit \\(start\\)`),
    );
    assert.ok((await stage.labels()).includes(START), "the trigger waits");
    const before = (await stage.simulator.requests()).length;

    assert.equal((await stage.sync()).code, 2);

    const writes = (await stage.simulator.requests()).slice(before).filter(({ write }) => write);
    assert.deepEqual(writes, []);
    await Deno.writeTextFile(`${stage.folder}/start`, start);
    const done = await stage.sync();
    assert.equal(done.code, 0, done.err);
    assert.doesNotMatch(plain(await stage.comment()).split("<details>")[0] ?? "", /was not built/);
    assert.notEqual(short, A.slice(0, 7));
  });
});

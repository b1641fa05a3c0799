/** From a push to a local Git repository to its build, with the server and a worker as processes. */

import assert from "node:assert/strict";
import { ask, logOf, makeServerPlace, trigger, untilBuild } from "../../worlds/builds/server_place.ts";

Deno.test("a push builds its commit: by a hook of Git after the commit, and by polling", async () => {
  await using place = await makeServerPlace({
    hooked: { exec: ["sh", "-c", "cat README; echo $SHOWTIME_SHA"] },
    polled: { exec: ["cat", "README"], on: { poll: { interval: "1s" } } },
  });
  const serve = await place.serve();
  await place.worker(serve);
  const { status } = await ask(serve, "POST /webhook?pipeline=polled");
  assert.equal(status, 200);
  assert.deepEqual((await ask(serve, "GET /api/v1/builds")).body.builds, [], "its `on` has no webhook");
  // The first look of a poll queues nothing; the server notes what it saw before it looks again.
  await untilPolled(place.here.folder);
  await place.here.writeProgram(
    "repo/.git/hooks/post-commit",
    `#!/bin/sh\nexec curl -fsS -X POST "${serve.url}/webhook?pipeline=hooked&changed-refs=$(git rev-parse HEAD)"\n`,
  );

  const sha = await place.commit("README", "The second text\n");

  const find = async (pipeline: string) =>
    (await ask(serve, `GET /api/v1/builds?pipeline=${pipeline}`)).body.builds[0]?.id as string | undefined;
  const hooked = await find("hooked");
  assert.ok(hooked !== undefined);
  const build = await untilBuild(serve, hooked, "passed");
  assert.deepEqual([build.sha, build.cause.kind, build.attempt], [sha, "webhook", 1]);
  assert.match(await logOf(serve, hooked), new RegExp(`hooked \\| The second text\nhooked \\| ${sha}\n`));
  let polled = await find("polled");
  for (let turn = 0; turn < 300 && polled === undefined; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    polled = await find("polled");
  }
  const second = await untilBuild(serve, polled ?? "", "passed");
  assert.deepEqual([second.sha, second.cause.kind], [sha, "poll"]);
  const { body } = await ask(serve, "GET /api/v1/builds");
  assert.equal(body.builds.length, 2);
});

/** Waits until the server has looked at a repository once, which its store notes. */
async function untilPolled(folder: string): Promise<void> {
  const { DatabaseSync } = await import("node:sqlite");
  for (let turn = 0; turn < 300; turn++) {
    const database = new DatabaseSync(`${folder}/.showtime/server/builds.db`, { readOnly: true });
    try {
      const row = database.prepare("SELECT COUNT(*) AS number FROM notes WHERE name LIKE 'poll %'").get();
      if (row?.["number"] === 1) return;
    } finally {
      database.close();
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("The server has not looked at the repository");
}

Deno.test("build trigger --wait shows the output and exits as the build does, with its secrets masked", async () => {
  await using place = await makeServerPlace({
    web: {
      exec: ["sh", "-c", 'printf "key ${NPM_TOKEN}\\n"; echo "sent by $SENDER"; exit "$CODE"'],
      secrets: ["NPM_TOKEN"],
    },
    tree: { file: "build.yml" },
    typo: { exec: ["true"], secrets: ["MISSING"] },
  });
  await place.here.write("secrets.env", "# for builds\n\nNPM_TOKEN=tok=en-1\n");
  await place.commit(
    "build.yml",
    "version: 1\nname: tree\nsteps: [{ name: a, run: 'echo one' }, { name: b, exec: [no-such-program] }]\n",
  );
  const serve = await place.serve(["-e", "secrets.env"]);
  await place.worker(serve);
  const wait = ["build", "trigger", "web", "--wait", "--env", "SENDER=tok=en-1"];

  const passed = await place.run(serve, [...wait, "--env", "CODE=0"]);
  const failed = await place.run(serve, [...wait, "--env", "CODE=7"]);
  const tree = await place.run(serve, ["build", "trigger", "tree", "--wait"]);
  const typo = await place.run(serve, ["build", "trigger", "typo", "--wait"]);
  const unknown = await place.run(serve, ["build", "trigger", "webb", "--wait"]);
  const shown = await place.run(serve, ["build", "show", "3"]);
  const listed = await place.run(serve, ["build", "list", "--state", "failed", "--json"]);
  const logs = await place.run(serve, ["build", "logs", "1"]);

  assert.deepEqual([passed.code, passed.out], [0, "web | key ***\nweb | sent by ***\n"]);
  assert.match(passed.err, /Build 1 of web \(main at [0-9a-f]{7}\): passed/);
  assert.equal(failed.code, 7, failed.err);
  assert.equal(tree.code, 1, tree.err);
  assert.match(tree.out, /^tree\/a \| one$/m);
  assert.equal(typo.code, 1);
  assert.match(typo.err, /Running typo: the server has no secret MISSING/);
  assert.equal(unknown.code, 1);
  assert.match(unknown.err, /there is no pipeline of this name[\s\S]*Did you mean web\?/);
  assert.match(
    shown.out,
    /Build 3 of tree .*: failed[\s\S]*tree {2}failed[\s\S]*a {2}passed[\s\S]*b {2}failed/,
  );
  assert.deepEqual(JSON.parse(listed.out).builds.map(({ id }: { id: string }) => id), ["4", "3", "2"]);
  assert.equal(logs.out, passed.out);
  const stored = [passed, failed, shown, listed, logs].map(({ out, err }) => out + err).join("");
  assert.doesNotMatch(stored, /tok=en-1/);
  const database = await Deno.readFile(`${place.here.folder}/.showtime/server/builds.db`);
  const log = await Deno.readFile(`${place.here.folder}/.showtime/server/builds.db-wal`).catch(() =>
    new Uint8Array()
  );
  const kept = new TextDecoder("latin1").decode(database) + new TextDecoder("latin1").decode(log);
  assert.ok(kept.includes("sent by ***"));
  // Variables that the person typed are part of the job. The value of the secret is in no event.
  assert.ok(!kept.includes("key tok=en-1") && !kept.includes("sent by tok=en-1"));
});

Deno.test("a rerun builds the same commit again, and a build that no worker can take says so", async () => {
  await using place = await makeServerPlace({
    web: { exec: ["cat", "README"] },
    arm: { exec: ["true"], "worker-tags": ["arm"] },
  });
  const serve = await place.serve();
  await place.worker(serve, ["--tags", "linux"]);
  const first = await trigger(serve, "web");
  const built = await untilBuild(serve, first, "passed");
  await place.commit("README", "Newer\n");

  const again = await place.run(serve, ["build", "rerun", first, "--json"]);
  const arm = await trigger(serve, "arm");

  assert.equal(again.code, 0, again.err);
  const second = await untilBuild(serve, JSON.parse(again.out).id, "passed");
  assert.deepEqual([second.sha, second.cause.rerun_of], [built.sha, first]);
  assert.match(await logOf(serve, second.id), /A repository/);
  const waiting = await place.run(serve, ["build", "show", arm]);
  assert.match(waiting.out, /queued: In the last minute no worker with arm has asked for work/);
});

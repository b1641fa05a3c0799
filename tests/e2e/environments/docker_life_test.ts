import assert from "node:assert/strict";
import { part } from "../../worlds/require.ts";
import {
  A,
  B,
  BLOCKED,
  C,
  containersOf,
  FREEZE,
  imagesOf,
  onStage,
  REPO,
  type Stage,
  START,
  statusOf,
  STOP,
  SYNC,
} from "../../worlds/stage.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

needs.test("sync brings a labelled pull request up, and the address on its label answers", async () => {
  await onStage({ labels: [START, "bug"] }, async (stage) => {
    const done = await stage.sync();

    assert.equal(done.code, 0, done.err);
    const labels = await stage.labels();
    assert.ok(labels.includes("🎪 aaaaaaa 🚦 running"), labels.join(", "));
    assert.ok(labels.includes("🎪 🎯 aaaaaaa"));
    assert.ok(labels.includes("🎪 showtime"));
    assert.ok(labels.includes("🎪 aaaaaaa 🤡 maxime"));
    assert.ok(labels.includes("🎪 aaaaaaa ⌛ 48h"));
    assert.ok(labels.includes("bug"));
    assert.ok(!labels.includes(START));
    assert.equal(await statusOf(await stage.address()), 200);
    assert.match(await stage.comment(), /Running at/);
    assert.ok(!(await stage.state()).labels.some(({ name }) => name.startsWith("🎪 lock")));
  });
});

needs.test("sync a second time writes nothing and takes at most 3 requests", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    await stage.sync();
    const before = (await stage.simulator.requests()).length;

    const done = await stage.sync();

    assert.equal(done.code, 0, done.err);
    const requests = (await stage.simulator.requests()).slice(before);
    assert.ok(requests.length <= 3, `${requests.length} requests`);
    assert.equal(requests.filter(({ write }) => write).length, 0);
  });
});

needs.test("a push brings a second environment up beside the first, which answers until people are moved", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    await stage.sync();
    const old = await stage.address();
    await stage.push(B);
    let refused = 0;
    let polling = true;
    const poll = (async () => {
      while (polling) {
        const address = await stage.address();
        const fine = await fetch(`http://${address}/health`).then(
          async (answer) => (await answer.text(), answer.ok),
          () => false,
        );
        if (!fine && address === await stage.address()) refused++;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();

    const done = await stage.sync();
    polling = false;
    await poll;

    assert.equal(done.code, 0, done.err);
    assert.equal(refused, 0);
    assert.notEqual(await stage.address(), old);
    const labels = await stage.labels();
    assert.ok(labels.includes("🎪 bbbbbbb 🚦 running"), labels.join(", "));
    assert.deepEqual(labels.filter((name) => name.includes("aaaaaaa")), []);
    assert.deepEqual(await containersOf(stage.pr), [`pr-${stage.pr}-bbbbbbb`]);
    assert.deepEqual(await imagesOf(stage.pr), [`e2e-showtime:pr-${stage.pr}-bbbbbbb-ci`]);
    assert.deepEqual((await stage.state()).labels.filter(({ name }) => name.includes("aaaaaaa")), []);
  });
});

needs.test("freeze holds the environment over pushes and says how far behind; thaw brings the newest", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    await stage.sync();
    await stage.label({ add: [FREEZE] });
    await stage.push(B);
    await stage.push(C);

    assert.equal((await stage.sync()).code, 0);
    assert.ok((await stage.labels()).includes("🎪 aaaaaaa 🚦 running"));
    assert.match(await stage.comment(), /2 commits behind/);

    await stage.label({ remove: [FREEZE] });
    assert.equal((await stage.sync()).code, 0);
    const labels = await stage.labels();
    assert.ok(labels.includes("🎪 ccccccc 🚦 running"), labels.join(", "));
    assert.deepEqual(await containersOf(stage.pr), [`pr-${stage.pr}-ccccccc`]);
  });
});

needs.test("a flag label and its removal reach the environment without a build, and its secret is kept", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    await stage.sync();
    const secret = await stage.variable("SECRET");
    await stage.label({ add: ["🎪 conf-enable-DARK_MODE"] });

    const on = await stage.sync();

    assert.equal(on.code, 0, on.err);
    assert.doesNotMatch(on.err, /Building/);
    assert.equal(await stage.variable("FEATURE_DARK_MODE"), "on");
    assert.equal(await stage.variable("SECRET"), secret);
    assert.notEqual(secret, "");

    await stage.label({ remove: ["🎪 conf-enable-DARK_MODE"] });
    assert.equal((await stage.sync()).code, 0);
    assert.equal(await stage.variable("FEATURE_DARK_MODE"), "");
    assert.deepEqual(await containersOf(stage.pr), [`pr-${stage.pr}-aaaaaaa`]);
  });
});

needs.test("X4: a secret of the environment that its application prints is in no log and in no comment", async () => {
  await onStage({ labels: [START, "🎪 conf-enable-TELL"] }, async (stage) => {
    await stage.sync();
    const secret = await stage.variable("SECRET");
    assert.equal(secret.length, 43);

    // Another process, which made nothing of it and can only find it.
    const logs = await stage.run(["logs", String(stage.pr), "--verbose"]);
    const json = await stage.run(["logs", String(stage.pr), "--json", "--tail", "5"]);
    await stage.label({ add: ["🎪 conf-enable-EXIT"] });
    const failed = await stage.sync();
    const status = await stage.run(["status", String(stage.pr), "--json"]);

    assert.match(logs.out, /^my secret: \*\*\*\.$/m);
    assert.match(json.out, /"my secret: \*\*\*\."/);
    assert.equal(failed.code, 1);
    assert.match(failed.err, /my secret: \*\*\*\./);
    assert.match(await stage.comment(), /my secret: \*\*\*\./);
    const record = /showtime:data ([\w+/=]+)/.exec(await stage.comment())?.[1] ?? "";
    const told = [logs, json, failed, status].flatMap(({ out, err }) => [out, err]);
    for (const text of [...told, await stage.comment(), atob(record)]) {
      assert.ok(!text.includes(secret), text);
    }
  });
});

needs.test("X4: what a variable of the run gives to an application is in no output and no comment, whatever its name", async () => {
  await onStage({ labels: [START, "🎪 conf-enable-TELL", "🎪 conf-enable-EXIT"] }, async (stage) => {
    const store = "postgres://me:o7Gq2sL9@db.example/shop";
    const env = { SHOWTIME_ENVIRONMENT__VARIABLES__STORE: store };

    const config = await stage.run(["config"], env);
    const failed = await stage.sync(env);

    assert.match(config.out, /^environment\.variables\.STORE\s+\(hidden\)/m);
    assert.equal(failed.code, 1);
    assert.match(await stage.comment(), /my store: \*\*\*\./);
    for (const text of [config.out, config.err, failed.out, failed.err, await stage.comment()]) {
      assert.ok(!/o7Gq2sL9/i.test(text), text);
    }
  });
});

needs.test("stop removes containers, images, labels and definitions, and leaves other people's labels", async () => {
  await onStage({ labels: [START, "bug"] }, async (stage) => {
    await stage.sync();
    await stage.label({ add: [STOP, START] });

    const done = await stage.sync();

    assert.equal(done.code, 0, done.err);
    assert.deepEqual(await stage.labels(), ["bug"]);
    assert.deepEqual(await containersOf(stage.pr), []);
    assert.deepEqual(await imagesOf(stage.pr), []);
    assert.deepEqual((await stage.state()).labels.filter(({ name }) => name.includes("aaaaaaa")), []);
    assert.match(await stage.comment(), /has been removed/);
  });
});

needs.test("closing removes everything whoever closed it, blocked or not", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    await stage.sync();
    await stage.label({ add: [BLOCKED] });
    await stage.simulator.control("pull", { pr: stage.pr, state: "closed" });

    const done = await stage.sync({
      GITHUB_ACTIONS: "true",
      GITHUB_ACTOR: "rando",
      GITHUB_TRIGGERING_ACTOR: "rando",
    });

    assert.equal(done.code, 0, done.err);
    assert.deepEqual(await stage.labels(), [BLOCKED]);
    assert.deepEqual(await containersOf(stage.pr), []);
  });
});

needs.test("a start label on a running environment rebuilds it in place under one name", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    await stage.sync();
    const old = await stage.address();
    await stage.label({ add: [START] });

    const done = await stage.sync();

    assert.equal(done.code, 0, done.err);
    assert.notEqual(await stage.address(), old);
    assert.deepEqual(await containersOf(stage.pr), [`pr-${stage.pr}-aaaaaaa`]);
    const labels = await stage.labels();
    assert.equal(labels.filter((name) => name.includes("🚦")).length, 1, labels.join(", "));
  });
});

needs.test("a container that was taken away comes back at the next sync", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    await stage.sync();
    await new Deno.Command("docker", { args: ["rm", "-f", `pr-${stage.pr}-aaaaaaa`], stdout: "null" })
      .output();

    const done = await stage.sync();

    assert.equal(done.code, 0, done.err);
    assert.equal(await statusOf(await stage.address()), 200);
    assert.doesNotMatch(done.err, /Building/);
  });
});

needs.test("cleanup removes what has expired by GitHub's clock, without a question", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    await stage.sync();
    await stage.simulator.control("clock", { advance: "49h" });

    const done = await stage.run(["cleanup"]);

    assert.equal(done.code, 0, done.err);
    assert.deepEqual(await containersOf(stage.pr), []);
    assert.deepEqual(await stage.labels(), []);
  });
});

needs.test("M1: two runs at once: one wins, the other exits 4 and names the owner", async () => {
  await onStage({}, async (stage) => {
    const short = await stage.pushFolder();
    await stage.label({ add: [START] });
    const runs = [["101", "1"], ["102", "1"]].map(([id, attempt]) =>
      stage.sync({
        GITHUB_ACTIONS: "true",
        GITHUB_ACTOR: "maxime",
        GITHUB_RUN_ID: `${id}`,
        GITHUB_RUN_ATTEMPT: `${attempt}`,
      })
    );

    const done = await Promise.all(runs);

    assert.deepEqual(done.map(({ code }) => code).sort(), [0, 4], done.map(({ err }) => err).join("\n"));
    const loser = done.find(({ code }) => code === 4);
    assert.match(loser?.err ?? "", /run 10[12], attempt 1/);
    assert.match(loser?.err ?? "", /actions\/runs\/10[12]/);
    assert.deepEqual(await containersOf(stage.pr), [`pr-${stage.pr}-${short}`]);
  });
});

needs.test("the lock of a run that is completed is taken over, and its work finished", async () => {
  const expiry = Math.floor(Date.now() / 1000) + 600;
  await onStage({
    labels: ["🎪 showtime", "🎪 aaaaaaa 🚦 building", "🎪 🏗️ aaaaaaa"],
  }, async (stage) => {
    const lock = `🎪 lock pr-${stage.pr}`;
    await fetch(`${stage.simulator.url}/repos/${REPO}/labels`, {
      method: "POST",
      headers: { authorization: "Bearer owner-token", "content-type": "application/json" },
      body: JSON.stringify({
        name: lock,
        color: "6A737D",
        description: `v1 n=deadbeef00 r=101/1 x=${expiry} u=maxime`,
      }),
    }).then((answer) => answer.text());
    await stage.simulator.control("run", { id: 101, status: "in_progress" });

    const early = await stage.sync();
    assert.equal(early.code, 4, early.err);
    assert.match(early.err, /run 101, attempt 1/);

    await stage.simulator.control("run", { id: 101, status: "completed" });
    const done = await stage.sync();
    assert.equal(done.code, 0, done.err);
    assert.ok((await stage.labels()).includes("🎪 aaaaaaa 🚦 running"));
    assert.ok(!(await stage.state()).labels.some(({ name }) => name === lock));
  });
});

needs.test("a sync trigger brings an environment up where none was, and is consumed", async () => {
  await onStage({ labels: [SYNC] }, async (stage) => {
    const done = await stage.sync();

    assert.equal(done.code, 0, done.err);
    const labels = await stage.labels();
    assert.ok(labels.includes("🎪 aaaaaaa 🚦 running") && !labels.includes(SYNC), labels.join(", "));
    assert.equal(A.slice(0, 7), "aaaaaaa");
  });
});

needs.test("in Actions, on a trigger by somebody else, creating takes at most 16 requests and updating 20", async () => {
  await onStage({ labels: [] }, async (stage) => {
    const actions = { GITHUB_ACTIONS: "true", GITHUB_ACTOR: "maxime", GITHUB_RUN_ID: "7" };
    const counted = async () => {
      const before = (await stage.simulator.requests()).length;
      const done = await stage.sync(actions);
      assert.equal(done.code, 0, done.err);
      return (await stage.simulator.requests()).length - before;
    };
    await stage.pushFolder();
    await stage.label({ add: [START], actor: "ana" });
    const creating = await counted();
    await stage.pushFolder();
    await stage.label({ add: [START], actor: "ana" });
    const updating = await counted();

    assert.ok(creating <= 16, `${creating} requests to create`);
    assert.ok(updating <= 20, `${updating} requests to update`);
  });
});

/** Everything that shows an address of the stage's environment. */
async function shownOf(stage: Stage): Promise<Readonly<Record<string, string>>> {
  const { deployments } = await stage.state();
  return {
    labels: (await stage.labels()).join("\n"),
    comment: await stage.comment(),
    deployment: JSON.stringify(deployments.at(-1)?.statuses.at(-1)),
    list: (await stage.run(["list", "--json"])).out,
    status: (await stage.run(["status", String(stage.pr), "--json"])).out,
  };
}

needs.test("after a container was restarted, one cleanup shows its new port everywhere", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    await stage.sync();
    const old = await stage.address();
    const [name = ""] = await containersOf(stage.pr);
    await engine(["restart", "--time", "0", name]);
    const port = (await engine(["port", name, "8080/tcp"])).split("\n")[0]?.trim() ?? "";
    assert.notEqual(port, old, "the engine gives another port");

    const done = await stage.run(["cleanup", "--json"]);

    assert.equal(done.code, 0, done.err);
    assert.deepEqual(JSON.parse(done.out).mended, [
      `the address of aaaaaaa of #${stage.pr}: it is ${port} now`,
    ]);
    for (const [where, text] of Object.entries(await shownOf(stage))) {
      assert.ok(!text.includes(old) && text.includes(port), `${where}: ${text}`);
    }
    assert.equal((await stage.run(["url", String(stage.pr)])).out.trim(), `http://${port}`);
    assert.equal(await statusOf(await stage.address()), 200);
    assert.ok(!(await stage.state()).labels.some(({ name }) => name.startsWith("🎪 lock")));
  });
});

needs.test("after a container was stopped, one cleanup shows its address nowhere", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    await stage.sync();
    const old = await stage.address();
    const [name = ""] = await containersOf(stage.pr);
    await engine(["stop", "--time", "0", name]);

    const done = await stage.run(["cleanup"]);

    assert.equal(done.code, 0, done.err);
    assert.match(done.out, /mended the address of aaaaaaa .* shown nowhere any more/);
    for (const [where, text] of Object.entries(await shownOf(stage))) {
      assert.ok(!text.includes(old), `${where}: ${text}`);
    }
    assert.match(await stage.comment(), /has no address/);
    assert.equal((await stage.run(["url", String(stage.pr)])).code, 1);
  });
});

/** Asks the engine, and returns what it prints. */
async function engine(args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("docker", { args: [...args] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** The next step that commands name, and the comment: it works as labels, commits and settings are. */

import assert from "node:assert/strict";
import { observePull } from "../../../src/environments/app/observe/observe_pull.ts";
import { formatRecord } from "../../../src/environments/core/comment/mod.ts";
import { shortSha } from "../../../src/lib/ids.ts";
import { AppError, EXIT } from "../../../src/lib/errors.ts";
import { runIn } from "../../worlds/cli_world.ts";
import { A, B, environment, makeWorld, never, PR, runningLabels, type World } from "../../worlds/world.ts";

const FREEZE = "🎪 🧊 showtime-freeze";
const BLOCKED = "🎪 🔒 showtime-blocked";

function world(labels: readonly string[], pull: Readonly<Record<string, unknown>> = {}): World {
  return makeWorld({ pull: { labels, ...pull }, platform: labels.length > 3 ? [environment(A)] : [] });
}

async function nextOf(on: World, argv: readonly string[]): Promise<string> {
  const { err } = await runIn(on, argv);
  return err.split("\n").filter((line) => /^(?:Next|hint): /.test(line)).join("\n").replace(
    /^(?:Next|hint): /gm,
    "",
  );
}

const BEHIND = { head: { sha: B, ref: "charts", repo: "apache/superset" } };
const FORK = { head: { sha: B, ref: "charts", repo: "rando/superset" }, pusher: "rando" };

for (const command of ["status", "explain"]) {
  Deno.test(`${command} of a blocked pull request names the label before what it prevents`, async () => {
    const none = await nextOf(world([BLOCKED]), [command, "1234"]);
    const older = await nextOf(world(["🎪 showtime-blocked"]), [command, "1234"]);
    const runs = await nextOf(world([...runningLabels(A), BLOCKED]), [command, "1234"]);
    const behind = await nextOf(world([...runningLabels(A), BLOCKED], BEHIND), [command, "1234"]);

    assert.equal(none, `take the label "${BLOCKED}" off, then "showtime start 1234" brings one up`);
    assert.match(older, /^take the label "🎪 showtime-blocked" off/);
    assert.match(runs, /^the label "🎪 🔒 showtime-blocked" holds back every update: take it off/);
    assert.match(behind, /^take the label "🎪 🔒 showtime-blocked" off, then "showtime sync 1234" goes on/);
  });

  Deno.test(`${command} of a frozen pull request says how it gets the newest commit`, async () => {
    const branch = await nextOf(world([...runningLabels(A), FREEZE], BEHIND), [command, "1234"]);
    const fork = await nextOf(world([...runningLabels(A), FREEZE], FORK), [command, "1234"]);

    assert.equal(
      branch,
      `"showtime start 1234" brings it to bbbbbbb in spite of the freeze; ` +
        `without the label "${FREEZE}" it follows pushes again`,
    );
    assert.doesNotMatch(fork, /follows pushes/);
  });

  Deno.test(`${command} of a commit that waits for approval says how it is approved`, async () => {
    assert.equal(
      await nextOf(world(runningLabels(A), FORK), [command, "1234"]),
      '"showtime start 1234" approves bbbbbbb and brings it up',
    );
  });

  Deno.test(`${command} of a closed pull request asks to reopen it first`, async () => {
    assert.match(
      await nextOf(world([], { state: "closed" }), [command, "1234"]),
      /reopen it, then "showtime start/,
    );
  });

  Deno.test(`${command} leads to doctor if the platform does not answer, and exits 5`, async () => {
    const on = world(runningLabels(A));
    on.platform.hooks.before("list", () => {
      throw new AppError("engine_unavailable", "Listing containers: no engine answers at unix:///x.sock");
    });

    const { code, err } = await runIn(on, [command, "1234"]);

    assert.equal(code, EXIT.incomplete);
    assert.match(err, /^warning: .*the labels say, unverified: .*no engine answers/m);
    assert.match(err, /^Next: "showtime doctor"/m);
  });
}

Deno.test("start on a blocked pull request exits 3 and names the label to take off", async () => {
  const { code, err } = await runIn(world([BLOCKED]), ["start", "1234"]);

  assert.equal(code, EXIT.refused);
  assert.match(err, /^Next: take the label "🎪 🔒 showtime-blocked" off, then "showtime start 1234"/m);
});

Deno.test("stop of a blocked pull request leaves a comment and a next step that name the label", async () => {
  const on = world([...runningLabels(A), BLOCKED]);

  const { err } = await runIn(on, ["stop", "1234"]);

  assert.match(err, /^Next: take the label "🎪 🔒 showtime-blocked" off/m);
  assert.match(on.comment(), /The label `🎪 🔒 showtime-blocked` blocks this pull request/);
  assert.match(on.comment(), /take that label off, then add `🎪 ⚡ showtime-trigger-start`/);
});

Deno.test("the comment of a closed pull request asks to reopen it before it names a label", async () => {
  const on = world(runningLabels(A), { state: "closed" });

  await runIn(on, ["sync", "1234"]);

  assert.match(on.comment(), /reopen it, then add the label `🎪 ⚡ showtime-trigger-start`/);
});

Deno.test("the comment of a frozen pull request names the label, the flags, and how far it is behind", async () => {
  const on = world([]);
  await runIn(on, ["start", "1234"]);
  on.simulator.label({ pr: PR, add: [FREEZE, "🎪 conf-enable-DARK"], actor: "maxime" });
  on.simulator.push({ pr: PR, sha: B, pusher: "ana" });

  await runIn(on, ["sync", "1234"]);

  const comment = on.comment();
  assert.match(comment, /It is 1 commit behind the newest commit\./);
  assert.match(comment, /\| Frozen \| by the label `🎪 🧊 showtime-freeze` \|/);
  assert.match(comment, /\| Flags \| DARK on \|/);
  assert.match(comment, /to follow pushes again, take `🎪 🧊 showtime-freeze` off/);
  assert.match(
    comment,
    /frozen by "🎪 🧊 showtime\\-freeze": aaaaaaa is 1 commit behind; taking that label off brings it/,
  );
});

Deno.test("the comment goes on saying that the last update failed, until an update succeeds", async () => {
  const on = world([]);
  await runIn(on, ["start", "1234"]);
  const { forge, ...context } = on.context();
  const look = { request: undefined, sha: undefined, held: undefined, people: new Map() };
  const { snapshot, comment, record } = await observePull({ forge, ...context }, PR, look, never());
  const failure = {
    sha: shortSha(A),
    reason: "unhealthy",
    message: "It answers 500",
    hint: "Look",
    at: 1,
  } as const;
  const body = comment?.body.replace(/<!-- showtime:data.*/s, formatRecord({ ...record, failure })) ?? "";
  await forge.write(snapshot, [{ kind: "comment", nodeId: comment?.nodeId, body }], never());
  on.simulator.label({ pr: PR, add: [FREEZE], actor: "maxime" });
  on.simulator.push({ pr: PR, sha: B, pusher: "ana" });

  await runIn(on, ["sync", "1234"]);
  const waiting = on.comment();
  const { out } = await runIn(on, ["status", "1234"]);
  await runIn(on, ["start", "1234"]);

  assert.match(waiting, /🟢 \*\*Running at .*🔴 The last update failed\./);
  assert.match(waiting, /It answers 500\. The environment above keeps serving\./);
  assert.match(out, /^🎯 aaaaaaa running; the last update failed, people are sent here$/m);
  assert.doesNotMatch(on.comment(), /The last update failed/);
});

Deno.test("the comment of a frozen fork does not say that taking the label off is enough", async () => {
  const on = world([...runningLabels(A), FREEZE], FORK);

  await runIn(on, ["sync", "1234"]);

  assert.doesNotMatch(on.comment(), /taking that label off brings it|follow pushes again/);
  assert.match(on.comment(), /a start or sync trigger brings it to bbbbbbb/);
});

Deno.test("the job's summary says the decision in words and what works next", async () => {
  const files = new Map<string, string>();
  const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: "/summary" };

  await runIn(world([...runningLabels(A), BLOCKED], BEHIND), ["sync", "1234"], { env, files });

  const summary = files.get("/summary") ?? "";
  assert.match(summary, /^### 🎪 Pull request 1234: nothing is built or deployed, because a label blocks/);
  assert.match(summary, /take that label off, then add `🎪 🔄 showtime-trigger-sync`/);
  assert.doesNotMatch(summary, /rolling|\bblocked:|no_action/);
});

Deno.test("the summary of a failed run begins with the failure, and says so if an older environment serves", async () => {
  const files = new Map<string, string>();
  const env = { GITHUB_STEP_SUMMARY: "/summary" };
  const fails = (on: World) =>
    on.images.hooks.before("build", () => {
      throw new AppError("build_failed", "Building the image: exit code 1", { hint: "Mend the Dockerfile" });
    });
  const first = world([]);
  fails(first);
  await runIn(first, ["start", "1234"], { env, files });
  const alone = files.get("/summary") ?? "";
  files.clear();
  const second = world([...runningLabels(A)], BEHIND);
  fails(second);
  await runIn(second, ["start", "1234"], { env, files });
  const serving = files.get("/summary") ?? "";

  assert.match(alone, /^### 🎪 Pull request 1234: it failed\n\n❌ Building the image: exit code 1/);
  assert.match(alone, /Next step: Mend the Dockerfile/);
  assert.doesNotMatch(alone, /Running/);
  assert.match(
    serving,
    /^### 🎪 Pull request 1234: the update failed, and the environment keeps running\n\n❌ /,
  );
  assert.match(serving, /🟢 \*\*Running\*\* at <http:\/\/10\.0\.0\.1:8080>/);
  assert.ok(serving.indexOf("❌") < serving.indexOf("🟢"));
});

/** The comment that mentions people when there is news, on a simulated GitHub. */

import assert from "node:assert/strict";
import { mendAddresses } from "../../../src/environments/app/cleanup/mend_addresses.ts";
import type { AppSettings } from "../../../src/environments/app/run.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { cleanIn, label, newsIn, remark, RUN_PAGE, START, STOP, syncIn } from "../../worlds/news.ts";
import { B, FORK, HOUR, makeWorld, never, PR, RUN_OF_FORK, type World } from "../../worlds/world.ts";

const ON: Partial<AppSettings> = { mention: "both" };

/** The texts of the news, without the hidden record and the addresses of links. */
function told(world: World): readonly string[] {
  return newsIn(world).map((body) => body.split("\n").slice(2).join("\n").replace(/\]\(http\S+?\)/g, "]"));
}

/** How many comments were made beside the main one. GitHub notifies people of each. */
function notified(world: World): number {
  const made = world.simulator.requests().flatMap(({ operations }) => operations)
    .filter((name) => name === "addComment").length;
  return made - 1;
}

async function running(settings = ON): Promise<World> {
  const world = makeWorld({ pull: { labels: [START] } });
  await syncIn(world, settings);
  return world;
}

const addressOf = (world: World) => `http://${world.platform.environments[0]?.address}`;
const ready = (world: World, short = "aaaaaaa") =>
  `@maxime @ana: 🟢 the preview of [\`${short}\`] is ready at ${addressOf(world)}`;

function failing(world: World, code: string): void {
  world.platform.hooks.before("deploy", () => {
    throw new AppError(code, "Starting it: @everybody broke it", { hint: "Read the log" });
  });
}

Deno.test("an environment that is ready is told once, with its address, to who asked and to the author", async () => {
  const world = await running();
  assert.deepEqual([told(world), notified(world)], [[ready(world)], 1]);
  await syncIn(world, ON);
  label(world, "🎪 conf-enable-X");
  await syncIn(world, ON);
  label(world, START);
  await syncIn(world, ON);
  assert.deepEqual([told(world), notified(world)], [[ready(world)], 1], "its address is the present one");
});

Deno.test("a failure, its end and a newer commit are news of their own, and the last comment goes", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  failing(world, "unhealthy");
  for (let run = 0; run < 3; run++) await syncIn(world, ON);
  const [failure = ""] = told(world);
  assert.match(
    failure,
    /^@maxime @ana: 🔴 the preview of \[`aaaaaaa`\] did not come up: The environment did not become healthy/,
  );
  assert.doesNotMatch(failure, /everybody/);
  assert.ok(newsIn(world)[0]?.includes(`([log](${RUN_PAGE}))`));
  assert.equal(notified(world), 1);
  world.platform.hooks.before("deploy", undefined);
  label(world, START);
  await syncIn(world, ON);
  assert.deepEqual([told(world), notified(world)], [[ready(world)], 2]);
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  await syncIn(world, ON);
  assert.deepEqual([told(world), notified(world)], [[ready(world, "bbbbbbb")], 3]);
  failing(world, "out_of_memory");
  label(world, START);
  await syncIn(world, ON);
  assert.match(
    told(world)[0] ?? "",
    /keeps running, but its last update failed: The environment ran out of memory/,
  );
  assert.equal(notified(world), 4);
});

Deno.test("a commit that waits for approval is told once, beside an environment that gets other settings", async () => {
  const world = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK] } });
  world.clock.advance(60_000);
  label(world, START);
  await syncIn(world, { mention: "requester" });
  assert.match(told(world)[0] ?? "", /^@maxime: 🟢/);
  world.simulator.push({ pr: PR, sha: B, pusher: "rando" });
  await syncIn(world, { mention: "requester" });
  assert.match(
    told(world)[0] ?? "",
    /^@maxime: ✋ `bbbbbbb` waits for approval: .*`🎪 ⚡ showtime-trigger-start`/,
  );
  const before = notified(world);
  label(world, "🎪 conf-enable-X");
  await syncIn(world, { mention: "requester" });
  assert.deepEqual([told(world).length, notified(world)], [1, before]);
  assert.match(told(world)[0] ?? "", /waits for approval/);
});

Deno.test("a commit that cannot be built is told once", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  world.images.check = () =>
    Promise.reject(
      new AppError("wrong_commit", "Building it: it lacks a commit", { exitCode: 2, hint: "Rebase" }),
    );
  for (let run = 0; run < 2; run++) await assert.rejects(syncIn(world, ON), { code: "wrong_commit" });
  assert.deepEqual([told(world).length, notified(world)], [1, 1]);
  assert.match(told(world)[0] ?? "", /^@ana: 🔴 the preview of `aaaaaaa` did not come up/);
});

Deno.test("when everything is removed, the comment with news goes too", async () => {
  const ends: readonly ((world: World) => Promise<unknown>)[] = [
    (world) => (label(world, STOP), syncIn(world, ON)),
    (world) => (world.simulator.pull({ pr: PR, state: "closed" }), syncIn(world, ON)),
    (world) => (world.clock.advance(49 * HOUR), cleanIn(world, ON)),
  ];
  for (const [index, end] of ends.entries()) {
    const world = await running();
    await end(world);
    assert.deepEqual([world.platform.environments, newsIn(world)], [[], []], `end ${index}`);
  }
});

Deno.test("a state is told again only after the environment was removed and asked for anew", async () => {
  const world = await running();
  label(world, STOP);
  await syncIn(world, ON);
  label(world, START);
  await syncIn(world, ON);
  assert.deepEqual([told(world), notified(world)], [[ready(world)], 2]);
});

Deno.test("an address that is mended is mended in the news, without a notification", async () => {
  const world = await running();
  const [before] = world.platform.environments;
  assert.ok(before);
  world.platform.plant({ ...before, address: "10.9.9.9:8080" });
  world.platform.lose(before.service);
  world.platform.plant({ ...before, address: "10.9.9.9:8080" });
  const outcome = { extended: [], warned: [], removed: [], mended: [], slept: [], kept: [], incomplete: [] };
  await mendAddresses(world.context({ settings: ON }), PR, { wanted: [], outcome }, never());
  assert.deepEqual([told(world), notified(world)], [[ready(world)], 1]);
  assert.ok(told(world)[0]?.endsWith("http://10.9.9.9:8080"));
});

Deno.test("a record that a stranger forged is not believed, and stays", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  const forged = "<!-- showtime:news aaaaaaa=ready -->\n\nforged";
  await remark(world, forged, { token: "rando-token" });
  await syncIn(world, ON);
  assert.deepEqual(told(world), ["forged", ready(world)]);
  assert.equal(notified(world), 1);
});

Deno.test("the comment is found on a later page of comments, and each state is told once", async () => {
  const world = await running();
  for (let at = 0; at < 130; at++) await remark(world, `Remark ${at}`, { token: "ana-token" });
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  await syncIn(world, ON);
  for (let at = 0; at < 130; at++) await remark(world, `More ${at}`, { token: "ana-token" });
  label(world, "🎪 conf-enable-X");
  await syncIn(world, ON);
  assert.deepEqual([told(world), notified(world)], [[ready(world, "bbbbbbb")], 2]);
});

Deno.test("news do without the main comment, and what is left of them goes when they are switched off", async () => {
  const world = await running({ ...ON, commentEnabled: false });
  assert.deepEqual(told(world), [ready(world)]);
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  await syncIn(world, {});
  assert.deepEqual(newsIn(world), []);
});

Deno.test("an answer that is lost after the comment was made does not make it twice", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  let lost = 0;
  await syncIn(world, ON, {
    wire: async (request, send) => {
      const body = await request.clone().text();
      const answer = await send(request);
      if (lost > 0 || !body.includes("showtime:news")) return answer;
      lost++;
      await answer.body?.cancel();
      return Response.json({ message: "Bad gateway" }, { status: 502 });
    },
  });
  assert.equal(lost, 1);
  assert.deepEqual([told(world), notified(world)], [[ready(world)], 1]);
});

/** What holds of a world that has come to rest, whatever happened on the way. */

import assert from "node:assert/strict";
import { parseTold } from "../../../../src/environments/core/news/mod.ts";
import { newsIn } from "../../../worlds/news.ts";
import type { Fate } from "../../../worlds/schedule/mod.ts";
import { A, B, environment, imageOf, PR, type World } from "../../../worlds/world.ts";

export const START = "🎪 ⚡ showtime-trigger-start";
export const STOP = "🎪 🛑 showtime-trigger-stop";
export const SLEEP = "🎪 💤 showtime-sleep";
export const SYNC = "🎪 🔄 showtime-trigger-sync";
export const FREEZE = "🎪 🧊 showtime-freeze";
export const LOCK = `🎪 lock pr-${PR}`;

const SHAS = [A, B];

/** Everything that is to hold once the pull request has come to rest at `short`, or at nothing. */
export function assertRests(
  world: World,
  short: string | undefined,
  { told = "", asleep = false }: { readonly told?: string; readonly asleep?: boolean } = {},
): void {
  const { environments } = world.platform;
  assert.deepEqual(environments.map((each) => each.short), short === undefined ? [] : [short], told);
  if (short !== undefined) assert.equal(environments[0]?.sleep !== undefined, asleep, `${told}: asleep`);
  assertLabelsRest(world, { short, address: environments[0]?.address, told, asleep });
}

/** The same of GitHub and the images alone, for an environment at `address`. */
export function assertLabelsRest(
  world: World,
  { short, address, told = "", asleep = false, images = world.images.stored }: {
    readonly short: string | undefined;
    readonly address: string | undefined;
    /** The images that there are, of the repository that the world's are in. */
    readonly images?: readonly string[];
    readonly told?: string;
    /** The environment is asleep: it has no address. */
    readonly asleep?: boolean;
  },
): void {
  const litter = world.definitions().filter((name) =>
    /lock|[0-9a-f]{7}/.test(name) && (short === undefined || !name.includes(short))
  );
  assert.deepEqual(litter, [], `${told}: definitions`);
  const labels = world.labels();
  if (short === undefined) {
    assert.deepEqual(images, [], `${told}: images`);
    assert.deepEqual(labels, ["bug"], told);
    const comment = world.comment();
    if (comment !== "") assert.match(comment, /removed/, told);
    return;
  }
  for (
    const name of [
      `🎪 ${short} 🚦 ${asleep ? "asleep" : "running"}`,
      `🎪 🎯 ${short}`,
      ...(asleep ? [] : [`🎪 ${short} 🌐 ${address}`]),
      "🎪 showtime",
    ]
  ) {
    assert.ok(labels.includes(name), `${told}: ${name} is not among ${labels.join(", ")}`);
  }
  assert.equal(labels.filter((name) => name.includes("🚦")).length, 1, `${told}: ${labels.join(", ")}`);
  assert.deepEqual(labels.filter((name) => /trigger|🏗|💤/u.test(name)), [], told);
  if (asleep) assert.deepEqual(labels.filter((name) => name.includes("🌐")), [], told);
  const sha = SHAS.find((each) => each.startsWith(short)) ?? assert.fail(`no such commit: ${short}`);
  assert.deepEqual(images, [imageOf(world.pr, environment(sha).short ?? assert.fail())], told);
  const shown = asleep ? "**Asleep**" : `${address}`;
  assert.ok(world.comment().includes(shown), `${told}: the comment does not name ${shown}`);
  const pull = world.simulator.state().pulls.find(({ number }) => number === world.pr);
  const comments = (pull?.comments ?? []).filter(({ body }) => !body.startsWith("<!-- showtime:news "));
  assert.equal(comments.length, 1, `${told}: one comment`);
}

/** How often a label was taken off the pull request. */
export function takenOff(world: World, name: string): number {
  const pull = world.simulator.state().pulls.find(({ number }) => number === PR);
  return (pull?.timeline ?? []).filter((event) =>
    event.event === "unlabeled" && "label" in event && event.label === name
  ).length;
}

/** How often the platform was told to bring up that commit. */
export function deploys(world: World, short: string): number {
  return world.platform.changes.filter((each) => each === `deploy pr-${PR}-${short}-service`).length;
}

/** What was told is true, and nothing was told twice. */
export function assertToldRight(
  world: World,
  { rest, runs, asleep }: {
    readonly rest: string | undefined;
    readonly runs: boolean;
    readonly asleep?: true;
  },
  { fate }: { readonly fate: Fate },
): void {
  const address = world.platform.environments[0]?.address;
  const news = newsIn(world);
  assert.deepEqual(
    news.map((body) => parseTold(body).at(-1)),
    rest === undefined ? [] : [{ sha: rest, state: "ready" }],
  );
  const shown = asleep === true ? "is asleep" : `http://${address}`;
  if (rest !== undefined) assert.ok(news[0]?.includes(shown), news[0]);
  // A request that arrives after it was given up makes a second comment, which the next run takes away.
  if (fate !== "late") assert.equal(notified(world), runs && rest?.startsWith("bbb") === true ? 2 : 1);
  for (const sha of [A, B]) {
    const written = world.simulator.state().statuses.filter((each) => each.sha === sha);
    const last = written.at(-1);
    if (last === undefined) continue;
    const serves = rest !== undefined && sha.startsWith(rest) && asleep !== true;
    assert.deepEqual(
      [last.state, last.target_url],
      ["success", serves ? `http://${address}` : null],
      `the status of ${sha}`,
    );
    const sleeps = asleep === true && sha.startsWith(rest ?? "-");
    assert.equal(last.description?.includes("is asleep"), sleeps, `${last.description}`);
  }
  const { headSha } = headOf(world);
  assert.ok(world.simulator.state().statuses.some(({ sha }) => sha === headSha), "the head has a status");
}

/** How many comments with news were made: beside the main comment, of which there is one. */
function notified(world: World): number {
  return world.simulator.requests().filter(({ status }) => status === 200)
    .flatMap(({ operations }) => operations).filter((name) => name === "addComment").length - 1;
}

function headOf(world: World): { readonly headSha: string } {
  const pull = world.simulator.state().pulls.find(({ number }) => number === world.pr) ?? assert.fail();
  return { headSha: pull.head.sha };
}

/** The pull request of the checked-out branch, on a simulated GitHub. */
import assert from "node:assert/strict";
import { findCurrentPull } from "../../src/environments/app/show/current_pull.ts";
import { AppError } from "../../src/lib/errors.ts";
import type { PushedBranch } from "../../src/ports/clone.ts";
import { makeWorld, type World } from "../worlds/world.ts";

const never = new AbortController().signal;

interface PullSeed {
  readonly number: number;
  readonly ref: string;
  readonly repo?: string;
  readonly state?: string;
}

function worldWith(pulls: readonly PullSeed[]): World {
  const seeded = pulls.map(({ number, ref, repo = "apache/superset", state = "open" }) => ({
    number,
    title: `Change ${number}`,
    author: "maxime",
    state,
    head: { sha: String(number).padStart(40, "a"), ref, repo },
    labels: [],
  }));
  return makeWorld({ seed: { pulls: seeded } });
}

/** Looks for the pull request of a branch, and counts the requests. */
async function find(world: World, pushed: Partial<PushedBranch> | undefined): Promise<{
  readonly found: unknown;
  readonly requests: number;
}> {
  const { forge, repo } = world.context();
  const branch = pushed === undefined
    ? undefined
    : { branch: "charts", url: "git@github.com:apache/superset.git", pull: undefined, ...pushed };
  const found = await findCurrentPull({
    clone: { pushed: () => Promise.resolve(branch) },
    forge: () => Promise.resolve(forge),
    repo: () => Promise.resolve(repo),
    example: "showtime status 1234",
  }, never).catch((error: unknown) => error);
  return { found, requests: forge.requestCount() };
}

Deno.test("findCurrentPull() finds the pull request by branch and owner, with one request", async () => {
  const world = worldWith([
    { number: 1, ref: "charts" },
    { number: 2, ref: "charts", repo: "ana/superset" },
    { number: 3, ref: "other" },
  ]);
  assert.deepEqual(await find(world, {}), { found: 1, requests: 1 });
  assert.deepEqual(await find(world, { url: "https://github.com/ana/superset" }), { found: 2, requests: 1 });
  assert.deepEqual(await find(world, { branch: "other", url: undefined }), { found: 3, requests: 1 });
  // A checkout of a pull request notes its number.
  assert.deepEqual(await find(world, { branch: "any", pull: 77 }), { found: 77, requests: 0 });
});

Deno.test("findCurrentPull() prefers the open one, and takes a closed one if there is no other", async () => {
  const closed = { ref: "charts", state: "closed" };
  assert.equal(
    (await find(worldWith([{ number: 1, ...closed }, { number: 2, ref: "charts" }]), {})).found,
    2,
  );
  assert.equal((await find(worldWith([{ number: 1, ...closed }]), {})).found, 1);
});

Deno.test("findCurrentPull() says why it finds none, and lists several", async () => {
  const cases:
    readonly (readonly [readonly PullSeed[], Partial<PushedBranch> | undefined, string, RegExp])[] = [
      [[], undefined, "no_current_branch", /no branch is checked out in this folder/],
      [
        [{ number: 1, ref: "x" }],
        {},
        "no_pull_of_branch",
        /apache\/superset has none whose head is "apache:charts"/,
      ],
      [
        [{ number: 1, ref: "charts" }, { number: 2, ref: "charts" }],
        {},
        "several_pulls_of_branch",
        /several have the head "apache:charts": #\d "Change \d", #\d "Change \d"$/,
      ],
      [
        [{ number: 1, ref: "charts", state: "closed" }, { number: 2, ref: "charts", state: "closed" }],
        {},
        "several_pulls_of_branch",
        /#\d "Change \d" \(closed\)/,
      ],
    ];
  for (const [pulls, pushed, code, message] of cases) {
    const { found } = await find(worldWith(pulls), pushed);
    assert.ok(found instanceof AppError, code);
    assert.deepEqual([found.code, found.exitCode], [code, 2]);
    assert.match(found.message, message);
    assert.equal(found.hint, 'Name the pull request, as in "showtime status 1234"');
  }
});

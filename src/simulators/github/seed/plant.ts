import { define, findDefinition } from "../state/labels.ts";
import type { SeedPull } from "./seed.ts";
import type { World } from "../state/world.ts";

/** Returns when a pull request was opened: now, or before the first workflow run of its head. */
function openedAt(world: World, { head }: SeedPull): number {
  const ofHead = world.seed.runs.filter((run) =>
    run.headSha === head.sha && run.headBranch === head.ref && run.headRepository === head.repo
  );
  return Math.min(world.now(), ...ofHead.flatMap(({ createdAt }) => createdAt ?? []));
}

/** Puts a pull request into the world, with its head commit, its labels and its comments. */
export function plantPull(world: World, pull: SeedPull): void {
  const at = openedAt(world, pull);
  const { sha, date = at } = pull.head;
  if (world.commits.get(sha) === undefined) {
    const message = pull.title;
    world.commits.put(sha, { sha, parent: pull.base, author: pull.pusher, message, at: date });
  }
  const labels = pull.labels.map((name) => (findDefinition(world, name) ?? define(world, { name })).id);
  const id = world.nextId();
  world.pulls.put(pull.number, {
    id,
    number: pull.number,
    title: pull.title,
    body: pull.body,
    author: pull.author,
    state: pull.state,
    merged: pull.merged,
    draft: pull.draft,
    headRef: pull.head.ref,
    headRepo: pull.head.repo,
    pusher: pull.pusher,
    baseSha: pull.base,
    commits: [sha],
    files: pull.files,
    labels: labels.sort((a, b) => a - b),
    timeline: [{ id: world.nextId(), kind: "commit", sha }],
    createdAt: at,
    updatedAt: at,
    closedAt: pull.state === "closed" ? at : null,
  });
  for (const comment of pull.comments) {
    const commentId = world.nextId();
    world.comments.put(commentId, {
      ...comment,
      id: commentId,
      pull: pull.number,
      createdAt: at,
      updatedAt: at,
    });
  }
}

/** Fills an empty world from its seed. */
export function plant(world: World): void {
  const at = world.now();
  let parent: string | undefined;
  for (const sha of world.seed.commits) {
    const message = `Commit ${sha.slice(0, 7)}`;
    world.commits.put(sha, { sha, parent, author: world.seed.tokenOwner, message, at });
    parent = sha;
  }
  for (const label of world.seed.labels) define(world, label);
  for (const pull of world.seed.pulls) plantPull(world, pull);
  for (const run of world.seed.runs) {
    const { createdAt = at } = run;
    world.runs.put(run.id, { ...run, event: "pull_request", createdAt, updatedAt: createdAt });
  }
}

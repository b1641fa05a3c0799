/** A stranger's pull request, and what its world knows about approval without the program's rules. */

import type { RunEvent } from "../../../../src/environments/core/plan/mod.ts";
import { fullSha } from "../../../../src/lib/ids.ts";
import { FORK, makeWorld, PR, RUN_OF_FORK, type RunChange, type World } from "../../../worlds/world.ts";
import { RUNS } from "./exclusion.ts";
import { START } from "./rests.ts";

/** The accounts that act, with their roles. The two bots do what anybody asks of them in a comment. */
const ROLES: Readonly<Record<string, string>> = {
  maxime: "admin",
  ana: "write",
  tri: "triage",
  rando: "read",
  "renovate[bot]": "triage",
};
const MAY_ASK = ["admin", "maintain", "write"];

/** How far apart two acts are: GitHub's times are whole seconds. */
const APART_MS = 2_000;

/** What a world remembers of what happened in it. */
export interface HostileWorld {
  readonly world: World;
  /** The commits that were the head when a person who may ask set a trigger. */
  readonly approved: Set<string>;
  /** The commits that were built or deployed. */
  readonly used: Set<string>;
  /** The event of the last act, as GitHub sends it to a workflow. */
  event: RunEvent | undefined;
}

/** Makes the world: the timeline has commits where their own dates belong. */
export function makeHostileWorld(): HostileWorld {
  const world = makeWorld({
    pull: FORK,
    seed: {
      collaborators: ROLES,
      tokens: {
        "bot-token": "github-actions[bot]",
        "rando-token": "rando",
        "renovate-token": "renovate[bot]",
      },
      timeline_order: "commit_dates",
      runs: [...RUNS, RUN_OF_FORK],
    },
  });
  const hostile: HostileWorld = { world, approved: new Set(), used: new Set(), event: undefined };
  const build = world.images.build.bind(world.images);
  world.images.build = (request, signal) => (hostile.used.add(request.sha), build(request, signal));
  const deploy = world.platform.deploy.bind(world.platform);
  world.platform.deploy = (
    spec,
    options,
    signal,
  ) => (hostile.used.add(spec.sha), deploy(spec, options, signal));
  return hostile;
}

/** The head commit of the pull request. */
export function headOf({ world }: HostileWorld): string {
  return world.simulator.state().pulls[0]?.head.sha ?? "";
}

/** Sets labels, and notes what a trigger among them approves. */
export function setLabels(
  hostile: HostileWorld,
  { add, actor }: { readonly add: readonly string[]; readonly actor: string },
): void {
  const { world } = hostile;
  world.clock.advance(APART_MS);
  world.simulator.label({ pr: PR, add, actor });
  if (add.includes(START) && MAY_ASK.includes(ROLES[actor] ?? "")) hostile.approved.add(headOf(hostile));
  const [label] = add;
  hostile.event = {
    action: "labeled",
    headSha: fullSha(headOf(hostile)),
    sender: actor,
    label,
    at: world.clock.now(),
  };
  world.clock.advance(APART_MS);
}

/** Takes labels off. */
export function takeOff(
  hostile: HostileWorld,
  { remove, actor }: { readonly remove: readonly string[]; readonly actor: string },
): void {
  const { world } = hostile;
  world.clock.advance(APART_MS);
  world.simulator.label({ pr: PR, remove, actor });
  hostile.event = { action: "unlabeled", headSha: fullSha(headOf(hostile)), sender: actor, label: remove[0] };
}

/** The stranger pushes a commit, with a date of their choice. */
export function push(
  hostile: HostileWorld,
  sha: string,
  options: { readonly date?: number; readonly force?: boolean } = {},
): void {
  const { world } = hostile;
  if (headOf(hostile) === sha) return;
  world.clock.advance(APART_MS);
  world.simulator.push({ pr: PR, sha, pusher: "rando", ...options });
  hostile.event = { action: "synchronize", headSha: fullSha(sha), sender: "rando", label: undefined };
  world.clock.advance(APART_MS);
}

/** Posts a comment as the owner of a token. */
export async function comment(
  { world }: HostileWorld,
  { token, body }: { readonly token: string; readonly body: string },
): Promise<void> {
  await world.simulator.handle(
    new Request(`https://github.example/api/v3/repos/apache/superset/issues/${PR}/comments`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ body }),
    }),
  );
}

/** A run in Actions, with the workflow's own token. */
export function workflowRun(id: number, event: RunEvent | undefined): RunChange {
  return {
    token: "bot-token",
    inActions: true,
    actor: event?.sender ?? "maxime",
    run: { id, attempt: 1 },
    event,
  };
}

/** The news of a world's pull request: who is told what, in statuses and comments. */

import assert from "node:assert/strict";
import { applyCleanup } from "../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../src/environments/app/cleanup/cleanup.ts";
import type { AppSettings } from "../../src/environments/app/run.ts";
import type { SyncResult } from "../../src/environments/app/sync/sync_pull.ts";
import { never, REPO, type RunChange, type World } from "./world.ts";

export const START = "🎪 ⚡ showtime-trigger-start";
export const STOP = "🎪 🛑 showtime-trigger-stop";
/** The page of the workflow run that {@link syncIn} plays. */
export const RUN_PAGE = "https://github.example/apache/superset/actions/runs/101";

/** Syncs with these settings, as maxime's workflow run. */
export function syncIn(
  world: World,
  settings: Partial<AppSettings>,
  options: RunChange = {},
): Promise<SyncResult> {
  return world.sync(
    world.context({ inActions: true, actor: "maxime", run: { id: 101, attempt: 1 }, settings, ...options }),
  );
}

/** Cleans up with these settings. */
export async function cleanIn(world: World, settings: Partial<AppSettings>): Promise<void> {
  const context = world.context({ settings });
  const plan = await planCleanup(context, WHOLE_CLEANUP, never());
  await applyCleanup(context, plan, { approved: plan.candidates.map(({ id }) => id) }, never());
}

/** Adds a label to the pull request. */
export function label(world: World, name: string): void {
  world.simulator.label({ pr: world.pr, add: [name], remove: [], actor: "maxime" });
}

/** The statuses of a commit in the order in which they were written. */
export function statusesOf(world: World, sha: string): readonly string[] {
  return world.simulator.state().statuses.filter((each) => each.sha === sha && each.context === "showtime")
    .map(({ state, description, target_url }) =>
      `${state}: ${description}${target_url === null ? "" : ` ${target_url}`}`
    );
}

/** The status that says where the world's only environment runs. */
export function runsHere(world: World): string {
  return `success: The environment is running http://${world.platform.environments[0]?.address}`;
}

/** The comments with news on the pull request. */
export function newsIn(world: World): readonly string[] {
  const pull = world.simulator.state().pulls.find(({ number }) => number === world.pr);
  return (pull?.comments ?? []).map(({ body }) => body).filter((body) =>
    body.startsWith("<!-- showtime:news ")
  );
}

/** Comments on the pull request as the owner of a token. */
export async function remark(
  world: World,
  body: string,
  { token }: { readonly token: string },
): Promise<void> {
  const url = `https://github.example/api/v3/repos/${REPO}/issues/${world.pr}/comments`;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const request = new Request(url, { method: "POST", headers, body: JSON.stringify({ body }) });
  assert.equal((await world.simulator.handle(request)).status, 201);
}

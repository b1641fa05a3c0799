/** Statuses of commits on a simulated GitHub. */

import assert from "node:assert/strict";
import type { AppError } from "../../../src/lib/errors.ts";
import type { CommitStatus } from "../../../src/ports/commit_status.ts";
import { assertConforms } from "../../worlds/github/conformance.ts";
import { gates, simulate, type SimulatedForge } from "../../worlds/github/github.ts";

const NEVER = new AbortController().signal;

function headOf({ simulator }: SimulatedForge): string {
  const [pull] = simulator.state().pulls;
  assert.ok(pull);
  return pull.head.sha;
}

function statusOn(sha: string, changed: Partial<CommitStatus> = {}): CommitStatus {
  return { sha, context: "showtime/web", state: "pending", description: "runs", url: undefined, ...changed };
}

Deno.test("the newest status of a context counts, and an address is shown", async () => {
  const world = simulate();
  const sha = headOf(world);
  const statuses = world.commitStatuses();
  await statuses.write(statusOn(sha), NEVER);
  await statuses.write(statusOn(sha, { state: "success", url: "https://ci.example/builds/1" }), NEVER);
  await statuses.write(statusOn(sha, { context: "showtime/docs", state: "failure" }), NEVER);
  const shown = world.simulator.state().statuses.map(({ context, state, target_url }) =>
    `${context} ${state} ${target_url}`
  );
  assert.deepEqual(shown, [
    "showtime/web pending null",
    "showtime/web success https://ci.example/builds/1",
    "showtime/docs failure null",
  ]);
});

Deno.test("a long description is cut, and line breaks become spaces", async () => {
  const world = simulate();
  await world.commitStatuses().write(
    statusOn(headOf(world), { description: `a\nb ${"🎪".repeat(200)}` }),
    NEVER,
  );
  const [status] = world.simulator.state().statuses;
  assert.equal(Array.from(status?.description ?? "").length, 140);
  assert.ok(status?.description.startsWith("a b 🎪"));
});

Deno.test("a token without the permission, and a commit that is not there, are refused with what to do", async () => {
  const world = simulate();
  const refused = (hint: RegExp) => (error: AppError) =>
    error.code === "status_refused" && hint.test(error.hint ?? "");
  const unknown = world.commitStatuses().write(statusOn("f".repeat(40)), NEVER);
  await assert.rejects(unknown, refused(/commit is in the repository/));
  const reader = world.commitStatuses({ token: "tri-token" });
  const forbidden = reader.write(statusOn(headOf(world)), NEVER);
  await assert.rejects(forbidden, refused(/statuses \(write\): in a workflow `statuses: write`/));
});

Deno.test("all requests about statuses conform to GitHub's description", () => {
  assertConforms(gates);
});

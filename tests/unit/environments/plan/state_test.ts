import assert from "node:assert/strict";
import {
  decideShaState,
  type PlatformPresence,
  type ShaState,
  viewShas,
} from "../../../../src/environments/core/plan/mod.ts";
import { parseLabel } from "../../../../src/environments/core/labels/mod.ts";
import { shortSha } from "../../../../src/lib/ids.ts";
import { A, deployed, labelsOf, observe } from "../../../worlds/observation.ts";

type LabelSays = Parameters<typeof decideShaState>[0];

/**
 * A status of the labels, and the states for a platform that has it healthy, has it unhealthy, lacks it, and has it marked as
 * asleep.
 */
const TABLE: readonly (readonly [LabelSays, ShaState, ShaState, ShaState, ShaState])[] = [
  [undefined, "running", "in_progress", "absent", "asleep"],
  ["building", "in_progress", "in_progress", "in_progress", "in_progress"],
  ["built", "in_progress", "in_progress", "in_progress", "in_progress"],
  ["deploying", "in_progress", "in_progress", "in_progress", "in_progress"],
  ["updating", "in_progress", "in_progress", "in_progress", "in_progress"],
  ["running", "running", "drifted", "drifted", "drifted"],
  ["asleep", "asleep", "asleep", "drifted", "asleep"],
  ["failed", "failed", "failed", "failed", "failed"],
  ["unknown", "failed", "failed", "failed", "failed"],
  ["stopping", "stopping", "stopping", "stopping", "stopping"],
];
const PRESENCES: readonly PlatformPresence[] = ["healthy", "unhealthy", "missing", "asleep"];

for (const [says, ...states] of TABLE) {
  for (const [index, presence] of PRESENCES.entries()) {
    Deno.test(`decideShaState() takes labels that say ${says ?? "nothing"} with a platform that has it ${presence} for ${states[index]}`, () => {
      assert.equal(decideShaState(says, presence), states[index]);
    });
  }
}

Deno.test("viewShas() puts labels and platform of one SHA together", () => {
  const views = viewShas(
    observe({ labels: labelsOf(A, "running"), platform: [deployed(A, { healthy: false })] }),
  );
  assert.deepEqual([...views.values()].map((view) => [view.short, view.state]), [["aaaaaaa", "drifted"]]);
});

Deno.test("viewShas() treats a status that is not known as failed", () => {
  const name = "🎪 aaaaaaa 🚦 dancing";
  assert.equal(parseLabel(name).kind, "unknown_status");
  assert.equal(viewShas(observe({ labels: [name] })).get(shortSha(A))?.state, "failed");
});

Deno.test("viewShas() takes the platform to be as the labels say if it was not asked", () => {
  const state = (status: string) =>
    viewShas(observe({ labels: labelsOf(A, status), platform: "as_labels" })).get(shortSha(A))?.state;
  assert.deepEqual(["running", "deploying", "failed", "stopping"].map(state), [
    "running",
    "in_progress",
    "failed",
    "stopping",
  ]);
});

Deno.test("viewShas() ignores a service without the tag", () => {
  assert.equal(viewShas(observe({ platform: [deployed(A, { managed: false })] })).size, 0);
});

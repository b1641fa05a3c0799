import assert from "node:assert/strict";
import { planPull, type Request } from "../../../../src/environments/core/plan/mod.ts";
import { A, B, deployed, HOUR, labelsOf, NOW, observe, POLICY } from "../../../worlds/observation.ts";

const RUNNING = { labels: labelsOf(A, "running"), platform: [deployed(A)] };
const asked = (comment: Request["comment"], trigger: Request["trigger"] = "start"): Request => ({
  trigger,
  force: true,
  comment,
});

Deno.test("a command in a comment brings up the commit that it approves", () => {
  const plan = planPull(observe({ request: asked({ at: NOW - HOUR, approves: A }) }), POLICY);
  assert.deepEqual([plan.rule, plan.reason, plan.build], [7, "start_requested", true]);
});

Deno.test("a command in a comment that approves another commit builds nothing, and the comment says so", () => {
  for (
    const [comment, why] of [
      [{ at: NOW - HOUR, approves: B }, /The command was written on an earlier commit/],
      [{ at: NOW - HOUR, doubt: "unseen" as const }, /before the command was written/],
      [{ at: NOW - HOUR, doubt: "unreadable" as const }, /actions: read/],
    ] as const
  ) {
    const plan = planPull(observe({ request: asked(comment) }), POLICY);
    assert.deepEqual([plan.reason, plan.build, plan.action], ["untrusted_commit", false, "no_action"]);
    assert.deepEqual(plan.steps.map(({ kind }) => kind), ["notice"]);
    assert.match(plan.because.join(), why);
  }
});

Deno.test("a command in a comment on a trusted commit needs no approval, and a stop never does", () => {
  const comment = { at: NOW - HOUR, doubt: "unseen" } as const;
  const own = observe({ headRepo: "apache/superset", request: asked(comment) });
  assert.equal(planPull(own, POLICY).reason, "start_requested");
  const stop = observe({ ...RUNNING, request: asked(comment, "stop") });
  assert.equal(planPull(stop, POLICY).reason, "stop_requested");
});

Deno.test("a start in a comment rebuilds what ran before it, and not what came up since", () => {
  const before = observe({ ...RUNNING, request: asked({ at: NOW, approves: A }) });
  assert.equal(planPull(before, POLICY).reason, "rebuild_requested");
  const since = observe({ ...RUNNING, request: asked({ at: NOW - 2 * HOUR, approves: A }) });
  assert.equal(planPull(since, POLICY).reason, "up_to_date");
});

Deno.test("a time-to-live counts from the newest deployment if it is configured so, and else from the creation", () => {
  const request = asked(undefined);
  for (
    const [ttlFrom, createdAt] of [
      ["deployed", NOW],
      ["created", Date.UTC(2024, 0, 15, 10)],
      [undefined, Date.UTC(2024, 0, 15, 10)],
    ] as const
  ) {
    const plan = planPull(observe({ ...RUNNING, request }), { ...POLICY, ttlFrom });
    const step = plan.steps.find((each) => each.kind === "record_intent");
    assert.equal(step?.bringUp.createdAt, createdAt, ttlFrom);
  }
});

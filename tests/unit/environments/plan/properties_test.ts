import assert from "node:assert/strict";
import fc from "fast-check";
import type { FullSha } from "../../../../src/lib/ids.ts";
import { shortSha } from "../../../../src/lib/ids.ts";
import { parseServiceName, serviceNameOf } from "../../../../src/environments/core/environment/names.ts";
import { readLabels } from "../../../../src/environments/core/labels/mod.ts";
import { type Observation, planPull, viewShas } from "../../../../src/environments/core/plan/mod.ts";
import {
  A,
  B,
  BLOCKED,
  C,
  deployed,
  FREEZE,
  HOUR,
  legacyService,
  NOW,
  observe,
  POLICY,
  SLEEP,
  START,
  STOP,
  SYNC,
} from "../../../worlds/observation.ts";
import { playPlan, settle } from "../../../worlds/play_plan.ts";
import { mayBecome } from "../../../worlds/transitions.ts";

const STATUSES = [
  "building",
  "built",
  "deploying",
  "updating",
  "running",
  "asleep",
  "failed",
  "stopping",
  "dancing",
] as const;
const SHAS = [A, B, C];
/** Enough runs to meet the rare worlds: one in some hundreds shows the effect of a single wrong label. */
const RUNS = { numRuns: 2000 };

const pieces = (sha: FullSha) => {
  const short = shortSha(sha);
  return [
    ...STATUSES.map((status) => `🎪 ${short} 🚦 ${status}`),
    `🎪 ${short} 📅 2024-01-15T10-00`,
    `🎪 ${short} ⌛ 24h`,
    `🎪 ${short} 🤡 ana`,
    `🎪 ${short} 🌐 10.0.0.7:8080`,
    `🎪 🎯 ${short}`,
    `🎪 🏗️ ${short}`,
  ];
};

const labelName = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...SHAS.flatMap(pieces)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      START,
      SYNC,
      SLEEP,
      FREEZE,
      "🎪 showtime",
      "🎪 conf-enable-X",
      "🎪 ⌛ 7d",
      "bug",
      "🎪 party",
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(STOP, BLOCKED) },
);
const service = fc.record({
  sha: fc.constantFrom(...SHAS),
  healthy: fc.boolean(),
  managed: fc.boolean(),
  unsettled: fc.boolean(),
  // Now and then it is stopped, with and without a mark.
  sleep: fc.constantFrom(undefined, undefined, { marked: true, cause: "schedule" as const }, {
    marked: false,
  }),
  large: fc.boolean(),
});

/** Any pull request in any state. */
const observation: fc.Arbitrary<Observation> = fc.record({
  labels: fc.uniqueArray(labelName, { maxLength: 14 }),
  services: fc.uniqueArray(service, { maxLength: 3, selector: (each) => each.sha }),
  legacy: fc.boolean(),
  setter: fc.constantFrom("maxime", "ana", "tri", "rando"),
  actor: fc.constantFrom("maxime", "rando", undefined),
  open: fc.boolean(),
  own: fc.boolean(),
  mine: fc.boolean(),
  tried: fc.integer({ min: 0, max: 3 }),
  image: fc.constantFrom(true, false, undefined),
  activeImage: fc.constantFrom(true, false, undefined),
  recorded: fc.subarray(SHAS),
}).map(({ labels, services, legacy, setter, actor, open, own, mine, tried, image, activeImage, recorded }) =>
  observe({
    labels,
    setBy: Object.fromEntries([START, SYNC, STOP, SLEEP].map((name) => [name, setter])),
    platform: [
      ...services.map(({ sha, healthy, managed, unsettled, sleep, large }) =>
        deployed(sha, {
          healthy: healthy && sleep === undefined,
          ...(sleep === undefined ? {} : { sleep, address: undefined }),
          managed,
          unsettled,
          settings: { size: large ? "large" : "standard", flags: {}, login: "admin/admin" },
        })
      ),
      ...(legacy ? [legacyService()] : []),
    ],
    actor,
    open,
    headRepo: own ? "apache/superset" : "rando/superset",
    lock: mine ? { kind: "mine" } : { kind: "free" },
    record: {
      attempts: new Map([[shortSha(A), tried]]),
      shas: new Map(recorded.map((sha) => [shortSha(sha), sha])),
      size: undefined,
      notice: undefined,
      present: true,
    },
    imageExists: image,
    activeImageExists: activeImage,
  })
);

/** Returns every label name of a generated observation, also those that have nothing to do with Showtime. */
function namesOf(seen: Observation): readonly string[] {
  return [...seen.origins.keys()];
}

function withLabels(seen: Observation, names: readonly string[]): Observation {
  const origin = { login: "maxime", bot: false, own: false, at: NOW - HOUR, approves: seen.target };
  const origins = new Map(names.map((name) => [name, seen.origins.get(name) ?? origin]));
  const allLabels = readLabels(names);
  return { ...seen, allLabels, labels: allLabels, origins };
}

Deno.test("planPull() does not depend on the order of the labels", () => {
  const shuffled = observation.chain((seen) =>
    fc.tuple(
      fc.constant(seen),
      fc.shuffledSubarray([...namesOf(seen)], { minLength: namesOf(seen).length }),
    )
  );
  fc.assert(
    fc.property(shuffled, ([seen, names]) => {
      assert.deepEqual(planPull(withLabels(seen, names), POLICY), planPull(seen, POLICY));
    }),
    RUNS,
  );
});

Deno.test("planPull() leaves nothing to do once its plans are applied", () => {
  fc.assert(
    fc.property(observation, (seen) => {
      const settled = settle(seen, POLICY);
      assert.ok(settled !== undefined, "it goes on planning");
      assert.deepEqual(planPull(settled, POLICY).steps, []);
    }),
    RUNS,
  );
});

Deno.test("planPull() needs one plan where nothing was interrupted and no trigger is refused", () => {
  const calm = observation.filter((seen) => {
    const views = viewShas(seen);
    const states = [...views.values()].map((view) => view.state);
    // The first plan takes the people away from an active commit whose run died, and the second one judges where they are.
    const left = seen.labels.active.some((sha) => views.get(sha)?.state === "in_progress");
    const { rule, reason, steps } = planPull(seen, POLICY);
    // Where the head waits, a second plan may still change the size of the environment that was restored.
    const restores = steps.some((step) => step.kind === "record_intent" && step.bringUp.sha !== seen.target);
    // Of two environments that are gone with their images, each plan withdraws the one that people were sent to.
    const lost = seen.activeImageExists === false && states.filter((state) => state === "drifted").length > 1;
    // What is brought up before a sleep sleeps by a second plan, and what waited for a wake is built by one.
    const sleeps = seen.labels.triggers.some(({ trigger }) => trigger === "sleep");
    return !states.includes("stopping") && !left && rule !== 4 && !restores && !sleeps && !lost &&
      !["untrusted_commit", "resumed", "wake_requested", "sleep_requested"].includes(reason);
  });
  fc.assert(
    fc.property(calm, (seen) => {
      assert.deepEqual(planPull(playPlan(seen, planPull(seen, POLICY)), POLICY).steps, []);
    }),
    RUNS,
  );
});

Deno.test("planPull() never retires a service without the tag, except a strict older name at the end", () => {
  fc.assert(
    fc.property(observation, (seen) => {
      const plan = planPull(seen, POLICY);
      const platform = seen.platform === "as_labels" ? [] : seen.platform;
      for (const step of plan.steps) {
        if (step.kind !== "retire" || step.retirement.deployed === undefined) continue;
        const name = serviceNameOf(step.retirement.deployed);
        const found = platform.find((each) => each.service === name);
        const legacy = found?.legacy === true && parseServiceName(name)?.short === undefined;
        assert.ok(found?.managed === true || (legacy && plan.rule <= 2), `${name} by rule ${plan.rule}`);
      }
    }),
    RUNS,
  );
});

Deno.test("planPull() writes nothing on an open, blocked pull request without a stop", () => {
  fc.assert(
    fc.property(observation, (seen) => {
      const names = [...namesOf(seen).filter((name) => name !== STOP), BLOCKED];
      const plan = planPull({ ...withLabels(seen, names), open: true }, POLICY);
      assert.deepEqual([plan.steps, plan.build], [[], false]);
    }),
    RUNS,
  );
});

Deno.test("planPull() stops where stop and start are both there, in any order", () => {
  const both = observation.chain((seen) => {
    const names = [...new Set([...namesOf(seen), START, STOP])];
    return fc.tuple(fc.constant(seen), fc.shuffledSubarray(names, { minLength: names.length }));
  });
  fc.assert(
    fc.property(both, ([seen, names]) => {
      const origins = new Map(
        names.map((name) => [name, { login: "ana", bot: false, own: false, at: NOW - HOUR, approves: A }]),
      );
      const plan = planPull({ ...withLabels(seen, names), open: true, origins }, POLICY);
      assert.deepEqual([plan.rule, plan.action, plan.build], [2, "destroy_environment", false]);
    }),
    RUNS,
  );
});

Deno.test("planPull() ends everything under rules 1 and 2 and under no other", () => {
  fc.assert(
    fc.property(observation, (seen) => {
      const { endsEverything, rule, reason } = planPull(seen, POLICY);
      assert.equal(endsEverything, rule === 1 || rule === 2, reason);
    }),
    RUNS,
  );
});

Deno.test("planPull() never builds for an account without permission", () => {
  fc.assert(
    fc.property(observation, (seen) => {
      const stranger: Observation = {
        ...seen,
        actor: "rando",
        origins: new Map(
          namesOf(seen).map((
            name,
          ) => [name, { login: "tri", bot: false, own: false, at: NOW - HOUR, approves: A }]),
        ),
        platform: [],
      };
      assert.equal(planPull(stranger, POLICY).build, false);
    }),
    RUNS,
  );
});

Deno.test("planPull() lets a status follow another only where that is allowed", () => {
  fc.assert(
    fc.property(observation, (seen) => {
      for (const step of planPull(seen, POLICY).steps) {
        if (step.kind !== "record_intent") continue;
        const status = seen.labels.environments.get(shortSha(step.bringUp.sha))?.status;
        if (status === "unknown") continue;
        assert.ok(mayBecome(status, step.status), `${status} to ${step.status}`);
      }
    }),
    RUNS,
  );
});

Deno.test("planPull() carries the key of an environment in its steps, and nothing of the environment's state", () => {
  fc.assert(
    fc.property(observation, (seen) => {
      for (const step of planPull(seen, POLICY).steps) {
        const key = step.kind === "retire"
          ? step.retirement.deployed
          : step.kind === "settle"
          ? step.environment
          : undefined;
        if (key !== undefined) assert.deepEqual(Object.keys(key), ["pr", "short"]);
      }
    }),
    RUNS,
  );
});

Deno.test("planPull() builds no commit but the target", () => {
  fc.assert(
    fc.property(observation, (seen) => {
      for (const step of planPull(seen, POLICY).steps) {
        if (step.kind === "build") assert.equal(step.sha, seen.target);
      }
    }),
    RUNS,
  );
});

Deno.test("planPull() leaves no address of an environment that the platform does not have", () => {
  const unblocked = observation.filter((seen) => seen.labels.blocked.length === 0);
  fc.assert(
    fc.property(unblocked, (seen) => {
      const settled = settle(seen, POLICY);
      assert.ok(settled !== undefined && settled.platform !== "as_labels");
      // A refusal leaves everything as it is.
      if (planPull(settled, POLICY).action === "blocked") return;
      for (const { sha, address } of settled.allLabels.environments.values()) {
        const found = settled.platform.some((each) => each.managed && each.short === sha);
        assert.ok(address === undefined || found, `${sha} at ${address}`);
      }
    }),
    RUNS,
  );
});

import assert from "node:assert/strict";
import {
  isTrustedBot,
  judgeLabels,
  likenessOf,
  planPull,
  viewShas,
} from "../../../../src/environments/core/plan/mod.ts";
import type { LabelOrigin } from "../../../../src/environments/core/plan/mod.ts";
import { shortSha } from "../../../../src/lib/ids.ts";
import { A, B, deployed, labelsOf, NOW, observe, POLICY } from "../../../worlds/observation.ts";

Deno.test("isTrustedBot() believes the bot of Actions and configured logins, and no bot that is called alike", () => {
  assert.ok(isTrustedBot("github-actions[bot]"));
  assert.ok(isTrustedBot("My-App[bot]", ["my-app[bot]"]));
  for (const login of ["renovate[bot]", "github-actions", "my-app", "github-actions[bot]x", ""]) {
    assert.ok(!isTrustedBot(login, ["my-app[bot]"]), login);
  }
});

const setBy = (names: readonly string[], origin: Partial<LabelOrigin>) =>
  new Map(names.map((name) => [name, {
    login: "renovate[bot]",
    bot: true,
    own: false,
    at: NOW,
    approves: A,
    ...origin,
  }]));

Deno.test("judgeLabels() takes labels by a bot for forged, whether or not the bot has a role", () => {
  const names = labelsOf(A, "building");
  const people = new Map([["renovate[bot]", { kind: "known", permission: "write" } as const]]);
  const { doubts, believed } = judgeLabels(
    observe({ labels: names, origins: setBy(names, {}), people }),
    POLICY,
  );
  assert.ok(doubts.forged.some(({ name }) => name.includes("🚦")));
  assert.equal(believed.labels.environments.size, 0);
});

/** What an untrusted commit is in, and what the platform has of it. */
const STATES = [
  ["building", []],
  ["built", []],
  ["deploying", [deployed(A, { sha: undefined, healthy: false })]],
  ["updating", []],
  ["running", []],
  ["failed", []],
] as const;

for (const [status, platform] of STATES) {
  Deno.test(`planPull() builds no untrusted commit for its label "${status}" alone, whoever set it`, () => {
    for (
      const origin of [{ login: "github-actions[bot]", own: true }, { login: "ana", bot: false }, {
        own: true,
      }]
    ) {
      const names = labelsOf(A, status);
      const record = {
        attempts: new Map(),
        shas: new Map(),
        size: undefined,
        notice: undefined,
        present: true,
      };
      const seen = observe({
        labels: names,
        origins: setBy(names, origin),
        platform,
        record,
        imageExists: true,
      });
      const plan = planPull(seen, POLICY);
      assert.deepEqual([plan.reason, plan.build], ["untrusted_commit", false], JSON.stringify(origin));
      assert.ok(plan.steps.every(({ kind }) => kind !== "deploy"));
    }
  });
}

Deno.test("likenessOf() goes by the platform's tags, then by the record, and never by labels", () => {
  const names = labelsOf(A, "running");
  const of = (change: Parameters<typeof observe>[0]) => {
    const seen = observe({ labels: names, ...change });
    return likenessOf(seen, viewShas(seen).get(shortSha(A))).kind;
  };
  const record = { attempts: new Map(), shas: new Map(), size: undefined, notice: undefined, present: true };
  const twin = { ...record, shas: new Map([[shortSha(A), B]]) };
  assert.equal(of({ record }), "unknown");
  assert.equal(of({ record: twin }), "other");
  assert.equal(of({ record: twin, platform: [deployed(A)] }), "same");
  assert.equal(of({ record, platform: [deployed(A, { managed: false })] }), "unknown");
});

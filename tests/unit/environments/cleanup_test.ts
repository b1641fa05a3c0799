import { serviceNameOf } from "../../../src/environments/core/environment/names.ts";
import { deepStrictEqual as equal } from "node:assert/strict";
import {
  type CleanupFacts,
  judgeAddresses,
  judgeDefinitions,
  judgeImages,
  judgeLeftovers,
  judgeLocks,
  judgePull,
  kindWord,
  WHOLE_CLEANUP,
} from "../../../src/environments/core/cleanup/mod.ts";
import { parseLabel, readLabels } from "../../../src/environments/core/labels/mod.ts";
import { formatLockOwner } from "../../../src/environments/core/lock.ts";
import { type ServiceName, shortSha } from "../../../src/lib/ids.ts";
import { A, B, deployed, HOUR, labelsOf, legacyService, MARKER, NOW, PR } from "../../worlds/observation.ts";

const LIVING = { platform: [], pulls: new Map(), locked: [] };

function factsOf(labels: readonly string[], change: Partial<CleanupFacts> = {}): CleanupFacts {
  return {
    repo: "apache/superset",
    now: NOW,
    pr: PR,
    pull: { open: true, headSha: A, labels: readLabels(labels) },
    platform: [],
    settings: { defaultTtl: { kind: "duration", amount: 24, unit: "h" } },
    ...change,
  };
}

Deno.test("judgePull() gives an expired environment with its commit and its service", () => {
  const platform = [{ ...deployed(A), createdAt: NOW - 100 * HOUR }];
  const { doomed } = judgePull(factsOf(labelsOf(A, "running"), { platform }), WHOLE_CLEANUP);
  equal(
    doomed.map((each) =>
      each.kind === "expired" && [each.pr, each.short, each.deployed && serviceNameOf(each.deployed)]
    ),
    [
      [PR, shortSha(A), deployed(A).service],
    ],
  );
});

Deno.test("judgePull() gives an orphan only once it is older than the grace period", () => {
  const orphanOf = (ageMs: number) => {
    const platform = [{ ...deployed(B), createdAt: NOW - ageMs, expiresAt: undefined }];
    return judgePull(factsOf([], { pull: undefined, platform }), WHOLE_CLEANUP);
  };
  equal(orphanOf(HOUR).doomed.map(({ kind, needsApproval }) => [kind, needsApproval]), [["orphan", true]]);
  equal([orphanOf(HOUR / 4).doomed.length, orphanOf(HOUR / 4).kept.length], [0, 1]);
});

Deno.test("judgePull() gives services of older schemes as orphans, also beside a label of the same commit", () => {
  const bare = {
    ...legacyService({ createdAt: NOW - HOUR }),
    short: shortSha(A),
    bare: true as const,
    service: `pr-${PR}-${shortSha(A)}` as ServiceName,
  };
  const platform = [deployed(A), bare, legacyService({ createdAt: NOW - HOUR })];
  const { doomed } = judgePull(factsOf(labelsOf(A, "running"), { platform }), WHOLE_CLEANUP);
  equal(
    doomed.map((each) =>
      each.kind === "orphan" && [each.deployed && serviceNameOf(each.deployed), each.short, each.why]
    ),
    [
      [`pr-${PR}-${shortSha(A)}`, undefined, "It is of an older scheme"],
      [`pr-${PR}-service`, undefined, "It is of an older scheme"],
    ],
  );
});

for (
  const [what, change, reached, silent, expected] of [
    ["the platform's own address", {}, "10.0.0.1:8080 ok", false, undefined],
    ["another address of the platform", {}, "10.0.0.2:8080 ok", false, ["replaced", "10.0.0.2:8080", 1]],
    ["no address of the platform", {}, "", false, ["removed", undefined, 1]],
    ["an environment that is gone", undefined, "", false, ["removed", undefined, 1]],
    ["silence", {}, "10.0.0.1:8080 refused", false, ["silent", "10.0.0.1:8080", 0]],
    ["silence that people know of", {}, "10.0.0.1:8080 refused", true, undefined],
    ["an answer after silence", {}, "10.0.0.1:8080 ok", true, ["answers", "10.0.0.1:8080", 0]],
    ["an environment without Showtime's tag", { managed: false }, "10.0.0.2:8080 ok", false, undefined],
    ["an environment that was not looked up", {}, undefined, false, undefined],
  ] as const
) {
  Deno.test(`judgeAddresses() goes by ${what}`, () => {
    const platform = change === undefined ? [] : [deployed(A, change)];
    const [address = "", text = ""] = reached?.split(" ") ?? [];
    const seen = address === ""
      ? { address: undefined, answer: undefined }
      : { address, answer: { ok: text === "ok", text } };
    const [found] = judgeAddresses({
      pr: PR,
      pull: { open: true, headSha: A, labels: readLabels(labelsOf(A, "running")) },
      platform,
      reached: new Map(reached === undefined ? [] : platform.map((each) => [each.service, seen])),
      locked: false,
      isSilent: () => silent,
    });
    equal(found && [found.change, found.address, found.wrong.length], expected);
  });
}

Deno.test("kindWord() calls labels left on a pull request and label definitions by one word", () => {
  const { doomed: [left] } = judgePull(factsOf([MARKER]), WHOLE_CLEANUP);
  const name = "🎪 abc123f 🚦 failed";
  const [unused] = judgeDefinitions([{ name, label: parseLabel(name), openPulls: [] }], LIVING);
  equal([left, unused].map((each) => each && [each.kind, kindWord(each)]), [
    ["pull_labels", "label"],
    ["label", "label"],
  ]);
  equal([unused?.name, unused?.short], [name, "abc123f"]);
});

Deno.test("judgeLocks() gives a dead lock with the node id of its definition", () => {
  const description = formatLockOwner({
    nonce: "abcdefgh",
    run: undefined,
    expiresAt: NOW - HOUR,
    login: undefined,
  });
  const record = { nodeId: "LA_1", name: `🎪 lock pr-${PR}`, description };
  const { doomed } = judgeLocks([{ pr: PR, record, run: undefined }], NOW);
  equal(doomed.map(({ pr, nodeId }) => [pr, nodeId]), [[PR, "LA_1"]]);
});

Deno.test("judgeImages() and judgeLeftovers() give what their removal is asked for", () => {
  const image = "apache/superset:pr-1-abc123f-ci";
  const images = judgeImages([{ image, createdAt: NOW - HOUR }], {
    ...LIVING,
    repo: "apache/superset",
    now: NOW,
    imageOf: () => "apache/superset:other",
    elsewhere: [],
  });
  const leftovers = judgeLeftovers([{
    id: "container:1",
    what: "a container",
    pr: PR,
    createdAt: NOW - HOUR,
  }], {
    locked: [],
    now: NOW,
  });
  equal([images.doomed[0]?.image, leftovers.doomed[0]?.leftover], [image, "container:1"]);
});

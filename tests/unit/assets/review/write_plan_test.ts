import assert from "node:assert/strict";
import { writePlan } from "../../../../src/assets/app/review/write_plan.ts";
import { makeAsset, parseUuid } from "../../../../src/assets/core/asset.ts";
import type { ReviewComments } from "../../../../src/assets/ports/review_comment.ts";
import { prNumber } from "../../../../src/lib/ids.ts";

const NEVER = new AbortController().signal;

Deno.test("writePlan() shows no secret that the instance holds, unless the configuration allows it", async () => {
  const uuid = parseUuid("c0000001-0000-4000-8000-000000000000");
  assert.ok(uuid !== undefined);
  const chart = (description: string) => {
    const asset = makeAsset({ kind: "chart", uuid }, { slice_name: "Calls", description, uuid });
    return new Map([[uuid, asset]]);
  };
  const bodies: string[] = [];
  const comments: ReviewComments = {
    read: () => Promise.resolve({ pull: "PR_1", comments: [] }),
    write: (_pr, { body }) => Promise.resolve(void bodies.push(body)),
  };
  const asset = { uuid, kind: "chart", name: "Calls", action: "update" } as const;
  const rest = { reason: undefined, message: undefined, fields: ["description"], lost: [] };
  for (const allowedSecrets of [[], ["charts/calls.yaml#description"]]) {
    await writePlan({ comments, pr: prNumber(1), trustedBots: [] }, {
      instance: "qa",
      dir: "assets",
      paths: new Map([[uuid, "charts/calls.yaml"]]),
      allowedSecrets,
      prepared: {
        plan: [{ ...asset, ...rest }],
        hashes: { ours: new Map(), theirs: new Map() },
        digest: "d".repeat(64),
        ours: chart("none"),
        observed: { assets: chart("see postgresql://bi:hunter22@db.example/x") },
      },
    }, NEVER);
  }

  assert.match(bodies[0] ?? "", /description: see postgresql:\/\/bi:XXXXXXXXXX@db\.example\/x → none/);
  assert.doesNotMatch(bodies[0] ?? "", /hunter22/);
  assert.match(bodies[1] ?? "", /hunter22/);
});

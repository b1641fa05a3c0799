/** Rules that are known to be wrong, each of which the hostile acts must catch. */

import assert from "node:assert/strict";
import { type Mutation, runMutant } from "../../worlds/mutant.ts";

const SCRIPT = "tests/app/reliability/scenarios/explore_hostile.ts";
const PLAN = "src/environments/core/plan";

interface Wrong {
  readonly rule: string;
  readonly mutation: Mutation;
  /** The scenarios that catch it, by the beginning of their names. */
  readonly caughtBy: string;
}

const WRONG_RULES: readonly Wrong[] = [
  {
    rule: "believes a status label without a record, whichever bot set it",
    mutation: {
      module: `${PLAN}/likeness.ts`,
      from: 'twin === undefined ? { kind: "unknown" }',
      to: 'twin === undefined ? { kind: "same" }',
    },
    caughtBy: "labelled_by_a_workflow_rando",
  },
  {
    rule: "believes the comment of any bot",
    mutation: {
      module: "src/environments/app/observe/pull_record.ts",
      from: "return own || (author !== undefined && isTrustedBot(author.login, trustedBots));",
      to: "return own || author?.bot === true;",
    },
    caughtBy: "labelled_by_a_workflow_renovate_comments",
  },
  {
    rule: "believes the dates in commits",
    mutation: {
      module: `${PLAN}/approval.ts`,
      from: 'return seen ? "approved" : "unseen";',
      to: 'return "approved";',
    },
    caughtBy: "asked_unheard_pushes_backdated",
  },
  {
    rule: "believes that a workflow run is older than the trigger",
    mutation: { module: `${PLAN}/approval.ts`, from: "each.at <= at &&", to: "" },
    caughtBy: "asked_unheard_pushes_backdated",
  },
  {
    rule: "forgets a force push between the evidence and the trigger",
    mutation: {
      module: `${PLAN}/approval.ts`,
      from: "(forced === undefined || each.at > forced.at)",
      to: "true",
    },
    caughtBy: "taken_back_pushes_backdated",
  },
  {
    rule: "lets anybody ask",
    mutation: {
      module: `${PLAN}/trust.ts`,
      from: "return login !== undefined && !isBot(login) && mayCauseBuild(observation.people.get(login));",
      to: "return login !== undefined;",
    },
    caughtBy: "untouched_renovate_asks",
  },
];

for (const { rule, mutation, caughtBy } of WRONG_RULES) {
  Deno.test(`X1: hostile acts catch a rule that ${rule}`, async () => {
    const { code, said } = await runMutant(mutation, { path: SCRIPT, args: [caughtBy] });
    assert.equal(code, 1, said);
    assert.match(said, /^deno task test:replay 'hostile_/m);
    assert.match(said, /an unapproved commit was built/);
  });
}

Deno.test("X1: hostile acts accuse no sound rule in a process of its own", async () => {
  const { code, said } = await runMutant(undefined, { path: SCRIPT, args: ["labelled_by_a_workflow_rando"] });
  assert.deepEqual([code, said], [0, ""]);
});

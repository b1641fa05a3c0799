/**
 * Comments that are found by a marker on a simulated GitHub: one for each name, and only of trusted authors.
 */

import assert from "node:assert/strict";
import { prNumber } from "../../../src/lib/ids.ts";
import { assertConforms } from "../../worlds/github/conformance.ts";
import { gates, PR, simulate, type SimulatedForge } from "../../worlds/github/github.ts";

const NEVER = new AbortController().signal;
const MARKER = "<!-- showtime-context:tests -->";

function comment(text: string, marker = MARKER) {
  return { marker, body: `${marker}\n${text}\n` };
}

function bodiesOf({ simulator }: SimulatedForge): readonly string[] {
  return simulator.state().pulls.flatMap(({ comments }) => comments)
    .map(({ author, body }) => `${author}: ${body.trimEnd()}`);
}

Deno.test("the first comment is added, an equal one stays, and a new text replaces it", async () => {
  const world = simulate({}, { pull: { comments: [] } });
  const comments = world.pullComments();

  assert.equal(await comments.upsert(PR, comment("one"), NEVER), "created");
  assert.equal(await comments.upsert(PR, comment("one"), NEVER), "unchanged");
  assert.equal(await comments.upsert(PR, comment("two"), NEVER), "edited");
  const other = comment("other", "<!-- showtime-context:more -->");
  assert.equal(await comments.upsert(PR, other, NEVER), "created");

  assert.deepEqual(bodiesOf(world).map((each) => each.split("\n").at(-1)), ["two", "other"]);
});

Deno.test("a comment of an author who is not trusted is left alone", async () => {
  const cases: readonly (readonly [author: string, trustedBots: readonly string[], taken: boolean])[] = [
    ["rando", [], false],
    ["tri", [], false],
    ["my-app[bot]", [], false],
    ["my-app[bot]", ["my-app[bot]"], true],
    ["github-actions[bot]", [], true],
    ["maxime", [], true],
  ];
  for (const [author, trustedBots, taken] of cases) {
    const foreign = { author, body: comment("planted").body };
    const world = simulate({}, { pull: { comments: [foreign] } });
    const done = await world.pullComments({ trustedBots }).upsert(PR, comment("mine"), NEVER);
    assert.equal(done, taken ? "edited" : "created", author);
    assert.equal(bodiesOf(world).length, taken ? 1 : 2, author);
    if (!taken) assert.equal(bodiesOf(world)[0], `${author}: ${foreign.body.trimEnd()}`);
  }
});

Deno.test("a pull request that does not exist is an error", async () => {
  const comments = simulate({}, { pull: { comments: [] } }).pullComments();
  await assert.rejects(comments.upsert(prNumber(404), comment("x"), NEVER), { code: "pull_not_found" });
});

Deno.test("all requests about comments by their marker conform to GitHub's schema", () => {
  assertConforms(gates);
});

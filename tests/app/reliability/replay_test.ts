import assert from "node:assert/strict";
import { exploreBounded, withQuickTimers } from "../../worlds/schedule/mod.ts";
import { type Law, tryLaw } from "./scenarios/laws.ts";
import { BROKEN } from "./scenarios/models.ts";
import { replayLine } from "./scenarios/replay_line.ts";
import type { Known } from "./scenarios/scenarios.ts";

/** A law that most worlds break, but not the first ones. */
const WRONG: Law = {
  name: "world_without_two_locks",
  holds: (parts) => {
    const held = parts.filter(({ lock }) => lock === "live").length;
    assert.ok(held < 2, `${held} pull requests are held`);
    return Promise.resolve();
  },
};

async function failureOf(act: () => Promise<unknown>): Promise<string> {
  return await act().then(
    () => assert.fail("it holds"),
    (error: unknown) => error instanceof Error ? error.message : String(error),
  );
}

/** The line that a failure begins with, and the rest of it. */
function splitFailure(message: string): readonly [line: string, rest: string] {
  const [, line, rest] = /^deno task test:replay '([^']+)'\n([^]*)$/.exec(message) ?? assert.fail(message);
  return [line ?? "", rest ?? ""];
}

async function replay(line: string, known: Partial<Known>): Promise<{ code: number; said: string }> {
  const said: string[] = [];
  const all = { scenarios: [], laws: [], served: [], ...known };
  const code = await replayLine(line, { known: all, say: (text) => said.push(text) });
  return { code, said: said.join("\n") };
}

Deno.test("tryLaw() fails with the line that makes the smallest such world again", async () => {
  const message = await failureOf(() => tryLaw(WRONG, { seed: 3, count: 200 }));
  const [line, rest] = splitFailure(message);

  const again = await replay(line, { laws: [WRONG] });

  assert.equal(again.code, 1);
  assert.ok(again.said.includes(rest), again.said);
  assert.match(rest, /^2 pull requests are held\nin the world \[.*"live".*"live"/);
});

Deno.test("replayLine() plays every world of a seed where no world is named", async () => {
  const again = await replay("world_without_two_locks/3", { laws: [WRONG] });
  assert.equal(again.code, 1, again.said);
});

Deno.test("play() fails with the line that plays the same moves to the same end", async () => {
  const [scenario = assert.fail("no broken protocol")] = BROKEN;
  const [line, rest] = splitFailure(await failureOf(() => exploreBounded(scenario, { switches: 2 })));

  const again = await replay(line, { scenarios: [scenario] });

  assert.equal(again.code, 1);
  assert.ok(again.said.includes(rest), again.said);
});

Deno.test("deno task test:replay plays the line that a failure begins with", async () => {
  const [scenario = assert.fail("no broken protocol")] = BROKEN;
  const message = await failureOf(() => withQuickTimers(() => exploreBounded(scenario, { switches: 2 })));
  const [line, rest] = splitFailure(message);

  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "test:replay", line],
    stdout: "piped",
    stderr: "null",
  }).output();

  const said = new TextDecoder().decode(stdout);
  assert.equal(code, 1, said);
  assert.ok(said.includes(rest), said);
});

Deno.test("replayLine() lists what there is, and says what is missing for a scenario that needs a server", async () => {
  const served = { names: ["far_away"], open: () => Promise.reject(new Error("no server is installed")) };
  const listed = await replay("", { laws: [WRONG], served: [served] });
  assert.deepEqual([listed.code, listed.said], [0, "Scenarios: world_without_two_locks, far_away"]);

  const missing = await replay("far_away/a3", { served: [served] });
  assert.deepEqual([missing.code, missing.said], [2, "Playing far_away: no server is installed"]);
});

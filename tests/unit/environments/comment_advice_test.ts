/** The advice at the end of the comment: every step that it names works as things are. */

import assert from "node:assert/strict";
import { type AdviceFacts, adviseInComment } from "../../../src/environments/core/comment/mod.ts";

const OPEN: AdviceFacts = {
  open: true,
  blocked: undefined,
  frozen: undefined,
  state: "running",
  waits: false,
  pushes: "update",
};
const BLOCKED = "🎪 🔒 showtime-blocked";
const FREEZE = "🎪 🧊 showtime-freeze";
const START = "`🎪 ⚡ showtime-trigger-start`";
const SYNC = "`🎪 🔄 showtime-trigger-sync`";
const STOP = "`🎪 🛑 showtime-trigger-stop`";
const STATES = ["none", "working", "running", "failed"] as const;

/** What advice has to say, and what it must not say, because that does not work. */
const CASES: readonly (readonly [string, Partial<AdviceFacts>, readonly string[], readonly string[]])[] = [
  ["nothing runs", { state: "none" }, [`To start one, add the label ${START}.`], [SYNC]],
  ["it runs", {}, [SYNC, `\`${FREEZE}\``, STOP], [START]],
  ["it failed", { state: "failed" }, [`push a fix or add the label ${START}`], []],
  [
    "it failed and the commit is from a fork",
    { state: "failed", pushes: "approval" },
    [`then add the label ${START}`],
    ["push a fix or"],
  ],
  ["it failed and pushes are off", { state: "failed", pushes: "off" }, ["`auto_sync: never`", START], [
    "push a fix or",
  ]],
  [
    "it failed and is frozen",
    { state: "failed", frozen: FREEZE },
    [START, `\`${FREEZE}\``],
    ["push a fix"],
  ],
  ["it is frozen", { frozen: FREEZE }, [SYNC, `to follow pushes again, take \`${FREEZE}\` off`], [
    "to hold it",
  ]],
  [
    "it is frozen under an older spelling",
    { frozen: "🎪 showtime-freeze" },
    ["take `🎪 showtime-freeze` off"],
    [],
  ],
  [
    "it is frozen and pushes wait for approval",
    { frozen: FREEZE, pushes: "approval" },
    [SYNC, "to end the freeze"],
    ["to follow pushes again"],
  ],
  ["nothing runs and it is frozen", { state: "none", frozen: FREEZE }, [START, `\`${FREEZE}\``], []],
  [
    "the newest commit is not approved",
    { waits: true, pushes: "approval" },
    ["waits for approval", SYNC],
    [],
  ],
  ["pushes are off", { waits: true, pushes: "off" }, ["`auto_sync: never`", SYNC], ["to hold it"]],
];

for (const [title, change, says, never] of CASES) {
  Deno.test(`adviseInComment() names steps that work if ${title}`, () => {
    const text = adviseInComment({ ...OPEN, ...change });

    for (const part of says) assert.ok(text.includes(part), `${part} is not in: ${text}`);
    for (const part of never) assert.ok(!text.includes(part), `${part} is in: ${text}`);
  });
}

Deno.test("adviseInComment() names the label that blocks, and nothing that it prevents before it is off", () => {
  for (const state of STATES) {
    for (const blocked of [BLOCKED, "🎪 blocked"]) {
      for (const frozen of [undefined, FREEZE]) {
        const text = adviseInComment({ ...OPEN, state, blocked, frozen });

        assert.ok(text.startsWith(`The label \`${blocked}\` blocks this pull request`), text);
        const off = text.indexOf("take that label off");
        for (const trigger of [START, SYNC]) {
          const at = text.indexOf(trigger);
          assert.ok(at < 0 || (off >= 0 && off < at), text);
        }
        assert.equal(text.includes(STOP), state !== "none", text);
      }
    }
  }
});

Deno.test("adviseInComment() asks to reopen a closed pull request first, whatever else is on it", () => {
  for (const state of STATES) {
    for (const blocked of [undefined, BLOCKED]) {
      const text = adviseInComment({ ...OPEN, open: false, state, blocked });

      assert.ok(text.indexOf("reopen it") >= 0 && text.indexOf("reopen it") < text.indexOf(START), text);
      assert.ok(!text.includes(SYNC), text);
    }
  }
});

Deno.test("adviseInComment() lets no label's name end the code that it stands in", () => {
  const text = adviseInComment({ ...OPEN, frozen: "🎪 `x`\n# big" });

  assert.ok(!text.includes("`x`"));
  assert.ok(!text.includes("\n"));
});

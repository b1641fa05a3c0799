import assert from "node:assert/strict";
import {
  describeHookCommand,
  dueAfterStart,
  hookFailure,
  type Hooks,
  hookWords,
} from "../../../../src/environments/core/environment/hooks.ts";

const HOOKS: Hooks = { afterStart: "seed", beforeStop: undefined, when: "created", timeoutMs: 120_000 };

Deno.test("hookWords() runs a line with sh -c, and a list as it is", () => {
  assert.deepEqual(hookWords("superset init && echo $HOME"), ["sh", "-c", "superset init && echo $HOME"]);
  assert.deepEqual(hookWords(["superset", "init"]), ["superset", "init"]);
});

Deno.test("dueAfterStart() runs the command in a new environment, and in each new instance with always", () => {
  const due = (hooks: Hooks | undefined) => [false, true].map((inPlace) => dueAfterStart(hooks, { inPlace }));

  assert.deepEqual(due(HOOKS), ["seed", undefined]);
  assert.deepEqual(due({ ...HOOKS, when: "always" }), ["seed", "seed"]);
  assert.deepEqual(due({ ...HOOKS, afterStart: undefined, when: "always" }), [undefined, undefined]);
  assert.deepEqual(due(undefined), [undefined, undefined]);
});

Deno.test("describeHookCommand() is one line, quotes what needs it, and is cut", () => {
  assert.equal(describeHookCommand("first\n  second\n"), "first; second");
  assert.equal(describeHookCommand(["python", "-c", 'print("a b")']), 'python -c "print(\\"a b\\")"');
  assert.equal(describeHookCommand("x".repeat(101)).length, 100);
  assert.equal(describeHookCommand("x".repeat(100)), "x".repeat(100));
});

Deno.test("hookFailure() says how the command ended, and what to correct", () => {
  const failure = (code: number) =>
    hookFailure("after_start", { place: "pr-1-abc123f", end: { kind: "exit", code }, output: ["last"] });
  for (
    const [code, state, hint] of [
      [3, /: the command ended with exit code 3$/, /The last lines of its output/],
      [126, /126: its program is not there or may not be executed$/, /the shell sh in the image/],
      [127, /127: the image has no program of that name$/, /add the program to the image/],
      [137, /137: it was killed, as it is when the memory is used up$/, /larger size/],
    ] as const
  ) {
    const error = failure(code);
    assert.equal(error.code, "hook_failed");
    assert.match(error.message, /^Running after_start for "pr-1-abc123f": /);
    assert.match(error.message, state);
    assert.match(error.hint ?? "", hint);
    assert.deepEqual(error.logTail, ["last"]);
  }
  const late = hookFailure("before_stop", {
    place: "pr-1-abc123f",
    end: { kind: "timeout", afterMs: 120_000 },
    output: [],
  });
  assert.match(late.message, /did not end within 2 min.* and was stopped$/);
  assert.match(late.hint ?? "", /environment\.hooks\.before_stop.*environment\.hooks\.timeout/);
});

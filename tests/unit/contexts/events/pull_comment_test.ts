import assert from "node:assert/strict";
import { parseContextId } from "../../../../src/contexts/core/context_id.ts";
import type { EventScope } from "../../../../src/contexts/core/events/event_scope.ts";
import { OUR_RULES } from "../../../../src/contexts/core/events/event_rules.ts";
import { planComment } from "../../../../src/contexts/core/events/kinds/pull_comment.ts";
import { readHandlers } from "../../../../src/contexts/core/events/read_handlers.ts";
import { toValue, type ValueMap } from "../../../../src/contexts/core/tree/value.ts";
import { defuseMentions } from "../../../../src/lib/sanitize.ts";

function plan(
  comment: unknown,
  { id = "ctx", state = {} }: { readonly id?: string; readonly state?: unknown } = {},
) {
  const tree = toValue({
    state,
    pipelines: { p: { "event-handlers": { e: { "github-comment": comment } } } },
  }) as ValueMap;
  const [handler] = readHandlers(tree, { pipeline: "p", event: "e" }, { rules: OUR_RULES });
  assert.ok(handler !== undefined);
  // Templates are not what these tests are about: every text renders to itself.
  const scope: EventScope = {
    tree,
    vars: new Map<never, never>([]),
    render: (source) => source,
    find: () => undefined,
    rules: OUR_RULES,
  };
  const open = { scope, name: "githubComment", block: handler.block, at: handler.path };
  return planComment(open, { id: parseContextId(id) });
}

Deno.test("a comment goes to the given pull request, else to that of the context", () => {
  const cases: readonly (readonly [unknown, Parameters<typeof plan>[1], number])[] = [
    [{ message: "x", pr: 7 }, { id: "pr-9", state: { pr: 8 } }, 7],
    [{ message: "x", pr: " 7 " }, {}, 7],
    [{ message: "x" }, { id: "pr-9", state: { pr: 8 } }, 8],
    [{ message: "x" }, { id: "pr-9", state: { pr: "8" } }, 8],
    [{ message: "x" }, { id: "pr-9", state: { pr: "none" } }, 9],
    [{ message: "x" }, { id: "pr-9" }, 9],
  ];
  for (const [comment, context, pr] of cases) {
    const action = plan(comment, context);
    assert.equal(action.kind === "comment" && action.comment.pr, pr);
  }
});

Deno.test("a comment without a pull request, or with a wrong one, is an error", () => {
  for (
    const [comment, context] of [
      [{ message: "x" }, {}],
      [{ message: "x" }, { id: "pr-9x" }],
      [{ message: "x" }, { state: { pr: true } }],
      [{ message: "x", pr: "" }, { id: "pr-9" }],
      [{ message: "x", pr: "0" }, {}],
      [{ message: "x", pr: "1.5" }, {}],
    ] as const
  ) {
    assert.throws(() => plan(comment, context), { code: "comment_invalid", exitCode: 1 });
  }
});

Deno.test("the hidden marker is the name of the comment, of its block, or default", () => {
  const body = (comment: unknown) => {
    const action = plan(comment, { id: "pr-1" });
    assert.ok(action.kind === "comment");
    assert.ok(action.comment.body.startsWith(`${action.comment.marker}\n`));
    return action.comment.body;
  };
  assert.equal(body({ message: "x", name: "tests" }), "<!-- showtime-context:tests -->\nx\n");
  assert.equal(body({ tests: { message: " x\ny\n" } }), "<!-- showtime-context:tests -->\nx\ny\n");
  assert.equal(body({ message: "x" }), "<!-- showtime-context:default -->\nx\n");
  assert.ok(body({ message: "é".repeat(70_000) }).length < 65_536);
  for (const name of ["", "a b", "a-->", "-a", "x".repeat(65)]) {
    assert.throws(() => body({ message: "x", name }), { code: "comment_invalid" });
  }
  assert.deepEqual(plan({ message: " \n" }, { id: "pr-1" }), { kind: "skip", why: "its `message` is blank" });
});

Deno.test("mentions are defused in every spelling, and the rest of the Markdown stays", () => {
  const zero = "\u200b";
  assert.equal(defuseMentions("**@octocat** a@b"), `**@${zero}octocat** a@${zero}b`);
  assert.equal(
    defuseMentions("&#64;a &#064;a &#x40;a &#X40a &commat;a"),
    [
      `&#64;${zero}a`,
      `&#064;${zero}a`,
      `&#x40;${zero}a`,
      `&#X40${zero}a`,
      `&commat;${zero}a`,
    ].join(" "),
  );
  assert.equal(
    defuseMentions("# T\r\n\n- [x](https://e.example/#1)\n`c`\x1b[31m"),
    "# T\n\n- [x](https://e.example/#1)\n`c`",
  );
  const action = plan({ message: "by @org/team" }, { id: "pr-1" });
  assert.ok(action.kind === "comment" && action.comment.body.includes(`@${zero}org/team`));
});

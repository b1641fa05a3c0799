import assert from "node:assert/strict";
import { pairOperation, parsePair } from "../../../src/contexts/core/pairs.ts";
import { WholeFloat } from "../../../src/lib/scalars/exact_numbers.ts";
import { toValue } from "../../../src/contexts/core/tree/value.ts";

const PAIRS: readonly (readonly [text: string, operation: unknown])[] = [
  ["a.b=text", { op: "set", path: ["a", "b"], value: "text" }],
  ["a.b=", { op: "set", path: ["a", "b"], value: "" }],
  ["a=b=c|d ", { op: "set", path: ["a"], value: "b=c|d " }],
  ['a:=["x", 1.0]', { op: "set", path: ["a"], value: ["x", new WholeFloat(1)] }],
  ["a[]=v", { op: "append", path: ["a"], value: "v" }],
  ["a{}=v,w", { op: "append_unique", path: ["a"], value: "v,w" }],
  ["a[]:=1", { op: "append", path: ["a"], value: 1 }],
  ["l[0]=x", { op: "set", path: ["l", 0], value: "x" }],
  ['a["b=c"]=x', { op: "set", path: ["a", "b=c"], value: "x" }],
];

for (const [text, wanted] of PAIRS) {
  Deno.test(`parsePair() reads ${text}`, () => {
    assert.deepEqual(pairOperation(parsePair(text), undefined), wanted);
  });
}

Deno.test("parsePair() names the file of a pair", () => {
  const pair = parsePair("a.b@=dir/file.json");
  assert.deepEqual([pair.source, pair.text], ["file", "dir/file.json"]);
  assert.deepEqual(pairOperation(pair, toValue({ x: 1 })), {
    op: "set",
    path: ["a", "b"],
    value: toValue({ x: 1 }),
  });
});

for (
  const text of [
    "",
    "=x",
    "a",
    "a.b",
    "a b=c",
    "a[]",
    "[]=x",
    "a:x",
    ".a=b",
    "a@=",
    "a[]@=",
    "$.a=1",
    "a.*=1",
    "a,b=1",
  ]
) {
  Deno.test(`parsePair() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parsePair(text), { code: "pair_invalid", exitCode: 2 });
  });
}

Deno.test("a pair with wrong JSON is refused with what is wrong", () => {
  assert.throws(() => pairOperation(parsePair("a.b:={x}"), undefined), {
    code: "json_invalid",
    message: /for a\.b after ":=": .*not expected/,
  });
});

for (
  const [text, stray] of [["l[-1]=x", "[-1]"], ["a..b=x", "..b"], ["a.*:=1", ".*"], ["a[x].b=1", "[x].b"]]
) {
  Deno.test(`parsePair() says what is no path in ${text}`, () => {
    assert.throws(() => parsePair(text ?? ""), {
      code: "pair_invalid",
      message: new RegExp(
        `: ${JSON.stringify(stray).replace(/[[\].*\\]/g, "\\$&")} is not expected in a path$`,
      ),
    });
  });
}

Deno.test("a pair without a sign is named by its path, and a wrong one at a redacted path shows nothing of its value", () => {
  for (const text of ["state.token hunter22", "state.token:hunter22"]) {
    assert.throws(() => parsePair(text), {
      message: 'Reading the pair for state.token: there is no "=" after the path',
    });
  }
  for (const redact of [[["state"]], [["state", "token"]], [["state", "token", "inner"]]]) {
    assert.throws(() => pairOperation(parsePair("state.token:=hunter22"), undefined, { redact }), {
      message: 'Reading the JSON for state.token after ":=": it is not JSON',
    });
  }
});

import assert from "node:assert/strict";
import { AppError } from "../../../../src/lib/errors.ts";
import { decideTrace, parseTraceParent } from "../../../../src/pipelines/core/trace/mod.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";
const PARENT = `00-${TRACE_ID}-${SPAN_ID}-01`;
const NEW = { newTraceId: () => "1".repeat(32), newSpanId: () => "2".repeat(16) };
const NONE = {
  traceId: undefined,
  rootSpanId: undefined,
  generateRoot: false,
  traceParent: undefined,
  ...NEW,
};

Deno.test("without flags the trace is new, and this program writes its root span", () => {
  assert.deepEqual(decideTrace(NONE), {
    traceId: "1".repeat(32),
    rootSpanId: "2".repeat(16),
    rootParentId: undefined,
    root: "build",
  });
});

Deno.test("a caller that names the root span writes it", () => {
  assert.deepEqual(decideTrace({ ...NONE, traceId: TRACE_ID, rootSpanId: SPAN_ID, traceParent: PARENT }), {
    traceId: TRACE_ID,
    rootSpanId: SPAN_ID,
    rootParentId: undefined,
    root: undefined,
  });
});

Deno.test("a caller that names the root span can ask for it to be written", () => {
  const { rootSpanId, root } = decideTrace({ ...NONE, rootSpanId: SPAN_ID, generateRoot: true });

  assert.deepEqual([rootSpanId, root], [SPAN_ID, "pipeline"]);
});

Deno.test("a trace id alone leaves the root span to this program", () => {
  const { traceId, rootSpanId, root } = decideTrace({ ...NONE, traceId: TRACE_ID.toUpperCase() });

  assert.deepEqual([traceId, rootSpanId, root], [TRACE_ID, "2".repeat(16), "build"]);
});

Deno.test("TRACEPARENT puts the root span below the caller's, unless a flag names an identifier", () => {
  assert.deepEqual(decideTrace({ ...NONE, traceParent: PARENT }), {
    traceId: TRACE_ID,
    rootSpanId: "2".repeat(16),
    rootParentId: SPAN_ID,
    root: "build",
  });
  assert.equal(
    decideTrace({ ...NONE, traceId: "3".repeat(32), traceParent: PARENT }).rootParentId,
    undefined,
  );
});

Deno.test("a malformed TRACEPARENT counts as none", () => {
  for (
    const text of [
      "",
      "x",
      `ff-${TRACE_ID}-${SPAN_ID}-01`,
      `00-${"0".repeat(32)}-${SPAN_ID}-01`,
      `00-${TRACE_ID}-${"0".repeat(16)}-01`,
      `${PARENT}-more`,
      PARENT.toUpperCase(),
    ]
  ) assert.equal(parseTraceParent(text), undefined, text);
  assert.deepEqual(parseTraceParent(`01-${TRACE_ID}-${SPAN_ID}-00-more`), {
    traceId: TRACE_ID,
    spanId: SPAN_ID,
  });
});

Deno.test("a malformed identifier in a flag is wrong usage", () => {
  const isUsage = (error: unknown) => error instanceof AppError && error.exitCode === 2;

  for (const traceId of ["", "12", "g".repeat(32), "0".repeat(32), SPAN_ID]) {
    assert.throws(() => decideTrace({ ...NONE, traceId }), isUsage, traceId);
  }
  assert.throws(() => decideTrace({ ...NONE, rootSpanId: TRACE_ID }), isUsage);
});

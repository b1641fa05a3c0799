import { usageError } from "../../../lib/errors.ts";

/** The identifiers of a build's trace. */
export interface BuildTrace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The span above the pipeline's top step: 16 hexadecimal digits. */
  readonly rootSpanId: string;
  /** The caller's span above the root span; undefined if the root span has no parent. */
  readonly rootParentId: string | undefined;
  /** Which root span this program writes; undefined if the caller writes it. */
  readonly root: "build" | "pipeline" | undefined;
}

/** The flags and variables that decide the identifiers, and makers of new ones. */
export interface TraceChoice {
  readonly traceId: string | undefined;
  readonly rootSpanId: string | undefined;
  readonly generateRoot: boolean;
  /** The variable `TRACEPARENT`. It counts only if neither identifier is given. */
  readonly traceParent: string | undefined;
  readonly newTraceId: () => string;
  readonly newSpanId: () => string;
}

/**
 * Decides the identifiers of a build. A caller that names the root span writes it, unless `generateRoot` is set.
 * Throws a usage error for an identifier that is malformed.
 */
export function decideTrace(choice: TraceChoice): BuildTrace {
  const { generateRoot, newTraceId, newSpanId } = choice;
  const traceId = checked(choice.traceId, { name: "trace-id", digits: 32 });
  const rootSpanId = checked(choice.rootSpanId, { name: "root-span-id", digits: 16 });
  const own = generateRoot ? "pipeline" : "build";
  if (traceId !== undefined || rootSpanId !== undefined) {
    return {
      traceId: traceId ?? newTraceId(),
      rootSpanId: rootSpanId ?? newSpanId(),
      rootParentId: undefined,
      root: rootSpanId === undefined || generateRoot ? own : undefined,
    };
  }
  const parent = parseTraceParent(choice.traceParent);
  return {
    traceId: parent?.traceId ?? newTraceId(),
    rootSpanId: newSpanId(),
    rootParentId: parent?.spanId,
    root: own,
  };
}

/** Parses a `traceparent` as W3C's Trace Context has it; undefined if it is malformed. */
export function parseTraceParent(
  text: string | undefined,
): { readonly traceId: string; readonly spanId: string } | undefined {
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/.exec(text?.trim() ?? "");
  if (match === null) return undefined;
  const [, version, traceId = "", spanId = "", more] = match;
  if (version === "ff" || (version === "00" && more !== undefined)) return undefined;
  return isZero(traceId) || isZero(spanId) ? undefined : { traceId, spanId };
}

function checked(
  text: string | undefined,
  { name, digits }: { readonly name: string; readonly digits: number },
): string | undefined {
  if (text === undefined) return undefined;
  const id = text.toLowerCase();
  if (id.length === digits && /^[0-9a-f]+$/.test(id) && !isZero(id)) return id;
  throw usageError(
    "trace_identifier_malformed",
    `Reading --${name}: the value is not ${digits} hexadecimal digits, or is zero`,
    `Give it as ${digits} hexadecimal digits, or leave it out for a random one`,
  );
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}

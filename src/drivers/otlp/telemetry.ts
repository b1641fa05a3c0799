import type { BuildEvent } from "../../pipelines/core/build_event.ts";
import {
  type BuildLog,
  type BuildSpan,
  type BuildTrace,
  logsOfEvent,
  redactEvent,
  type SignalTarget,
  spanOfBuild,
  spanOfStep,
  type TelemetryPlan,
} from "../../pipelines/core/trace/mod.ts";
import type { Telemetry } from "../../pipelines/ports/telemetry.ts";
import { makeEnding } from "./ending.ts";
import { describeLosses } from "./losses.ts";
import { makeOutbox, type Outbox } from "./outbox.ts";

/** The telemetry of one build. */
export interface TelemetryOptions {
  readonly plan: TelemetryPlan;
  readonly trace: BuildTrace;
  /** Masks the secrets of this process: a collector gets no text that a terminal does not show. */
  readonly redact?: (text: string) => string;
}

/** A log record takes about this many bytes besides its text, in memory and as JSON. */
const LOG_BYTES = 400;
/** A span takes about this many bytes. */
const SPAN_BYTES = 1_000;

/** A signal's target, its outbox and the name of one item. */
interface Signal<Item> {
  readonly target: SignalTarget;
  readonly item: string;
  readonly outbox: Outbox<Item>;
}

/** Makes the sender of a build's telemetry; undefined if the plan names no endpoint. */
export function makeTelemetry(
  { plan, trace, redact = (text) => text }: TelemetryOptions,
): Telemetry | undefined {
  if (plan.traces === undefined && plan.logs === undefined) return undefined;
  const ending = makeEnding();
  // The packages load while the first program of the build runs. A failure shows when something is sent.
  const sdk = import("./sdk/mod.ts").then(({ makeSdk }) => makeSdk({ resource: plan.resource, ending }));
  sdk.catch(() => {});
  const spans = signalTo<BuildSpan>(plan.traces, (target) => ({
    target,
    item: "span",
    outbox: makeOutbox({
      sizeOf: () => SPAN_BYTES,
      send: async (items) => (await sdk).sendSpans(items, target),
      ending,
    }),
  }));
  const logs = signalTo<BuildLog>(plan.logs, (target) => ({
    target,
    item: "log record",
    outbox: makeOutbox({
      sizeOf: ({ text }) => LOG_BYTES + text.length,
      send: async (items) => (await sdk).sendLogs(items, target),
      ending,
    }),
  }));
  const signals = [spans, logs].filter((each) => each !== undefined);
  let pipeline = "";
  return {
    observe(observed) {
      const event = redactEvent(observed, redact);
      if (event.kind === "build_started") pipeline = event.pipeline;
      const span = spans === undefined ? undefined : spanOf(event, { trace, pipeline });
      if (span !== undefined) spans?.outbox.add(span);
      if (logs !== undefined) { for (const log of logsOfEvent(event, trace)) logs.outbox.add(log); }
    },
    async finish(budgetMs, signal) {
      using _end = ending.begin(budgetMs, signal);
      await Promise.all(signals.map(({ outbox }) => outbox.finish()));
      return describeLosses(
        signals.map(({ target, item, outbox }) => ({ target, item, losses: outbox.losses() })),
      );
    },
  };
}

function signalTo<Item>(
  target: SignalTarget | undefined,
  make: (target: SignalTarget) => Signal<Item>,
): Signal<Item> | undefined {
  return target === undefined ? undefined : make(target);
}

function spanOf(
  event: BuildEvent,
  about: { readonly trace: BuildTrace; readonly pipeline: string },
): BuildSpan | undefined {
  if (event.kind === "step_ended") return spanOfStep(event.result, about);
  return event.kind === "build_ended" ? spanOfBuild(event.result, about.trace) : undefined;
}

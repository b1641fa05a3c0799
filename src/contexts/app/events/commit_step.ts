import type { ContextId } from "../../core/context_id.ts";
import type { EventStep, HandlerRecord } from "../../core/events/event_keys.ts";
import { findRecord, putRecord } from "../../core/events/key_records.ts";
import type { Operation } from "../../core/tree/operations.ts";
import type { StoredContext } from "../../ports/context_store.ts";
import { writeContext } from "../write_context.ts";
import type { EventPorts } from "./event_ports.ts";

/** The handler that a version is about. */
export interface StepPlace {
  readonly id: ContextId;
  readonly pipeline: string;
  readonly event: string;
  /** Undefined if the call has no key. */
  readonly key: string | undefined;
  readonly handler: string;
  readonly waitMs: number;
}

/** The step to commit. */
export interface Step {
  readonly step: EventStep["step"];
  readonly idempotencyKey: string;
  readonly operations: readonly Operation[];
  /** The state that the record of the key gets; that of the step if left out. */
  readonly state?: HandlerRecord["state"];
}

/**
 * Commits a step of a handler as a version, with its operations and the record of the key. Returns what is
 * stored; undefined if another call has done the handler with this key.
 */
export async function commitStep(
  ports: Pick<EventPorts, "store" | "clock" | "actor" | "random">,
  { place, step, idempotencyKey, operations, state = step }: Step & { readonly place: StepPlace },
  signal: AbortSignal,
): Promise<StoredContext | undefined> {
  const { id, pipeline, event, key, handler, waitMs } = place;
  const keyed = key === undefined ? undefined : { pipeline, event, key };
  let done = false;
  const stored = await writeContext(ports, {
    id,
    waitMs,
    change: (current) => {
      done = keyed !== undefined && findRecord(current.keys, keyed, { handler })?.state === "done";
      if (done) return undefined;
      const record = { idempotencyKey, state, time: new Date(ports.clock.now()).toISOString() };
      return {
        operations,
        event: {
          pipeline,
          event,
          handler,
          step,
          ...key === undefined ? {} : { key },
          ...step === "intent" ? { idempotencyKey } : {},
        },
        ...keyed === undefined ? {} : { keys: putRecord(current.keys, keyed, { handler, record }) },
      };
    },
  }, signal);
  return done ? undefined : stored;
}

/** The record of one request of an event that was fired with a key. */
export interface HandlerRecord {
  /** Sent as `Idempotency-Key`, and sent again with a repetition. */
  readonly idempotencyKey: string;
  /** `intent`: it may or may not have been sent. `failed`: it was refused, or surely not sent. */
  readonly state: "intent" | "done" | "failed";
  /** As ISO 8601 in UTC. */
  readonly time: string;
}

/** The record of one event that was fired with a key: its requests by the path of their handler. */
export interface KeyRecord {
  readonly pipeline: string;
  readonly event: string;
  readonly handlers: Readonly<Record<string, HandlerRecord>>;
}

/** Records by key, the newest last. Plain data, which stores keep as JSON. */
export type EventKeys = Readonly<Record<string, KeyRecord>>;

/** The request of an event that a version stands for. */
export interface EventStep {
  readonly pipeline: string;
  readonly event: string;
  /** The handler's path in the configuration, as `notify.team`. */
  readonly handler: string;
  readonly step: "intent" | "done" | "failed";
  readonly key?: string;
  /** Set beside an intent of a request over HTTP. */
  readonly idempotencyKey?: string;
}

import { fireEvent } from "../../../src/contexts/app/fire_event.ts";
import type { EventCall, EventResult } from "../../../src/contexts/app/events/event_call.ts";
import type { EventPorts } from "../../../src/contexts/app/events/event_ports.ts";
import { initContext } from "../../../src/contexts/app/init_context.ts";
import { type ContextId, parseContextId } from "../../../src/contexts/core/context_id.ts";
import { OUR_RULES } from "../../../src/contexts/core/events/event_rules.ts";
import { valueAt } from "../../../src/contexts/core/tree/operations.ts";
import { parsePath } from "../../../src/contexts/core/tree/path.ts";
import { toValue, type Value, type ValueMap } from "../../../src/contexts/core/tree/value.ts";
import type { ContextVersion } from "../../../src/contexts/core/version.ts";
import { makeHttp } from "../../../src/drivers/http/mod.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import { makeScaledClock } from "../aws/scaled_clock.ts";
import { type EventServer, serveEvents } from "./event_server.ts";
import { makeMemoryStore } from "./memory_store.ts";

/** A signal that never aborts. */
export const NEVER = new AbortController().signal;

/** The usual answer of the server. */
export const ANSWER = { ok: true, ts: "171.22", channel: "C1", message: { text: "seen" }, list: [1, "two"] };

/** A world in which events are fired. */
export interface EventWorld extends AsyncDisposable {
  readonly id: ContextId;
  readonly server: EventServer;
  readonly ports: EventPorts;
  /** The pauses that were slept, in milliseconds, except those of the beats of keys. */
  readonly pauses: readonly number[];
  fire(call?: Partial<EventCall>, ports?: Partial<EventPorts>): Promise<EventResult>;
  /** What stands at a path now. */
  get(path: string): Promise<Value | undefined>;
  history(): Promise<readonly ContextVersion[]>;
}

/** The parts that a test chooses. */
export interface EventWorldOptions {
  /** The handlers of the event `done` of the pipeline `build`, as plain data. */
  readonly handlers?: unknown;
  /** Keys beside `pipelines`, or the whole tree. */
  readonly tree?: ValueMap;
  readonly settings?: Partial<EventPorts["settings"]>;
  /** The address that the configuration names for the server. */
  readonly slackOrigin?: string;
  readonly store?: EventPorts["store"];
  readonly id?: string;
}

const EMPTY: ValueMap = new Map<never, never>([]);

/** The settings of a world whose server the configuration names by an origin. */
export function usualSettings(origin: string): EventPorts["settings"] {
  return {
    slack: { url: `${origin}/slack`, token: "xoxb-secret-token" },
    templates: {
      "notify": '{"text": {{ notify.message | json_dumps }}}',
      "manual-choice":
        '{"title": {{ manualChoice.title | json_dumps }}, "choices": {{ manualChoice.choices | tojson }}}',
      "respond": '{"text": {{ respond.message | json_dumps }}}',
    },
    trigger: {
      url: `${origin}/trigger`,
      headers: [{ name: "x-key", value: "{{ secretData.trigger.token }}" }],
      autoArgs: new Map(),
    },
    capture: { "notify": [], "manual-choice": [] },
    http: { timeoutMs: 5_000, attempts: 3, hosts: [] },
    secretUrls: [],
    secretData: new Map<string, Value>([["trigger", new Map([["token", "trigger-secret"]])]]),
    redact: [],
    configData: EMPTY,
  };
}

/** Makes a world with a server, a store in memory and a clock that runs fast. */
export async function makeEventWorld(options: EventWorldOptions = {}): Promise<EventWorld> {
  const server = serveEvents({ usual: JSON.stringify(ANSWER) });
  const origin = options.slackOrigin ?? server.url;
  const pauses: number[] = [];
  const clock = recordPauses(makeScaledClock({ speed: 100 }), pauses);
  const direct = makeHttp();
  const ports: EventPorts = {
    store: options.store ?? makeMemoryStore(),
    clock,
    actor: "tester",
    random: () => 0.5,
    // The server plays whatever origin the configuration names.
    http: {
      send: (request, signal) =>
        direct.send({ ...request, url: request.url.replace(origin, server.url) }, signal),
    },
    comments: undefined,
    settings: {
      ...usualSettings(origin),
      ...options.settings,
    },
  };
  const id = parseContextId(options.id ?? "ctx-1");
  const base = options.tree ?? new Map<string, Value>();
  const tree = options.handlers === undefined ? base : new Map<string, Value>([
    ...base,
    ["pipelines", toValue({ build: { "event-handlers": { done: options.handlers } } })],
  ]);
  await initContext(ports, { id, tree, existing: "leave", waitMs: 0 }, NEVER);
  return {
    id,
    server,
    ports,
    pauses,
    fire: (call, others) =>
      fireEvent({ ...ports, ...others }, {
        id,
        pipeline: "build",
        event: "done",
        vars: () => EMPTY,
        key: undefined,
        unsure: "send",
        waitMs: 30_000,
        dryRun: false,
        secretsAllowed: true,
        rules: OUR_RULES,
        ...call,
      }, NEVER),
    get: async (path) => valueAt((await ports.store.read(id, NEVER))?.tree ?? EMPTY, parsePath(path)),
    history: () => ports.store.history(id, { after: 0 }, NEVER),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** The pause between two beats, and the limit of one, are no pauses of requests. */
const OF_KEYS = [3_000, 10_000];

function recordPauses(clock: Clock, pauses: number[]): Clock {
  return {
    now: () => clock.now(),
    sleep(ms, signal) {
      if (!OF_KEYS.includes(ms)) pauses.push(ms);
      return clock.sleep(ms, signal);
    },
  };
}

import { AppError, usageError } from "../../../lib/errors.ts";
import type { SimulatorState } from "../state/state_view.ts";
import type { CommentControl, LabelControl, PullControl, PushControl, RunControl } from "./controls.ts";
import { type Fault, parseFaults } from "./faults.ts";
import { readControl } from "./read_control.ts";
import type { Delivery } from "../hooks/send_hooks.ts";
import type { LoggedRequest } from "./request_log.ts";

/** The part of a simulator that control requests read and change. */
interface Controlled {
  now(): number;
  push(control: PushControl): void;
  label(control: LabelControl): void;
  pull(control: PullControl): void;
  comment(control: CommentControl): Readonly<Record<string, unknown>>;
  open(pull: unknown): void;
  run(control: RunControl): void;
  advanceClock(by: string): void;
  faults(list: readonly Fault[]): void;
  hold(client: string): void;
  release(client: string, count?: number): number;
  state(): SimulatorState;
  requests(): readonly LoggedRequest[];
  deliveries(): readonly Delivery[];
}

/** The part of an HTTP request that control requests are read from. */
interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly url: URL;
  readonly body: unknown;
  readonly badJson: boolean;
}

const ACTIONS: Readonly<Record<string, (simulator: Controlled, body: unknown) => unknown>> = {
  push: (simulator, body) => simulator.push(readControl.push(body)),
  label: (simulator, body) => simulator.label(readControl.label(body)),
  pull: (simulator, body) => simulator.pull(readControl.pull(body)),
  comment: (simulator, body) => simulator.comment(readControl.comment(body)),
  open: (simulator, body) => simulator.open(body),
  run: (simulator, body) => simulator.run(readControl.run(body)),
  clock: (simulator, body) => {
    simulator.advanceClock(readControl.clock(body).advance);
    return { clock: new Date(simulator.now()).toISOString() };
  },
  faults: (simulator, body) => simulator.faults(parseFaults(body)),
  hold: (simulator, body) => simulator.hold(readControl.hold(body).client),
  release: (simulator, body) => {
    const { client, count } = readControl.hold(body);
    return { released: simulator.release(client, count), waiting: simulator.state().held[client] ?? 0 };
  },
};

/** The lists that can be read, an entry a line, from number `since` on. */
const LISTS: Readonly<Record<string, (simulator: Controlled) => readonly unknown[]>> = {
  requests: (simulator) => simulator.requests(),
  deliveries: (simulator) => simulator.deliveries(),
};

function linesOf(entries: readonly unknown[], since: string | null): string {
  const from = since === null || !/^\d+$/.test(since) ? 0 : Number(since);
  return entries.slice(from).map((entry) => `${JSON.stringify(entry)}\n`).join("");
}

function run(simulator: Controlled, request: ControlRequest): unknown {
  const name = request.path.slice("/_simulator/".length);
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (request.method !== "POST" || action === undefined) {
    const known = [
      ...["state", ...Object.keys(LISTS)].map((key) => `GET ${key}`),
      ...Object.keys(ACTIONS).map((key) => `POST ${key}`),
    ].join(", ");
    throw usageError(
      "bad_control",
      `Controlling the simulator: "${request.method} ${name}" is not a control`,
      `The controls are ${known}`,
    );
  }
  if (request.badJson) {
    throw usageError("bad_control", `Controlling the simulator: the body of "${name}" is not JSON`);
  }
  if (request.body === undefined) {
    throw usageError("bad_control", `Controlling the simulator: "${name}" was sent without a JSON body`);
  }
  return action(simulator, request.body) ?? { ok: true };
}

/**
 * Answers a request below `/_simulator/`. A request that cannot be obeyed has status 400 and a JSON body with
 * the error.
 */
export function answerControl(simulator: Controlled, request: ControlRequest): Response {
  if (request.method === "GET" && request.path === "/_simulator/state") {
    return Response.json(simulator.state());
  }
  const name = request.path.slice("/_simulator/".length);
  const list = request.method === "GET" && Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
  if (list !== undefined) {
    const headers = { "content-type": "application/x-ndjson; charset=utf-8" };
    return new Response(linesOf(list(simulator), request.url.searchParams.get("since")), { headers });
  }
  try {
    return Response.json(run(simulator, request));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, hint } = error;
    return Response.json({ error: { code, message, ...(hint === undefined ? {} : { hint }) } }, {
      status: 400,
    });
  }
}

import { ApiError } from "./api_error.ts";
import { answerControl } from "./control/answer_control.ts";
import type {
  CommentControl,
  LabelControl,
  PullControl,
  PushControl,
  RunControl,
} from "./control/controls.ts";
import {
  applyComment,
  applyLabel,
  applyOpen,
  applyPull,
  applyPush,
  applyRun,
  parseAdvance,
} from "./control/controls.ts";
import { type Fault, Faults } from "./control/faults.ts";
import { answerGraphql, type GraphqlRequest, readGraphqlRequest } from "./graphql/mod.ts";
import { Holds } from "./control/holds.ts";
import { makeCommentPayload, makePayload } from "./hooks/payload.ts";
import { eventsOf, openedEvent, type PullEvent } from "./hooks/pull_event.ts";
import { type Delivery, HookSender } from "./hooks/send_hooks.ts";
import { parsePull } from "./seed/parse_seed.ts";
import { plant } from "./seed/plant.ts";
import { RateLimiter } from "./rate_limiter.ts";
import { type LoggedRequest, RequestLog } from "./control/request_log.ts";
import { faultResponse, toResponse } from "./respond.ts";
import { type Answer, answerRest, type RateLimit } from "./rest/mod.ts";
import type { Seed } from "./seed/seed.ts";
import { type SimulatorState, stateView } from "./state/state_view.ts";
import { Urls } from "./state/urls.ts";
import { type CommentEvent, World } from "./state/world.ts";

/** A request with its whole body, which is read before the request is held or delayed. */
interface Incoming {
  readonly method: string;
  readonly url: URL;
  readonly path: string;
  readonly body: unknown;
  readonly badJson: boolean;
  readonly headers: Headers;
  /**
   * Returns the request's signal. It is called only if the request waits, as the signal has a cost under
   * `Deno.serve`.
   */
  readonly signal: () => AbortSignal;
  readonly graphql: GraphqlRequest | undefined;
  readonly write: boolean;
}

async function readIncoming(request: Request): Promise<Incoming> {
  const url = new URL(request.url);
  const path = url.pathname.replace(/^\/api\/v3(?=\/)/, "");
  const text = request.body === null ? "" : await request.text();
  let body: unknown;
  let badJson = false;
  try {
    body = text === "" ? undefined : JSON.parse(text);
  } catch {
    badJson = true;
  }
  const isGraphql = request.method === "POST" && (path === "/graphql" || path === "/api/graphql");
  const graphql = isGraphql && !badJson ? readGraphqlRequest(body) : undefined;
  const write = graphql === undefined
    ? !["GET", "HEAD"].includes(request.method)
    : graphql.operation?.operation === "mutation";
  return {
    method: request.method,
    url,
    path,
    body,
    badJson,
    headers: request.headers,
    signal: () => request.signal,
    graphql,
    write,
  };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * Waits in real time, so that the client's own timeout can fire. Rejects with the signal's reason if the
 * client leaves.
 */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", leave);
      resolve();
    }, ms);
    const leave = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
  });
}

/** The functions that are called while the simulator is played on. */
export interface SimulatorWatch {
  /** Is called after each change of the state. One request can change it several times. */
  changed?(): void;
  /** Is called with each event about a pull request, after the change. */
  happened?(event: PullEvent): void;
}

/** The settings of a new simulator. */
export interface SimulatorOptions {
  /** The clock of the simulator, in milliseconds since 1970. The default is the machine's clock. */
  readonly now?: () => number;
  readonly baseUrl?: string;
  /** The number after which ids begin. The default is a small number that is always the same. */
  readonly lastId?: number;
}

/**
 * A stateful GitHub. {@link Simulator.handle} answers its API; the other methods play people and control the
 * simulator.
 */
export class Simulator {
  readonly #world: World;
  readonly #faults = new Faults();
  readonly #holds = new Holds();
  readonly #log = new RequestLog();
  readonly #limiter: RateLimiter;
  readonly #watchers = new Set<SimulatorWatch>();
  readonly #hooks: HookSender;
  readonly #baseUrl: string | undefined;
  #servedAt = "http://127.0.0.1";
  #advanced = 0;
  #lastComment: CommentEvent | undefined;

  constructor(seed: Seed, options: SimulatorOptions = {}) {
    const clock = options.now ?? Date.now;
    this.#world = new World(seed, () => clock() + this.#advanced, {
      lastId: options.lastId,
      watch: {
        changed: () => this.#changed(),
        happened: (pull, change) => eventsOf(pull, change).forEach((event) => this.#happened(event)),
        commented: (event) => this.#commented(event),
      },
    });
    this.#baseUrl = options.baseUrl;
    this.#limiter = new RateLimiter(seed.rateLimit);
    this.#hooks = new HookSender(seed.hooks);
    plant(this.#world);
  }

  /** Names the address that links in webhooks lead to, once it is known. */
  servedAt(url: string): void {
    this.#servedAt = url;
  }

  /** Calls a watcher on each change and each event from now on. Returns the function that ends it. */
  watch(watcher: SimulatorWatch): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher.changed?.();
  }

  #happened(event: PullEvent): void {
    if (this.#world.seed.hooks.length > 0) {
      this.#hooks.send(
        "pull_request",
        makePayload(this.#world, event, { baseUrl: this.#baseUrl ?? this.#servedAt }),
      );
    }
    for (const watcher of this.#watchers) watcher.happened?.(event);
  }

  #commented(event: CommentEvent): void {
    this.#lastComment = event;
    if (this.#world.seed.hooks.length > 0) this.#hooks.send("issue_comment", this.#commentPayload(event));
  }

  #commentPayload(event: CommentEvent): Readonly<Record<string, unknown>> {
    return makeCommentPayload(this.#world, event, { baseUrl: this.#baseUrl ?? this.#servedAt });
  }

  /** Returns the server's time, in milliseconds since 1970. */
  now(): number {
    return this.#world.now();
  }

  /** Plays a person who pushes a new head commit to a pull request. */
  push(control: PushControl): void {
    applyPush(this.#world, control);
  }

  /**
   * Plays a person who changes labels. The timeline gets an entry for each label, under that person's name.
   */
  label(control: LabelControl): void {
    applyLabel(this.#world, control);
  }

  /** Plays a person who edits, closes or reopens a pull request. */
  pull(control: PullControl): void {
    applyPull(this.#world, control);
  }

  /** Plays a person who comments or edits a comment. Returns the payload of the event, as a workflow gets it. */
  comment(control: CommentControl): Readonly<Record<string, unknown>> {
    applyComment(this.#world, control);
    return this.#lastComment === undefined ? {} : this.#commentPayload(this.#lastComment);
  }

  /**
   * Plays a person who opens a pull request, which is described as in a seed. Throws AppError `bad_control` (exit
   * code 2) if the description is wrong or the number is taken.
   */
  open(pull: unknown): void {
    this.#happened(openedEvent(applyOpen(this.#world, parsePull(pull, this.#world.seed))));
  }

  /** Changes the status of a workflow run. */
  run(control: RunControl): void {
    applyRun(this.#world, control);
  }

  /** Moves the server's clock forward. `by` is a text such as `2h`, or milliseconds. */
  advanceClock(by: string | number): void {
    this.#advanced += typeof by === "number" ? by : parseAdvance(by);
    this.#changed();
  }

  /** Replaces all faults in force. An empty list removes them. */
  faults(list: readonly Fault[]): void {
    this.#faults.replace(list);
  }

  /** Holds requests whose User-Agent contains `client`, before they take effect. */
  hold(client: string): void {
    this.#holds.hold(client);
  }

  /**
   * Releases `count` requests of a hold, first those that wait, then those that arrive later. Without `count`
   * it ends the hold. Returns the number of requests that were waiting and went on.
   */
  release(client: string, count?: number): number {
    return this.#holds.release(client, count);
  }

  /** Settles when `count` requests of a hold wait. */
  whenHeld(client: string, count = 1): Promise<void> {
    return this.#holds.whenWaiting(client, count);
  }

  state(): SimulatorState {
    return { ...stateView(this.#world), held: this.#holds.waiting() };
  }

  /** Returns the requests since the start, without those below `/_simulator`. */
  requests(): readonly LoggedRequest[] {
    return this.#log.list();
  }

  /** Returns the webhooks that were sent, oldest first. */
  deliveries(): readonly Delivery[] {
    return this.#hooks.list();
  }

  /** Settles when every webhook of the events so far was sent. */
  hooksSent(): Promise<void> {
    return this.#hooks.sent();
  }

  /**
   * Answers a request. Rejects with TypeError if a fault drops the connection. Rejects with the reason of the
   * request's signal if the request is aborted while it waits; it then has no effect.
   */
  readonly handle = async (request: Request): Promise<Response> => {
    const incoming = await readIncoming(request);
    if (incoming.path.startsWith("/_simulator/")) return answerControl(this, incoming);
    const client = incoming.headers.get("user-agent") ?? "";
    const close = this.#log.open({
      time: new Date(this.now()).toISOString(),
      method: incoming.method,
      path: incoming.path,
      write: incoming.write,
      client,
      operations: incoming.graphql?.rootFields ?? [],
    });
    await this.#holds.pass(client, incoming);
    const response = await this.#answer(incoming);
    close(response.status);
    return response;
  };

  async #answer(incoming: Incoming): Promise<Response> {
    const hits = this.#faults.hit({
      method: incoming.method,
      paths: [incoming.path, decoded(incoming.path), this.#named(incoming.path)],
      fields: incoming.graphql?.fields ?? new Set(),
    });
    const delay = hits.reduce((sum, fault) => sum + (fault.delay_ms ?? 0), 0);
    if (delay > 0) await pause(delay, incoming.signal());
    const failure = hits.find((fault) => fault.status !== undefined || fault.reset === true);
    const stale = incoming.write ? undefined : hits.find((fault) => fault.stale_ms !== undefined)?.stale_ms;
    const duplicate = hits.some((fault) => fault.duplicate === true);
    if (failure === undefined) return this.#effect(incoming, { stale, duplicate });
    if (failure.after_effect === true) this.#effect(incoming, { stale, duplicate });
    if (failure.reset === true) {
      throw new TypeError("error sending request: connection reset by the simulator");
    }
    return faultResponse(failure, this.now());
  }

  /** Plays the effect of a request at one instant, and makes the response. */
  #effect(
    incoming: Incoming,
    options: { readonly stale: number | undefined; readonly duplicate: boolean },
  ): Response {
    const now = this.now();
    const { seed } = this.#world;
    const urls = new Urls(this.#baseUrl ?? incoming.url.origin, `${seed.owner}/${seed.name}`);
    const world = options.stale === undefined ? this.#world : this.#world.past(now - options.stale);
    let actor: string | undefined;
    try {
      actor = world.people.actorOf(incoming.headers.get("authorization"));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return toResponse({ status: error.status, body: error.body }, {
        now,
        rate: this.#limiter.count(undefined, now),
      });
    }
    const rate = this.#limiter.count(actor, now);
    if (rate.refused) {
      const refusal = new ApiError("forbidden", `API rate limit exceeded for user ${actor ?? "anonymous"}.`);
      return toResponse({ status: 403, body: refusal.body }, { now, rate });
    }
    const answer = this.#route(incoming, {
      world,
      urls,
      actor,
      duplicate: options.duplicate,
      rate: plainRate(rate),
    });
    return toResponse(answer, { now, rate });
  }

  #route(
    incoming: Incoming,
    context: Pick<Parameters<typeof answerRest>[0], "world" | "urls" | "actor" | "duplicate" | "rate">,
  ): Answer {
    if (incoming.badJson) {
      const error = new ApiError("bad_request", "Problems parsing JSON");
      return { status: error.status, body: error.body };
    }
    if (incoming.graphql !== undefined) return answerGraphql(context, incoming.graphql);
    const call = {
      ...context,
      query: incoming.url.searchParams,
      body: incoming.body,
      accept: incoming.headers.get("accept") ?? "",
    };
    return answerRest(call, { method: incoming.method, path: incoming.path });
  }

  /** Returns a decoded path with the repository's name in place of its number. */
  #named(path: string): string {
    const { seed, repositoryId } = this.#world;
    return decoded(path.replace(`/repositories/${repositoryId}`, `/repos/${seed.owner}/${seed.name}`));
  }
}

function plainRate({ limit, used, remaining, reset }: RateLimit): RateLimit {
  return { limit, used, remaining, reset };
}

/** Makes a simulated GitHub with the state that the seed describes. */
export function makeSimulator(seed: Seed, options: SimulatorOptions = {}): Simulator {
  return new Simulator(seed, options);
}

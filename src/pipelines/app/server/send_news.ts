import { toError } from "../../../lib/errors.ts";
import type { Clock } from "../../../ports/clock.ts";
import { type FilledMessage, planNews } from "../../core/builds/plan_news.ts";
import { type Build, OPEN_STATES } from "../../core/builds/build.ts";
import type { BuildStore } from "../../ports/build_store.ts";
import type { ServerFiles } from "../../ports/server_files.ts";

/** The ports of news. */
export interface NewsPorts {
  readonly store: BuildStore;
  readonly files: ServerFiles;
  readonly clock: Clock;
  /** Sends one message once. Throws AppError. */
  readonly deliver: (message: FilledMessage, signal: AbortSignal) => Promise<void>;
  /** The address of a build's page; undefined if the server does not know its own address. */
  readonly urlOf: (id: string) => string | undefined;
  readonly traceUrlOf: (traceId: string) => string | undefined;
  readonly say: (line: string) => void;
}

const TRIES = 3;
const PAUSE_MS = 2_000;
/** A server that has not finished after this time counts as gone, and another one sends. */
const TAKEN_MS = 5 * 60_000;
const SENT = "sent";

/**
 * Sends the messages about a build that has ended, unless another server does. Each is tried three times; then a line says
 * that it failed. After a crash in between a message may be sent again. Never throws, unless the store fails.
 */
export async function sendNews(ports: NewsPorts, id: string, signal: AbortSignal): Promise<void> {
  const { store, files } = ports;
  const build = await store.build(id, signal);
  if (build === undefined || OPEN_STATES.includes(build.state)) return;
  const news = files.current().pipelines.get(build.pipeline)?.news ?? {};
  const messages = planNews(news, {
    build,
    previous: await previousState(ports, build, signal),
    url: ports.urlOf(id),
    traceUrl: ports.traceUrlOf(build.traceId),
    author: build.cause.by,
    authorEmail: undefined,
  });
  // One server sends the news of an attempt, until another one finds that it is gone.
  const name = `news ${id} ${build.attempt} ${build.state}`;
  const note = await store.note(name, signal);
  const now = ports.clock.now();
  if (note === SENT || (note !== undefined && now < Number(note))) return;
  const taken = messages.length === 0 ? SENT : String(now + TAKEN_MS);
  if (!await store.swapNote({ name, from: note, to: taken }, signal) || messages.length === 0) return;
  await Promise.all(messages.map((message) => deliver(ports, { message, build }, signal)));
  signal.throwIfAborted();
  await store.swapNote({ name, from: taken, to: SENT }, signal);
}

/** Builds that ended in this time have their news sent again if no server has finished that. */
const RECENT_MS = 3_600_000;
const RECENT_BUILDS = 200;

/** Sends the news of recent builds that a server did not finish, because it was killed. Throws if the store fails. */
export async function sendLateNews(ports: NewsPorts, signal: AbortSignal): Promise<void> {
  const recent = await ports.store.builds({ limit: RECENT_BUILDS }, signal);
  const since = ports.clock.now() - RECENT_MS;
  for (const { id, endedAt } of recent) {
    if (endedAt !== undefined && endedAt > since) await sendNews(ports, id, signal);
  }
}

async function previousState({ store }: NewsPorts, build: Build, signal: AbortSignal) {
  const older = await store.builds({ pipeline: build.pipeline, after: build.id, limit: 50 }, signal);
  return older.find(({ ref, state }) =>
    ref === build.ref && !OPEN_STATES.includes(state) && state !== "cancelled" && state !== "handed_over"
  )?.state;
}

async function deliver(
  { deliver: send, clock, say }: NewsPorts,
  { message, build }: { readonly message: FilledMessage; readonly build: Build },
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; attempt <= TRIES && !signal.aborted; attempt++) {
    try {
      return await send(message, signal);
    } catch (error) {
      if (attempt === TRIES) say(`build ${build.id}: ${toError(error).message}, and ${TRIES} tries failed`);
      else await clock.sleep(attempt * PAUSE_MS, signal).catch(() => {});
    }
  }
}

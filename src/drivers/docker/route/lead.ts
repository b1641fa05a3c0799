/** Leads the address of a pull request to a container, and away from one that is about to be removed. */

import { AppError } from "../../../lib/errors.ts";
import type { NamedAnswer } from "../../../ports/health.ts";
import { formatSpan } from "../../../lib/duration.ts";
import { type Engine, logTail } from "../engine.ts";
import { type Container, inspectContainers } from "../run/container.ts";
import { closeGate, openGate } from "./gate_file.ts";
import { isPending, MARK_HEADER, markOf, readRoute, routedUrl } from "./route.ts";

const PAUSE_MS = 200;
const ASK_TIMEOUT_MS = 5000;
/** So many requests in a row without any answer show that the address leads to nothing. */
const MOST_SILENT = 3;
/** How long an application may take to end by itself, once it gets no new requests. */
const STOP_GRACE_S = 3;
const STOP_TIMEOUT_MS = 30_000;

/** A container to which people are about to be sent. */
export interface Newcomer {
  readonly id: string;
  /** The other routed containers of the pull request, running or not. */
  readonly others: readonly Container[];
  readonly onProgress: (text: string) => void;
  readonly onGap: (sentence: string) => Promise<void>;
}

/**
 * Sends people to a container whose health check has answered Showtime: lets the engine call it healthy, then waits
 * until the address itself answers from it. Returns a warning if nothing of that kind answers there. Throws AppError
 * `unhealthy` if the engine does not call the container healthy, or if an older one goes on answering.
 */
export async function leadTo(
  engine: Engine,
  { id, others, onProgress, onGap }: Newcomer,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [container] = await inspectContainers(engine.docker, [id], signal);
  const route = container && readRoute(container);
  const url = container && routedUrl(container);
  if (container === undefined || route === undefined || url === undefined) return undefined;
  const serving = others.filter((one) => one.state.status === "running" && routedUrl(one) === url);
  if (route.gate === "none" && serving.length > 0) {
    await onGap(
      `Nothing answers at ${url} for up to two seconds when the new container takes over, because its image has ` +
        "neither a health check nor a shell: add a HEALTHCHECK to the Dockerfile",
    );
    return undefined;
  }
  if (route.gate === "file") await openGate(engine, id, signal);
  await waitUntilHealthy(engine, { container, onProgress }, signal);
  onProgress(`Waiting until ${url} leads to ${container.name}`);
  const mark = markOf(container);
  const isRight = (answer: NamedAnswer) => answer.mark === mark && !isUnreached(answer);
  const last = await askUntil(engine, { url, isRight }, signal);
  if (isRight(last)) {
    engine.ledAt.set(url, engine.clock.now());
    return undefined;
  }
  const older = serving.find((one) => markOf(one) === last.mark);
  // What served before goes on serving, unless nothing of the router answers at all.
  const fails = older !== undefined || (serving.length > 0 && (last.mark === mark || last.hangs === true));
  if (!fails) return describeWrong(url, last);
  const state = older === undefined
    ? last.hangs === true ? "requests get no answer there" : `Traefik answers ${last.answer} there`
    : `${older.name} answers there`;
  throw new AppError(
    "unhealthy",
    `Leading ${url} to "${container.name}": ${state} after ${
      formatSpan(engine.config.router?.answerMs ?? 0)
    }`,
    { hint: "Set docker.traefik.network to a network that Traefik is in, and look at Traefik's log" },
  );
}

/** Whether Traefik answers in the container's name because it cannot reach it. */
function isUnreached({ status }: NamedAnswer): boolean {
  return status === 502 || status === 504;
}

/** Describes an address that does not lead to the environment, with what to do. */
function describeWrong(url: string, last: NamedAnswer): string {
  if (last.hangs === true) {
    return `${url} takes requests and gives no answer: Traefik does not reach the container. Set ` +
      "docker.traefik.network to a network that Traefik is in";
  }
  if (last.status === undefined) {
    return `${url} does not answer this machine (${last.answer}): let its name and port lead to Traefik`;
  }
  return last.mark !== undefined && isUnreached(last)
    ? `${url} answers ${last.answer}: Traefik does not reach the container. Set docker.traefik.network to a network ` +
      "that Traefik is in"
    : `${url} answers ${last.answer}, and not from the environment: let Traefik read this engine, and check ` +
      "docker.traefik.entrypoint";
}

/** Waits until the engine calls a container healthy. */
async function waitUntilHealthy(
  engine: Engine,
  { container, onProgress }: { readonly container: Container; readonly onProgress: (text: string) => void },
  signal: AbortSignal,
): Promise<void> {
  const { id, name } = container;
  if (readRoute(container)?.gate === "none") return;
  const { timeoutMs } = engine.config.health;
  const started = engine.clock.now();
  for (;;) {
    const [now] = await inspectContainers(engine.docker, [id], signal);
    const { ownHealth, status } = now?.state ?? {};
    if (ownHealth === "healthy") return;
    const waitedMs = engine.clock.now() - started;
    if (status !== "running" || waitedMs >= timeoutMs) {
      const state = status !== "running"
        ? `the container is ${status ?? "gone"}`
        : `its own health check says ${ownHealth ?? "nothing"} after ${formatSpan(waitedMs)}`;
      throw new AppError("unhealthy", `Waiting for "${name}": ${state}`, {
        hint:
          "Correct HEALTHCHECK in the Dockerfile, or environment.health.command: Traefik sends people only to a " +
          "container whose check passes",
        logTail: now === undefined ? [] : await logTail(engine, id, signal),
      });
    }
    onProgress(`Waiting for the health check of ${name} (${ownHealth ?? "none yet"})`);
    await engine.clock.sleep(PAUSE_MS, signal);
  }
}

/** Asks an address until the answer is right, no answer comes at all, or it takes too long. Returns the last answer. */
async function askUntil(
  engine: Engine,
  { url, isRight }: { readonly url: string; readonly isRight: (answer: NamedAnswer) => boolean },
  signal: AbortSignal,
): Promise<NamedAnswer> {
  const { health, router } = engine.config;
  const started = engine.clock.now();
  for (let silent = 0;;) {
    const answer = await engine.askName(
      url,
      { path: health.path, header: MARK_HEADER, timeoutMs: ASK_TIMEOUT_MS },
      signal,
    );
    silent = answer.status === undefined && answer.hangs !== true ? silent + 1 : 0;
    if (isRight(answer) || silent >= MOST_SILENT) return answer;
    if (engine.clock.now() - started >= (router?.answerMs ?? 0)) return answer;
    await engine.clock.sleep(PAUSE_MS, signal);
  }
}

/**
 * Leads people away from a container that is about to be removed, if another one takes over: waits until the address
 * answers from another one, then until requests in flight have had their time, and stops the container.
 */
export async function leadAway(
  engine: Engine,
  { container, others }: { readonly container: Container; readonly others: readonly Container[] },
  signal: AbortSignal,
): Promise<void> {
  const url = routedUrl(container);
  const own = readRoute(container)?.priority ?? 0;
  if (url === undefined || container.state.status !== "running") return;
  const takesOver = others.some((one) =>
    one.id !== container.id && one.state.status === "running" && routedUrl(one) === url &&
    (readRoute(one)?.priority ?? 0) > own
  );
  // The router of a container with a lower priority takes over only when this one is gone.
  if (!takesOver) return;
  const mark = markOf(container);
  await askUntil(
    engine,
    { url, isRight: (answer) => answer.mark !== undefined && answer.mark !== mark },
    signal,
  );
  const sinceMs = engine.clock.now() - (engine.ledAt.get(url) ?? engine.clock.now());
  await engine.clock.sleep(Math.max(0, (engine.config.router?.drainMs ?? 0) - sinceMs), signal);
  const call = { action: `Stopping the container "${container.name}"`, timeoutMs: STOP_TIMEOUT_MS };
  await engine.docker.run(["stop", "-t", String(STOP_GRACE_S), container.id], call, signal);
}

/**
 * Takes a container that failed out of the routing while it still answers, so that an older one serves before it is
 * removed. A container whose own check passes cannot be taken out.
 */
export async function takeBack(
  engine: Engine,
  { container, others }: { readonly container: Container; readonly others: readonly Container[] },
  signal: AbortSignal,
): Promise<void> {
  const url = routedUrl(container);
  if (url === undefined || readRoute(container)?.gate !== "file" || isPending(container)) return;
  if (!others.some(({ state }) => state.status === "running")) return;
  await closeGate(engine, container.id, signal);
  const mark = markOf(container);
  await askUntil(engine, { url, isRight: (answer) => answer.mark !== mark }, signal);
}

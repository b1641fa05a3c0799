/** Actors: runs of the program as they are, at the border with all that they ask; people; and the time. */

import { applyCleanup, type CleanupResult } from "../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../src/environments/app/cleanup/cleanup.ts";
import { DEFAULT_OPTIONS } from "../../../src/environments/app/sync/make_policy.ts";
import { syncPull } from "../../../src/environments/app/sync/sync_pull.ts";
import { parseLockOwner } from "../../../src/environments/core/lock.ts";
import { prNumber } from "../../../src/lib/ids.ts";
import type { Images } from "../../../src/environments/ports/images.ts";
import type { Platform } from "../../../src/environments/ports/platform.ts";
import { never, type RunChange, type World, type WorldContext } from "../world.ts";
import { Bedroom, type Gate } from "./backdrop.ts";
import { Border, type Call } from "./border.ts";
import { deliver, deliverCall } from "./deliver.ts";
import { describeRequest } from "./describe_request.ts";
import type { Actor, Stage } from "./play.ts";

/** How much time a request takes, in milliseconds: reads that are a moment late see another state. */
const TICK_MS = 1_000;

/** A stage on which nobody acts yet. */
export function stageOf(
  world: World,
  options: Pick<Stage, "backdrop"> = {},
): Stage & { readonly actors: Map<string, Actor> } {
  const bedroom = new Bedroom(world.clock);
  return { ...options, world, border: new Border(), actors: new Map(), wrongs: [], watchers: [], bedroom };
}

/** What a run is like, and which pull request it may write to. */
export interface RunOptions extends RunChange {
  readonly pr?: number;
  /** Every write is to be made while the lock is its own; not so for runs that are taken for dead. */
  readonly owns?: boolean;
}

/** The context of a run of the program of which everything passes the border. */
export function runContext(stage: Stage, run: string, options: RunOptions = {}): WorldContext {
  const { world, border } = stage;
  const { owns = true, pr = world.pr, ...change } = options;
  const nonce = options.nonce ?? `nonce000${run}`;
  const effect = (call: Call, aboutLock: boolean) => {
    world.clock.advance(TICK_MS);
    for (const watcher of stage.watchers) watcher(call);
    if (!owns || !call.writes || aboutLock || ownerOf(world, pr) === nonce) return;
    stage.wrongs.push(`${run} wrote (${call.name}) while ${ownerOf(world, pr) ?? "nobody"} held the lock`);
  };
  const context = world.context({
    ...change,
    nonce,
    wire: async (request, send) => {
      const { name, writes, aboutLock } = await describeRequest(request);
      const call = { run, name, writes };
      return await border.pass(call, {
        signal: request.signal,
        act: (fate) =>
          deliver(fate, { world, border, run, send: () => (effect(call, aboutLock), send(request)) }),
      });
    },
  });
  const at = (name: string, writes: boolean) => <T>(act: () => Promise<T>, signal?: AbortSignal) => {
    const call = { run, name, writes };
    const done = () => (effect(call, false), act());
    return border.pass(call, { signal, act: (fate) => deliverCall(fate, { border, run, name, act: done }) });
  };
  const gate: Gate = {
    run,
    clock: stage.bedroom,
    pass: (what, { act, signal }) => {
      const call = { run, ...what };
      return border.pass(call, { signal, act: (fate) => act(fate, () => effect(call, false)) });
    },
    kill: () => border.kill(run),
  };
  const platform = stage.backdrop?.platform(gate) ?? borderPlatform(context.platform, at);
  return {
    ...context,
    settings: { ...context.settings, ...stage.backdrop?.settings },
    platform,
    platformKind: platform.kind,
    images: stage.backdrop?.images?.(gate) ?? borderImages(context.images, at),
  };
}

/** The nonce of whoever holds the lock: of two definitions of its name the one with the lower id. */
export function ownerOf(world: World, pr: number): string | undefined {
  const [lock] = world.simulator.state().labels.filter(({ name }) => name === `🎪 lock pr-${pr}`)
    .sort((a, b) => a.id - b.id);
  return lock === undefined ? undefined : parseLockOwner(lock.description ?? "")?.nonce;
}

type At = (name: string, writes: boolean) => <T>(act: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

function borderPlatform(inner: Platform, at: At): Platform {
  return {
    kind: inner.kind,
    list: (scope, signal) => at("platform.list", false)(() => inner.list(scope, signal), signal),
    addresses: (services, signal) =>
      at("platform.addresses", false)(() => inner.addresses(services, signal), signal),
    reach: (services, signal) => at("platform.reach", false)(() => inner.reach(services, signal), signal),
    newestRequests: (services, options, signal) =>
      at("platform.newestRequests", false)(() => inner.newestRequests(services, options, signal), signal),
    leftovers: (scope, signal) =>
      at("platform.leftovers", false)(() => inner.leftovers(scope, signal), signal),
    logs: (service, options, signal) => inner.logs(service, options, signal),
    deploy: (spec, options, signal) =>
      at("platform.deploy", true)(() => inner.deploy(spec, options, signal), signal),
    settle: (service, options, signal) =>
      at("platform.settle", true)(() => inner.settle(service, options, signal), signal),
    sleep: (service, options, signal) =>
      at("platform.sleep", true)(() => inner.sleep(service, options, signal), signal),
    wake: (service, options, signal) =>
      at("platform.wake", true)(() => inner.wake(service, options, signal), signal),
    destroy: (service, options, signal) =>
      at("platform.destroy", true)(() => inner.destroy(service, options, signal), signal),
    removeLeftover: (id, options, signal) =>
      at("platform.removeLeftover", true)(() => inner.removeLeftover(id, options, signal), signal),
  };
}

function borderImages(inner: Images, at: At): Images {
  return {
    check: (request, signal) => inner.check(request, signal),
    // The question before the tag is a request of its own: it cannot wait at the border inside of another one.
    build: async ({ confirm, ...request }, signal) => {
      await at("images.build", true)(() => inner.build(request, signal), signal);
      await confirm?.();
    },
    exists: (image, signal) => at("images.exists", false)(() => inner.exists(image, signal), signal),
    checkOwner: (image, owner, signal) => inner.checkOwner(image, owner, signal),
    remove: (image, owner, signal) =>
      at("images.remove", true)(() => inner.remove(image, owner, signal), signal),
    list: (signal) => at("images.list", false)(() => inner.list(signal), signal),
  };
}

/** A run of `showtime sync`. */
export function syncing(stage: Stage, run: string, options: RunOptions = {}): Actor {
  return () =>
    syncPull(
      runContext(stage, run, options),
      prNumber(options.pr ?? stage.world.pr),
      { ...DEFAULT_OPTIONS, request: undefined, planOnly: false },
      never(),
    );
}

/** What a cleanup gave. */
export type CleanedUp = CleanupResult;

/** A run of `showtime cleanup --force`. */
export function cleaning(stage: Stage, run: string, options: RunOptions = {}): Actor {
  return async () => {
    const context = runContext(stage, run, options);
    const pulls = new Set<number>(stage.world.simulator.state().pulls.map(({ number }) => number));
    const plan = await planCleanup(context, WHOLE_CLEANUP, never());
    // Servers may be shared: what belongs to others is theirs.
    const approved = plan.candidates.flatMap(({ id, pr }) =>
      stage.backdrop === undefined || pr === undefined || pulls.has(pr) ? [id] : []
    );
    return await applyCleanup(context, plan, { approved }, never());
  };
}

/** A person, or the time: what they do is one move. `then` is what follows from it, as the run that an event starts. */
export function person(
  stage: Stage,
  run: string,
  options: { readonly does: string; readonly act: () => void | Promise<void>; readonly then?: Actor },
): Actor {
  const { does, act, then } = options;
  return async () => {
    await stage.border.pass({ run, name: does, writes: true }, { act: () => Promise.resolve(act()) });
    return await then?.();
  };
}

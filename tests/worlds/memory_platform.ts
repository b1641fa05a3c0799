/** A platform, images and time in memory: they keep state, go by the port's rules, and can be told to fail. */

import {
  type EnvironmentKey,
  formatServiceName,
  serviceNameOf,
} from "../../src/environments/core/environment/names.ts";
import {
  assertImageOurs,
  type ImageOwner,
  refusalOf,
} from "../../src/environments/core/environment/image_owner.ts";
import {
  assertOurs,
  judgeOwner,
  type RepositoryIdentity,
} from "../../src/environments/core/environment/ownership.ts";
import type {
  EngineIdentity,
  NewestRequest,
  PlatformEnvironment,
} from "../../src/environments/core/environment/environment.ts";
import { hookFailure, type HookName } from "../../src/environments/core/environment/hooks.ts";
import { AppError } from "../../src/lib/errors.ts";
import { type ServiceName, shortSha } from "../../src/lib/ids.ts";
import type { Reached } from "../../src/environments/core/cleanup/mod.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { BuildRequest, ImageRemoval, Images, StoredImage } from "../../src/environments/ports/images.ts";
import type { HookEvents } from "../../src/environments/ports/hook_events.ts";
import type {
  Deployed,
  DeployEvents,
  DeploySpec,
  Platform,
  PlatformLeftover,
  PlatformScope,
  SleepOptions,
  WakeOptions,
} from "../../src/environments/ports/platform.ts";

/** Time that passes only when it is told to. */
export class MemoryClock implements Clock {
  #now: number;
  #sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** Lets time pass and wakes whoever slept until then. */
  advance(ms: number): void {
    this.#now += ms;
    const due = this.#sleepers.filter((each) => each.until <= this.#now);
    this.#sleepers = this.#sleepers.filter((each) => each.until > this.#now);
    for (const each of due) each.wake();
  }

  /** When the first who sleeps is to wake; undefined where nobody sleeps. */
  get wakesAt(): number | undefined {
    const [first] = this.#sleepers.map(({ until }) => until).sort((a, b) => a - b);
    return first;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const sleeper = { until: this.#now + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal.addEventListener("abort", () => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
        reject(signal.reason);
      }, { once: true });
    });
  }
}

/** What {@link MemoryPlatform} and {@link MemoryImages} can be told to fail at, or to do something before. */
type Call =
  | "list"
  | "reach"
  | "deploy"
  | "settle"
  | "sleep"
  | "wake"
  | "destroy"
  | "build"
  | "remove"
  | "exists";

/** What happens before calls of one kind: a test's way to fail them, or to change the world meanwhile. */
class Hooks {
  readonly #hooks = new Map<Call, () => void | Promise<void>>();

  /** Runs `act` before each such call; undefined ends it. What it throws is the call's failure. */
  before(call: Call, act: (() => void | Promise<void>) | undefined): void {
    if (act === undefined) this.#hooks.delete(call);
    else this.#hooks.set(call, act);
  }

  async run(call: Call, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#hooks.get(call)?.();
    signal.throwIfAborted();
  }
}

/** How the command of a hook ends. */
export interface PlayedCommand {
  readonly lines: readonly string[];
  readonly code: number;
  /** `after_start` alone: whether it runs after an update in place too. */
  readonly always?: boolean;
}

/** An engine in memory. */
export class MemoryPlatform implements Platform {
  readonly kind = "docker";
  readonly hooks = new Hooks();
  /** Which machine's engine this is, if a test says so. */
  engine?: () => Promise<EngineIdentity>;
  #environments: readonly PlatformEnvironment[] = [];
  #ports = 8000;
  /** The address of what is deployed from now on; undefined for a made-up one. */
  servesAt: string | undefined;
  /** Whether it records why an environment sleeps, as ECS does and Docker does not. */
  marksSleep = false;
  /** The newest request by service; the requests of a service that is not here are not counted. */
  readonly traffic = new Map<string, number | "none">();
  /** The commands that run in environments. */
  readonly commands = new Map<HookName, PlayedCommand>();
  /** Calls that changed something, as `destroy pr-1-aaaaaaa-service`. */
  readonly changes: string[] = [];
  /** The pages that runs gave it for environments that sleep, in HTML. */
  readonly pages: string[] = [];

  get environments(): readonly PlatformEnvironment[] {
    return this.#environments;
  }

  /** Puts an environment there as if somebody had made it. */
  plant(...environments: readonly PlatformEnvironment[]): void {
    this.#environments = [...this.#environments, ...environments];
  }

  /** Takes a service away as if somebody had removed it. */
  lose(service: string): void {
    this.#environments = this.#environments.filter((each) => each.service !== service);
  }

  async list(scope: PlatformScope, signal: AbortSignal): Promise<readonly PlatformEnvironment[]> {
    await this.hooks.run("list", signal);
    return this.#environments.filter((each) =>
      (scope.others === true || judgeOwner(each, scope) !== "other") &&
      (scope.pr === undefined || each.pr === scope.pr)
    );
  }

  /** Addresses that `list` leaves out, by service. */
  readonly unlisted = new Map<ServiceName, string>();
  /** What belongs to no environment. */
  readonly remains: PlatformLeftover[] = [];
  /** Services whose addresses were asked for one by one. */
  readonly askedAddresses: ServiceName[] = [];

  addresses(environments: readonly EnvironmentKey[]): Promise<readonly (string | undefined)[]> {
    const services = environments.map(serviceNameOf);
    this.askedAddresses.push(...services);
    return Promise.resolve(services.map((service) => this.unlisted.get(service)));
  }

  async reach(environments: readonly EnvironmentKey[], signal: AbortSignal): Promise<readonly Reached[]> {
    await this.hooks.run("reach", signal);
    return environments.map((key) => {
      const found = this.#environments.find((each) => each.service === serviceNameOf(key));
      const address = found?.address;
      const answer = { ok: found?.healthy === true, text: found?.condition ?? "" };
      return { address, answer: address === undefined ? undefined : answer };
    });
  }

  leftovers(): Promise<readonly PlatformLeftover[]> {
    return Promise.resolve([...this.remains]);
  }

  removeLeftover(id: string): Promise<void> {
    const index = this.remains.findIndex((each) => each.id === id);
    if (index >= 0) this.remains.splice(index, 1);
    return Promise.resolve();
  }

  async *logs(key: EnvironmentKey, options: { readonly tail: number | undefined }): AsyncIterable<string> {
    const service = serviceNameOf(key);
    const lines = [`${service} begins`, `${service} serves`];
    yield* await Promise.resolve(options.tail === undefined ? lines : lines.slice(-options.tail));
  }

  async deploy(
    spec: DeploySpec,
    options: DeployEvents,
    signal: AbortSignal,
  ): Promise<Deployed> {
    const short = shortSha(spec.sha);
    const service = formatServiceName(spec.pr, short);
    options.onProgress(`Waiting for ${service}`);
    await this.hooks.run("deploy", signal);
    this.#guard(service, spec);
    const inPlace = this.#environments.some((each) => each.service === service);
    const failure = inPlace && this.commands.get("after_start")?.always !== true
      ? undefined
      : this.#play("after_start", { service, events: options });
    if (failure !== undefined) throw failure;
    this.changes.push(`deploy ${service}`);
    this.lose(service);
    const address = this.servesAt ?? `10.0.0.1:${++this.#ports}`;
    this.plant({
      platform: this.kind,
      pr: spec.pr,
      sha: spec.sha,
      short,
      service,
      address,
      healthy: true,
      condition: "running",
      image: spec.image,
      settings: spec.settings,
      requestedBy: spec.requestedBy,
      createdAt: spec.createdAt,
      expiresAt: spec.expiresAt,
      epoch: spec.epoch,
      repo: spec.repo,
      repoId: spec.repoId,
      managed: true,
      legacy: false,
      unsettled: false,
    });
    return { address, unsettled: false };
  }

  async settle(
    key: EnvironmentKey,
    options: RepositoryIdentity & { readonly epoch: number },
    signal: AbortSignal,
  ): Promise<void> {
    const service = serviceNameOf(key);
    await this.hooks.run("settle", signal);
    this.#guard(service, options);
    this.#environments = this.#environments.map((each) =>
      each.service === service ? { ...each, unsettled: false } : each
    );
  }

  newestRequests(
    environments: readonly EnvironmentKey[],
    { since }: { readonly since: number },
  ): Promise<readonly NewestRequest[]> {
    return Promise.resolve(environments.map((key) => {
      const at = this.traffic.get(serviceNameOf(key));
      return typeof at === "number" && at < since ? "none" : at;
    }));
  }

  async sleep(key: EnvironmentKey, options: SleepOptions, signal: AbortSignal): Promise<void> {
    const service = serviceNameOf(key);
    await this.hooks.run("sleep", signal);
    this.#guard(service, options);
    this.#find(service);
    this.changes.push(`sleep ${service}`);
    const { cause, since, epoch, page } = options;
    this.pages.push(page);
    this.#change(service, {
      healthy: false,
      condition: "exited (0)",
      address: undefined,
      sleep: this.marksSleep ? { marked: true, cause, since } : { marked: false, since },
      ...(this.marksSleep ? { epoch } : {}),
    });
  }

  async wake(key: EnvironmentKey, options: WakeOptions, signal: AbortSignal): Promise<Deployed> {
    const service = serviceNameOf(key);
    options.onProgress(`Waiting for ${service}`);
    await this.hooks.run("wake", signal);
    this.#guard(service, options);
    const found = this.#find(service);
    const address = found.sleep === undefined ? found.address : undefined;
    const woken = { address: address ?? this.servesAt ?? `10.0.0.1:${++this.#ports}`, unsettled: false };
    this.changes.push(`wake ${service}`);
    this.pages.push(options.page);
    const { address: at } = woken;
    this.#change(service, {
      healthy: true,
      condition: "running",
      address: at,
      sleep: undefined,
      startedAt: options.at,
    });
    return woken;
  }

  #find(service: ServiceName): PlatformEnvironment {
    const found = this.#environments.find((each) => each.service === service);
    if (found !== undefined) return found;
    throw new AppError("environment_not_found", `Changing "${service}": it has no container`);
  }

  #change(service: ServiceName, change: Partial<PlatformEnvironment>): void {
    this.#environments = this.#environments.map((each) =>
      each.service === service ? { ...each, ...change } : each
    );
  }

  async destroy(
    key: EnvironmentKey,
    options: RepositoryIdentity & { readonly epoch: number; readonly hooks?: HookEvents | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    const service = serviceNameOf(key);
    await this.hooks.run("destroy", signal);
    this.#guard(service, options);
    const found = this.#environments.find((each) => each.service === service);
    if (found !== undefined) {
      const failure = found.sleep === undefined
        ? this.#play("before_stop", { service, events: options.hooks })
        : this.#refuseStopped(service);
      if (failure !== undefined) options.hooks?.onHookFailed?.(failure);
    }
    this.changes.push(`destroy ${service}`);
    this.lose(service);
  }

  /** Plays a command to its end; its failure, where it has one. */
  #play(
    name: HookName,
    { service, events }: { readonly service: ServiceName; readonly events: HookEvents | undefined },
  ): AppError | undefined {
    const command = this.commands.get(name);
    if (command === undefined) return undefined;
    this.changes.push(`${name} ${service}`);
    const output = events?.onHook?.(`Running ${name} in ${service}`);
    for (const line of command.lines) output?.line(line);
    output?.end();
    if (command.code === 0) return undefined;
    const end = { kind: "exit", code: command.code } as const;
    return hookFailure(name, { place: service, end, output: command.lines });
  }

  /** As on an engine, no command runs in a container that is stopped. */
  #refuseStopped(service: ServiceName): AppError | undefined {
    if (!this.commands.has("before_stop")) return undefined;
    const end = {
      kind: "broken",
      state: "the container is exited, so the command was not run",
      hint: "",
    } as const;
    return hookFailure("before_stop", { place: service, end, output: [] });
  }

  #guard(service: ServiceName, owner: RepositoryIdentity & { readonly epoch: number }): void {
    const found = this.#environments.find((each) => each.service === service);
    if (found === undefined) return;
    assertOurs(
      { ...found, what: `the container "${service}"`, removal: `docker rm -f ${service}` },
      { ...owner, action: `Changing "${service}"` },
    );
  }
}

/** A builder and a store in memory. */
export class MemoryImages implements Images {
  readonly hooks = new Hooks();
  readonly #clock: Clock;
  #stored: readonly StoredImage[] = [];
  readonly built: string[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get stored(): readonly string[] {
    return this.#stored.map((each) => each.image);
  }

  plant(...images: readonly StoredImage[]): void {
    this.#stored = [...this.#stored, ...images];
  }

  check(): Promise<void> {
    return Promise.resolve();
  }

  async build(request: BuildRequest, signal: AbortSignal): Promise<void> {
    await this.hooks.run("build", signal);
    request.onLine(`building ${request.image}`);
    await request.confirm?.();
    await this.checkOwner(request.image, request, signal);
    this.built.push(request.image);
    this.#drop(request.image);
    this.plant({
      image: request.image,
      createdAt: this.#clock.now(),
      builtFor: request.repo,
      builtForId: request.repoId,
    });
  }

  async exists(image: string, signal: AbortSignal): Promise<boolean> {
    await this.hooks.run("exists", signal);
    return this.stored.includes(image);
  }

  checkOwner(image: string, owner: ImageOwner, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const marks = this.#marksOf(image);
    if (marks !== undefined) assertImageOurs(image, { marks, owner, action: `Taking the name "${image}"` });
    return Promise.resolve();
  }

  async remove(image: string, owner: ImageOwner, signal: AbortSignal): Promise<ImageRemoval> {
    await this.hooks.run("remove", signal);
    const marks = this.#marksOf(image);
    const there = marks !== undefined;
    const reason = marks && refusalOf(image, { marks, owner });
    if (reason !== undefined) return { kind: "kept", reason, notOurs: true };
    this.#drop(image);
    return { kind: there ? "removed" : "absent" };
  }

  async list(signal: AbortSignal): Promise<readonly StoredImage[]> {
    await this.hooks.run("list", signal);
    return this.#stored;
  }

  #marksOf(image: string) {
    const found = this.#stored.find((each) => each.image === image);
    return found && { repo: found.builtFor, repoId: found.builtForId };
  }

  #drop(image: string): void {
    this.#stored = this.#stored.filter((each) => each.image !== image);
  }
}

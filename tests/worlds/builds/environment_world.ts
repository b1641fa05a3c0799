/** A server that drives the environments of a world in memory: hooks come in over HTTP, and syncs change the world. */

import assert from "node:assert/strict";
import { sign } from "@octokit/webhooks-methods";
import { fullSha } from "../../../src/lib/ids.ts";
import { driveEnvironments } from "../../../src/pipelines/app/server/environments/drive_environments.ts";
import type { EnvironmentPorts } from "../../../src/pipelines/app/server/environments/environment_ports.ts";
import { serveEnvironments } from "../../../src/pipelines/app/server/environments/served_environments.ts";
import { REPO, type RunChange, type World } from "../world.ts";
import { type ServerWorld, startServerWorld } from "./server_world.ts";

const SECRET = "top";

/** A part of a hook's payload that the simulator does not know. */
export interface Played {
  readonly action: string;
  readonly pr: number;
  readonly label?: string;
  readonly sender?: string;
}

/** What one process of the server is like. */
export interface DriverOptions {
  /** Changes the ports of this process. */
  readonly ports?: Partial<EnvironmentPorts>;
  /** Changes the runs of this process. */
  readonly run?: RunChange;
}

/** A process that drives environments. */
export interface Driven {
  /** Ends it as a signal does. */
  end(): Promise<void>;
  /** Ends it at once: nothing that it sends from now on arrives anywhere. */
  kill(): void;
}

/** A server under test. */
export class EnvironmentWorld implements AsyncDisposable {
  readonly world: World;
  readonly server: ServerWorld;
  /** The names of the runs that began, as `#12`, and of those that ended. */
  readonly began: string[] = [];
  readonly ended: string[] = [];
  readonly said: string[] = [];
  /** The largest number of syncs at a time. */
  most = 0;
  #now = 0;
  #ports: EnvironmentPorts;
  readonly #ended: AbortController;
  #drivers: { readonly stop: AbortController; readonly finished: Promise<void> }[] = [];

  /** Use {@link startEnvironmentWorld}. */
  constructor(
    world: World,
    server: ServerWorld,
    { ports, ended }: { readonly ports: EnvironmentPorts; readonly ended: AbortController },
  ) {
    this.world = world;
    this.server = server;
    this.#ports = ports;
    this.#ended = ended;
  }

  /** Starts a process that drives the environments, and returns the ways to end it. */
  drive({ ports = {}, run }: DriverOptions = {}): Driven {
    let isDead = false;
    const mortal = <Result>(act: () => Promise<Result>): Promise<Result> =>
      isDead ? new Promise<Result>(() => {}) : act();
    const { store } = this.#ports;
    const own: EnvironmentPorts = {
      ...this.#ports,
      holder: crypto.randomUUID(),
      say: (line) => this.said.push(line),
      store: {
        note: (name, signal) => mortal(() => store.note(name, signal)),
        swapNote: (change, signal) => mortal(() => store.swapNote(change, signal)),
        lead: (lease, signal) => mortal(() => store.lead(lease, signal)),
      },
      withRun: async ({ pr, event }, act) => {
        const name = pr === undefined ? "all" : `#${pr}`;
        this.began.push(name);
        if (pr !== undefined) this.most = Math.max(this.most, ++this.#now);
        try {
          return await act(this.world.context({
            inActions: true,
            actor: event?.sender,
            event: event === undefined ? undefined : {
              action: event.action,
              headSha: event.headSha === undefined ? undefined : fullSha(event.headSha),
              sender: event.sender,
              label: event.label?.name,
              at: event.updatedAt,
              open: event.open,
            },
            wire: (request, send) => mortal(() => send(request)),
            ...run,
          }));
        } finally {
          if (pr !== undefined) this.#now--;
          this.ended.push(name);
        }
      },
      ...ports,
    };
    const stop = new AbortController();
    const finished = driveEnvironments(own, stop.signal);
    const driver = { stop, finished };
    this.#drivers.push(driver);
    return {
      end: async () => {
        stop.abort(new Error("the server ends"));
        await finished;
      },
      kill: () => {
        isDead = true;
        stop.abort(new Error("the server dies"));
        this.#drivers = this.#drivers.filter((each) => each !== driver);
      },
    };
  }

  /** Makes the payload of an event of a pull request as the simulator has it now. */
  async payload({ action, pr, label, sender = "maxime" }: Played): Promise<unknown> {
    const ask = async (path: string) => {
      const request = new Request(`https://github.example/api/v3/repos/${REPO}${path}`, {
        headers: { authorization: "Bearer token" },
      });
      return await (await this.world.simulator.handle(request)).json();
    };
    return {
      action,
      number: pr,
      pull_request: await ask(`/pulls/${pr}`),
      repository: { ...await ask(""), clone_url: `https://github.example/${REPO}.git` },
      sender: { login: sender },
      ...(label === undefined ? {} : { label: { name: label } }),
    };
  }

  /** Sends a hook, signed with a secret, and returns the answer. */
  async hook(payload: unknown, { secret = SECRET, event = "pull_request" } = {}): Promise<Response> {
    const body = JSON.stringify(payload);
    return await this.server.send("POST /hooks/github", {
      body,
      headers: { "x-github-event": event, "x-hub-signature-256": await sign(secret, body) },
    });
  }

  /** Plays an event that the simulator has seen already. */
  async play(played: Played): Promise<void> {
    const answer = await this.hook(await this.payload(played));
    assert.equal(answer.status, 200, await answer.text());
  }

  /** Returns the syncs that the store has. */
  async wanted(): Promise<readonly { readonly pr: number; readonly notBefore: number }[]> {
    const note = await this.server.ports.store.note(`syncs ${REPO}`, new AbortController().signal);
    return note === undefined ? [] : JSON.parse(note);
  }

  /** Waits for a condition. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** Waits until no pull request wants a sync. */
  async settled(): Promise<void> {
    await this.until(async () => (await this.wanted()).length === 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    for (const { stop } of this.#drivers) stop.abort();
    await Promise.all(this.#drivers.map(({ finished }) => finished));
    await this.server[Symbol.asyncDispose]();
  }
}

/** Starts the HTTP interface. Nothing is synced before {@link EnvironmentWorld.drive}. */
export async function startEnvironmentWorld(
  world: World,
  { limit = 2 }: { readonly limit?: number } = {},
): Promise<EnvironmentWorld> {
  const made = Promise.withResolvers<EnvironmentPorts>();
  const ended = new AbortController();
  const server = await startServerWorld({
    githubSecret: SECRET,
    environments({ store, queue }) {
      const ports: EnvironmentPorts = {
        store,
        queue,
        clock: world.clock,
        inForce: () => ({ repositories: [REPO], cleanupMs: 15 * 60_000 }),
        serverUrl: "https://github.example",
        withRun: (_, act) => act(world.context()),
        holder: "",
        limit,
        say: () => {},
      };
      made.resolve(ports);
      return serveEnvironments(ports, ended.signal);
    },
  });
  return new EnvironmentWorld(world, server, { ports: await made.promise, ended });
}

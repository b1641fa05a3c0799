/** Events about environments as they are wired: contexts in SQLite, an app file, and a server that takes messages. */

import type { ContextId } from "../../../src/contexts/core/context_id.ts";
import type { EventPorts } from "../../../src/contexts/app/events/event_ports.ts";
import type { StoredContext } from "../../../src/contexts/ports/context_store.ts";
import type { EnvironmentEvents } from "../../../src/environments/ports/environment_events.ts";
import { makeHttp } from "../../../src/drivers/http/mod.ts";
import { makeAppFiles, makeClock } from "../../../src/drivers/system/mod.ts";
import { makeContextStore } from "../../../src/wiring/contexts/context_stores.ts";
import { makeEnvironmentEvents } from "../../../src/wiring/contexts/environment_events.ts";
import { type SlackServer, startSlack } from "./slack_server.ts";

/** Every event posts its name, the commit and the address. */
export const EACH_STATUS = ["building", "deploying", "updating", "running", "failed", "stopped", "expired"];

/** Makes an app file whose events post. */
export function appFile(events: readonly string[] = EACH_STATUS, more = ""): string {
  const handlers = events.map((event) =>
    `          ${event}: { notify: { message: "${event} {{ environment.short_sha }} at {{ environment.url }}" } }`
  );
  return [
    "cicd-contexts:",
    "  stage:",
    "    pipelines:",
    "      environment:",
    "        event-handlers:",
    ...handlers,
    more,
    "",
  ].join("\n");
}

/** A place for contexts, with a server. */
export interface EventsWorld extends AsyncDisposable {
  readonly slack: SlackServer;
  /** Makes the port of one run. */
  run(options?: {
    readonly limitMs?: number;
    readonly comments?: EventPorts["comments"];
    readonly timeoutMs?: number;
    /** Is called before each commit. */
    readonly beforeCommit?: () => void;
  }): EnvironmentEvents;
  /** Reads the context of a pull request. */
  context(pr: number): Promise<StoredContext | undefined>;
}

/** Makes a place with an app file. */
export async function makeEventsWorld(app: string = appFile()): Promise<EventsWorld> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-events-" });
  await Deno.writeTextFile(`${folder}/app.yaml`, app);
  const slack = startSlack();
  const clock = makeClock();
  const open = () =>
    makeContextStore({ kind: "sqlite", path: `${folder}/contexts.db` }, { clock, keep: 500 });
  // Runs at the same time have a store each, as processes do.
  const stores = await Promise.all([open(), open(), open()]);
  let runs = 0;
  return {
    slack,
    run({ limitMs = 20_000, comments, timeoutMs = 5_000, beforeCommit } = {}) {
      const store = stores[runs++ % stores.length];
      if (store === undefined) throw new Error("Opening contexts: there is no store");
      return makeEnvironmentEvents({
        limitMs,
        environments: { app: `${folder}/app.yaml`, bases: undefined, context: "stage" },
        appFiles: () => Promise.resolve(makeAppFiles()),
        ports: {
          store: {
            ...store,
            commit(next, signal) {
              beforeCommit?.();
              return store.commit(next, signal);
            },
          },
          copies: [],
          clock,
          actor: "ana",
          random: Math.random,
          warn: () => {},
          http: makeHttp(),
          comments,
          settings: {
            slack: { url: slack.url, token: undefined },
            templates: { notify: '{"text": {{ notify.message | tojson }}}' },
            trigger: { url: undefined, headers: [], autoArgs: new Map() },
            capture: { notify: [], "manual-choice": [] },
            http: { timeoutMs, attempts: 1, hosts: [] },
            redact: [],
            configData: new Map(),
            secretUrls: [],
            secretData: new Map(),
          },
        },
      });
    },
    async context(pr) {
      const store = await open();
      try {
        return await store.read(`pr-${pr}` as ContextId, new AbortController().signal);
      } finally {
        await store.close();
      }
    },
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store.close();
      await slack[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

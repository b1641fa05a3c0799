/**
 * A process that fires the event `done` of the pipeline `build`. Its argument is an order as JSON:
 * `event_caller.ts '{"settings": …, "url": …, "key": …}'`.
 */

import { fireEvent } from "../../../src/contexts/app/fire_event.ts";
import { OUR_RULES } from "../../../src/contexts/core/events/event_rules.ts";
import type { StoreSettings } from "../../../src/contexts/core/settings.ts";
import { makeHttp } from "../../../src/drivers/http/mod.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { makeContextStore } from "../../../src/wiring/contexts/context_stores.ts";
import { usualSettings } from "./event_world.ts";
import { ID, NEVER } from "./store_world.ts";

/** The event of the process. */
export interface CallerOrder {
  readonly settings: StoreSettings;
  /** The address of the server. */
  readonly url: string;
  readonly key: string;
}

/** Starts the process. */
export function startCaller(order: CallerOrder): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--allow-all",
      `--config=${new URL("../../../deno.json", import.meta.url).pathname}`,
      import.meta.url,
      JSON.stringify(order),
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function call({ settings, url, key }: CallerOrder): Promise<void> {
  const clock = makeClock();
  const store = await makeContextStore(settings, { clock, keep: 50 });
  const ports = { store, clock, actor: "child", random: Math.random, http: makeHttp(), comments: undefined };
  // The process waits for its answer until it is killed.
  const usual = usualSettings(url);
  const settingsOfEvents = { ...usual, http: { ...usual.http, timeoutMs: 60_000 } };
  await fireEvent({ ...ports, settings: settingsOfEvents }, {
    id: ID,
    pipeline: "build",
    event: "done",
    vars: () => new Map(),
    key,
    unsure: "send",
    waitMs: 30_000,
    dryRun: false,
    secretsAllowed: true,
    rules: OUR_RULES,
  }, NEVER);
  await store.close();
}

if (import.meta.main) await call(JSON.parse(Deno.args[0] ?? ""));

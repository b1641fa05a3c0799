import { EXIT } from "../../lib/errors.ts";
import { assertConfigured } from "../core/events/plan_handler.ts";
import { recordName } from "../core/events/key_records.ts";
import { readHandlers } from "../core/events/read_handlers.ts";
import { type EventCall, type EventResult, type HandlerResult, summarize } from "./events/event_call.ts";
import type { EventPorts } from "./events/event_ports.ts";
import { holdKey } from "./events/hold_key.ts";
import type { HandlerRun } from "./events/handler_run.ts";
import { runHandler } from "./events/run_handler.ts";
import type { Value } from "../core/tree/value.ts";
import { readContext } from "./read_context.ts";

/**
 * Fires an event: its handlers run in the order of the configuration and see each other's effects. A failed
 * handler is part of the result, and the ones after it run. Throws AppError `context_unknown` and
 * `pipeline_unknown` (exit code 1), `kind_unknown`, `handler_invalid` and `setting_missing` (exit code 2)
 * before anything is sent, `key_held` and `key_lost` (exit code 4), the errors of the call's variables, and
 * those of the store.
 */
export async function fireEvent(
  given: EventPorts,
  call: EventCall,
  signal: AbortSignal,
): Promise<EventResult> {
  const ports = call.dryRun ? { ...given, settings: withoutTokens(given.settings) } : given;
  const { id, pipeline, event, key, dryRun } = call;
  const first = await readContext(ports.store, id, signal);
  const handlers = readHandlers(first.tree, call, call);
  if (call.rules.checksBlocks) assertConfigured(handlers, { ...call, settings: ports.settings });
  call.vars(first.tree);
  if (handlers.length === 0) return summarize([]);
  const confirm = () => Promise.resolve();
  if (key === undefined || dryRun) return summarize(await runAll(ports, { call, confirm }, signal));
  return await holdKey(ports, {
    id,
    name: recordName({ pipeline, event, key }),
    work: async (confirm, held) => summarize(await runAll(ports, { call, confirm }, held)),
  }, signal);
}

/** Puts signs in the place of tokens that are not there: a dry run sends none. */
function withoutTokens(settings: EventPorts["settings"]): EventPorts["settings"] {
  const unresolved = new Map(settings.unresolved ?? []);
  const missing = ["slack", "trigger"].filter((name) => unresolved.delete(`${name}.token`));
  const signs = missing.map((name): [string, Value] => [name, new Map([["token", "***"]])]);
  return { ...settings, unresolved, secretData: new Map([...settings.secretData, ...signs]) };
}

async function runAll(
  ports: EventPorts,
  { call, confirm }: Pick<HandlerRun, "call" | "confirm">,
  signal: AbortSignal,
): Promise<readonly HandlerResult[]> {
  let stored = await readContext(ports.store, call.id, signal);
  const results: HandlerResult[] = [];
  for (const handler of readHandlers(stored.tree, call, call)) {
    signal.throwIfAborted();
    // A dry run writes nothing: its handlers hand on what they would have stored.
    if (!call.dryRun) stored = await readContext(ports.store, call.id, signal);
    const ran = await runHandler(ports, { call, handler, confirm, stored }, signal);
    stored = ran.stored;
    results.push(ran.result);
    if (ran.result.exitCode !== EXIT.done && !call.rules.goesOn) break;
  }
  return results;
}

import type { EventScope } from "../../core/events/event_scope.ts";
import type { Handler } from "../../core/events/handler.ts";
import type { StoredContext } from "../../ports/context_store.ts";
import type { StepPlace } from "./commit_step.ts";
import type { EventCall } from "./event_call.ts";
import { languageOf, type LanguagePorts } from "./language.ts";

/** One handler of a call. */
export interface HandlerRun {
  readonly call: EventCall;
  readonly handler: Handler;
  /** Throws if this call lost its key. */
  readonly confirm: () => Promise<void>;
}

/** Makes the scope of a handler. Throws the errors of the call's variables. */
export function scopeOf(
  ports: LanguagePorts,
  { vars, rules }: Pick<EventCall, "vars" | "rules">,
  { tree }: Pick<StoredContext, "tree">,
): EventScope {
  return { ...languageOf(ports, rules), tree, vars: vars(tree), rules };
}

/** Names a handler for the versions that record it. */
export function placeOf({ call, handler }: Pick<HandlerRun, "call" | "handler">): StepPlace {
  const { id, pipeline, event, key, waitMs } = call;
  return { id, pipeline, event, key, handler: handler.name, waitMs };
}

import { AppError } from "../../../lib/errors.ts";
import { maskScope, showRequest } from "../../core/events/safety/conceal.ts";
import type { HandlerAction } from "../../core/events/handler.ts";
import { planHandler } from "../../core/events/plan_handler.ts";
import { maskOperation } from "../../core/mask_paths.ts";
import { applyOperations } from "../../core/tree/operations.ts";
import type { StoredContext } from "../../ports/context_store.ts";
import type { HandlerResult } from "./event_call.ts";
import type { EventPorts } from "./event_ports.ts";
import { failed, isTreeRefusal, resultOf } from "./handler_result.ts";
import { type HandlerRun, scopeOf } from "./handler_run.ts";

type Effect = Exclude<HandlerAction, { readonly kind: "skip" }>;

/**
 * Makes the result of a handler in a dry run, and the context as the next handlers see it. What is shown is
 * rendered from a tree and settings without secrets, so that no filter of a template can print one.
 */
export function planDry(
  ports: Pick<EventPorts, "settings" | "random">,
  { call, handler, action, stored, conceal }: HandlerRun & {
    readonly action: Effect;
    readonly stored: StoredContext;
    readonly conceal: (text: string) => string;
  },
): { readonly result: HandlerResult; readonly stored: StoredContext } {
  const { settings } = ports;
  let tree = stored.tree;
  if (action.kind === "set") {
    try {
      tree = applyOperations(tree, action.operations);
    } catch (error) {
      if (isTreeRefusal(error)) return { result: failed(handler, error), stored };
      throw error;
    }
  }
  const masked = maskedAction();
  return { result: resultOf(handler, "planned", { planned: show() }), stored: { ...stored, tree } };

  function maskedAction(): HandlerAction | undefined {
    const hidden = maskScope(stored.tree, { settings, redact: settings.redact });
    try {
      return planHandler(scopeOf(ports, call, hidden), handler, { ...call, settings: hidden.settings });
    } catch (error) {
      // The templates need the values that are hidden.
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }

  function show(): NonNullable<HandlerResult["planned"]> {
    switch (action.kind) {
      case "send": {
        const shown = masked?.kind === "send" ? masked.request : undefined;
        return {
          request: showRequest(action.request, { masked: shown, secretUrls: settings.secretUrls, conceal }),
        };
      }
      case "comment": {
        const body = masked?.kind === "comment" ? conceal(masked.comment.body) : "***";
        return { comment: { ...action.comment, body } };
      }
      case "set": {
        const shown = masked?.kind === "set"
          ? masked.operations
          : action.operations.map((each) =>
            each.op === "replace" || each.op === "unset" ? each : { ...each, value: "***" }
          );
        return { operations: shown.map((each) => maskOperation(each, settings.redact)) };
      }
    }
  }
}

import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { ContextId } from "../../core/context_id.ts";
import type { EventRules } from "../../core/events/event_rules.ts";
import type { EventComment, EventRequest, HandlerKind } from "../../core/events/handler.ts";
import type { Operation } from "../../core/tree/operations.ts";
import type { ValueMap } from "../../core/tree/value.ts";

/** An event to fire. */
export interface EventCall {
  readonly id: ContextId;
  readonly pipeline: string;
  readonly event: string;
  /**
   * Returns the variables of the call in a tree: those of `--var`. Handlers see each other's effects in them.
   */
  readonly vars: (tree: ValueMap) => ValueMap;
  /** With a key, the event does only what is not done yet. */
  readonly key: string | undefined;
  /** The answer to a request that may or may not have been sent under the key. */
  readonly unsure: "send" | "skip";
  /** Milliseconds in which each version is tried. */
  readonly waitMs: number;
  /** Sends and writes nothing. */
  readonly dryRun: boolean;
  /** Whether secrets of the configuration, and the token for GitHub, may be used. */
  readonly secretsAllowed: boolean;
  readonly rules: EventRules;
}

/** The end of one handler. */
export interface HandlerResult {
  readonly handler: string;
  readonly kind: HandlerKind;
  /** `planned` in a dry run. A request that was sent stays `sent` if its captures fail. */
  readonly state: "sent" | "set" | "skipped" | "failed" | "planned";
  /** Why it was skipped or failed, or what went wrong after it was sent. */
  readonly why?: string;
  /** The next step that a person can take. */
  readonly hint?: string;
  readonly exitCode: ExitCode;
  readonly warnings: readonly string[];
  /** Set in a dry run, with secrets masked. */
  readonly planned?: {
    readonly request?: EventRequest;
    readonly comment?: EventComment;
    readonly operations?: readonly Operation[];
  };
}

/** The end of an event. */
export interface EventResult {
  readonly handlers: readonly HandlerResult[];
  readonly warnings: readonly string[];
  /** 0; 3 if a handler was refused; 1 if one failed otherwise. */
  readonly exitCode: ExitCode;
}

/** Summarizes the handlers of an event. */
export function summarize(handlers: readonly HandlerResult[]): EventResult {
  const codes = handlers.map(({ exitCode }) => exitCode);
  return {
    handlers,
    warnings: handlers.flatMap(({ warnings }) => warnings),
    exitCode: codes.includes(EXIT.refused)
      ? EXIT.refused
      : codes.some((code) => code !== EXIT.done)
      ? EXIT.failed
      : EXIT.done,
  };
}

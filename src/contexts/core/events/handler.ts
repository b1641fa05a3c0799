import type { PrNumber } from "../../../lib/ids.ts";
import type { ContextSettings } from "../settings.ts";
import type { Operation } from "../tree/operations.ts";
import type { Path } from "../tree/path.ts";
import type { ValueMap } from "../tree/value.ts";

/** The kinds of handlers. */
export const HANDLER_KINDS = [
  "notify",
  "manual-choice",
  "respond",
  "trigger-pipeline",
  "set-values",
  "github-comment",
] as const;

/** One of {@link HANDLER_KINDS}. */
export type HandlerKind = typeof HANDLER_KINDS[number];

/** Whether a word is a kind of handler. */
export function isHandlerKind(word: string): word is HandlerKind {
  return HANDLER_KINDS.some((each) => each === word);
}

/** One block under an event. */
export interface Handler {
  readonly kind: HandlerKind;
  /** Its path below the event: `notify` for a single block, `notify.team` for a named one. */
  readonly name: string;
  /** Its path in the tree. */
  readonly path: Path;
  readonly block: ValueMap;
  readonly enabled: boolean;
}

/** The settings that handlers use. */
export type HandlerSettings =
  & Pick<ContextSettings, "slack" | "templates" | "trigger" | "capture" | "secretData" | "unresolved">
  & {
    readonly http: Pick<ContextSettings["http"], "hosts">;
  };

/** A request to send. */
export interface EventRequest {
  readonly method: "POST";
  readonly url: string;
  /** By name, as it is written. No two names differ in their case only. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A comment to write on a pull request. */
export interface EventComment {
  readonly pr: PrNumber;
  /** The hidden beginning of the body by which the comment is found again. */
  readonly marker: string;
  readonly body: string;
}

/** The effect that a handler is about to have. */
export type HandlerAction =
  | { readonly kind: "skip"; readonly why: string }
  | { readonly kind: "send"; readonly request: EventRequest; readonly usesSecret: boolean }
  | { readonly kind: "comment"; readonly comment: EventComment }
  | { readonly kind: "set"; readonly operations: readonly Operation[] };

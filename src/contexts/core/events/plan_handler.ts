import type { ContextId } from "../context_id.ts";
import { type EventScope, type OpenBlock, skippedByIf } from "./event_scope.ts";
import type { Handler, HandlerAction, HandlerKind, HandlerSettings } from "./handler.ts";
import { planComment } from "./kinds/pull_comment.ts";
import { assertResolved, required, requiredUrl } from "./required_setting.ts";
import { planSetValues } from "./kinds/set_values.ts";
import { planAnswer, planChoices, planNotice } from "./kinds/slack_requests.ts";
import { planTrigger, secretsRefused } from "./kinds/trigger_request.ts";

/** The values that handlers need besides their scope. */
export interface PlanOptions {
  readonly id: ContextId;
  readonly settings: HandlerSettings;
  /** Whether secrets of the configuration may be used. */
  readonly secretsAllowed: boolean;
}

/** The values for the plan of one handler. */
type HandlerOptions = PlanOptions & { readonly handler: Handler };

/** The kinds of handlers: the name under which templates see their block, and how they are planned. */
const KINDS: Readonly<
  Record<
    HandlerKind,
    readonly [name: string, plan: (open: OpenBlock, options: HandlerOptions) => HandlerAction]
  >
> = {
  "notify": ["notify", planNotice],
  "manual-choice": ["manualChoice", planChoices],
  "respond": ["respond", planAnswer],
  "trigger-pipeline": ["triggerPipeline", planTrigger],
  "set-values": ["set-values", planSetValues],
  "github-comment": ["githubComment", planComment],
};

/**
 * Renders what a handler is about to do. Throws AppError: `template_failed`, `choice_invalid`,
 * `header_invalid` and `comment_invalid` (exit code 1), `handler_invalid` and `path_invalid` (exit code 2),
 * `url_refused` and `secrets_refused` (exit code 3).
 */
export function planHandler(scope: EventScope, handler: Handler, options: PlanOptions): HandlerAction {
  const { kind, block, path } = handler;
  const [name, plan] = KINDS[kind];
  const open: OpenBlock = { scope, name, block, at: path };
  const why = skippedByIf(open, { trimmed: !scope.rules.untrimmedIf.includes(kind) });
  if (why !== undefined) return { kind: "skip", why };
  const action = plan(open, { ...options, handler });
  const needsSecret = action.kind === "comment" || (action.kind === "send" && action.usesSecret);
  if (needsSecret && !options.secretsAllowed) throw secretsRefused(handler);
  return action;
}

/**
 * Checks that the configuration has what enabled handlers need, before anything is sent. Throws AppError
 * `setting_missing` (exit code 2).
 */
export function assertConfigured(
  handlers: readonly Handler[],
  { settings, secretsAllowed }: Omit<PlanOptions, "id">,
): void {
  for (const { kind, enabled } of handlers) {
    if (!enabled) continue;
    if (kind === "notify" || kind === "manual-choice") {
      requiredUrl(settings.slack.url, "slack.url", settings);
      if (secretsAllowed) assertResolved("slack.token", settings);
    }
    if (kind === "notify" || kind === "manual-choice" || kind === "respond") {
      required(settings.templates[kind], `templates.${kind}`, settings);
    }
    if (kind === "trigger-pipeline") requiredUrl(settings.trigger.url, "trigger.url", settings);
  }
}

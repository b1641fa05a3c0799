import { formatPath, type Path } from "../../tree/path.ts";
import type { Value, ValueMap } from "../../tree/value.ts";
import { renderChoices } from "./choices.ts";
import { withHeader } from "../safety/event_headers.ts";
import { type EventScope, renderValue, skippedByIf, trimsIf } from "../event_scope.ts";
import type { Handler, HandlerAction, HandlerSettings } from "../handler.ts";
import { required, requiredUrl } from "../required_setting.ts";
import { checkRespondUrl } from "../safety/respond_url.ts";

const HEADERS = {
  "Content-Type": "application/json; charset=UTF-8",
  "Accept": "*/*",
  "Cache-Control": "no-cache",
} as const;

/** Makes the message of `notify` and `manual-choice`: the payload's template with the rendered block. */
export function planMessage(
  scope: EventScope,
  handler: Handler,
  { settings }: { readonly settings: HandlerSettings },
): HandlerAction {
  const kind = handler.kind === "notify" ? "notify" : "manual-choice";
  const name = kind === "notify" ? "notify" : "manualChoice";
  const raw = withBlock(scope, name, handler);
  const why = skippedByIf(scope, handler.block, {
    more: raw,
    at: handler.path,
    trimmed: trimsIf(scope, handler),
  });
  if (why !== undefined) return { kind: "skip", why };
  const more = kind === "notify"
    ? withBlock(scope, name, { block: withRendered(scope, handler, { key: "message", more: raw }) })
    : renderChoices(scope, handler, { name });
  const body = renderPayload(scope, kind, { settings, more });
  return post(requiredUrl(settings.slack.url, "slack.url", settings), { body, settings });
}

/**
 * Makes the answer of `respond`. Blank messages and URLs are skipped. Throws AppError `url_refused` (exit
 * code 3).
 */
export function planAnswer(
  scope: EventScope,
  handler: Handler,
  { settings }: { readonly settings: HandlerSettings },
): HandlerAction {
  const { block, path } = handler;
  const raw = withBlock(scope, "respond", { block });
  const why = skippedByIf(scope, block, { more: raw, at: path, trimmed: trimsIf(scope, handler) });
  if (why !== undefined) return { kind: "skip", why };
  const message = renderKey(scope, block, { key: "message", more: raw, at: path }).trim();
  if (message === "") return { kind: "skip", why: "its `message` is blank" };
  // The other keys see the rendered message, and each other as they are written.
  const seen = withBlock(scope, "respond", { block: new Map([...block, ["message", message]]) });
  const rendered = new Map([...block].map(([key, value]): [string, Value] => {
    if (key === "message") return [key, message];
    if (key === "url" || key === "if" || typeof value !== "string") return [key, value];
    return [key, renderKey(scope, block, { key, more: seen, at: path })];
  }));
  const more = withBlock(scope, "respond", { block: rendered });
  const body = renderPayload(scope, "respond", { settings, more });
  const target = renderKey(scope, block, { key: "url", more, at: path }).trim();
  if (target === "") return { kind: "skip", why: "its `url` is blank" };
  const { url, takesToken } = checkRespondUrl(target, {
    slackUrl: settings.slack.url,
    hosts: settings.http.hosts,
  });
  return post(url, { body, ...takesToken ? { settings } : {} });
}

/** Adds the block of a handler, and the variables of the call, to what templates see. */
export function withBlock(
  { vars }: Pick<EventScope, "vars">,
  name: string,
  { block }: { readonly block: ValueMap },
): ValueMap {
  return new Map<string, Value>([...vars, [name, block]]);
}

/** Renders one key of a block; an absent key is blank. */
export function renderKey(
  scope: EventScope,
  block: ValueMap,
  { key, more, at }: { readonly key: string; readonly more: ValueMap; readonly at: Path },
): string {
  return renderValue(scope, block.get(key) ?? "", { more, at: [...at, key] });
}

function withRendered(
  scope: EventScope,
  { block, path }: Handler,
  { key, more }: { readonly key: string; readonly more: ValueMap },
): ValueMap {
  return new Map([...block, [key, renderKey(scope, block, { key, more, at: path })]]);
}

function renderPayload(
  { tree, render }: EventScope,
  kind: "notify" | "manual-choice" | "respond",
  { settings, more }: { readonly settings: HandlerSettings; readonly more: ValueMap },
): string {
  const at = formatPath(["templates", kind]);
  return render(required(settings.templates[kind], at, settings), { tree, more }, { at });
}

/** Makes a request. With settings it has the Slack token, and needs a secret also if that one is not there. */
function post(
  url: string,
  { body, settings }: { readonly body: string; readonly settings?: HandlerSettings },
): HandlerAction {
  const token = settings?.slack.token ?? "";
  const headers = token === ""
    ? HEADERS
    : withHeader(HEADERS, { name: "Authorization", value: `Bearer ${token}`, at: "slack.token" });
  const usesSecret = token !== "" || settings?.unresolved?.has("slack.token") === true;
  return { kind: "send", request: { method: "POST", url, headers, body }, usesSecret };
}

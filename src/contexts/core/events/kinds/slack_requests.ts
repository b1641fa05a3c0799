import { formatPath } from "../../tree/path.ts";
import type { Value, ValueMap } from "../../tree/value.ts";
import { type EventScope, namesOf, type OpenBlock, renderKey } from "../event_scope.ts";
import type { HandlerAction, HandlerSettings } from "../handler.ts";
import { required, requiredUrl } from "../required_setting.ts";
import { withHeader } from "../safety/event_headers.ts";
import { checkRespondUrl } from "../safety/respond_url.ts";
import { renderChoices } from "./choices.ts";

const HEADERS = {
  "Content-Type": "application/json; charset=UTF-8",
  "Accept": "*/*",
  "Cache-Control": "no-cache",
} as const;

interface SlackOptions {
  readonly settings: HandlerSettings;
}

/** Makes the message of `notify`: the payload's template with the rendered block. */
export function planNotice(open: OpenBlock, options: SlackOptions): HandlerAction {
  const message = renderKey(open, "message");
  return postToSlack("notify", namesOf(withRendered(open, { message })), { ...options, open });
}

/** Makes the message of `manual-choice`: the payload's template with the title and the choices. */
export function planChoices(open: OpenBlock, options: SlackOptions): HandlerAction {
  return postToSlack("manual-choice", renderChoices(open), { ...options, open });
}

function postToSlack(
  kind: "notify" | "manual-choice",
  more: ValueMap,
  { open, settings }: SlackOptions & { readonly open: OpenBlock },
): HandlerAction {
  const body = renderPayload(open.scope, kind, { settings, more });
  return post(requiredUrl(settings.slack.url, "slack.url", settings), { body, settings });
}

/**
 * Makes the answer of `respond`. Blank messages and URLs are skipped. Throws AppError `url_refused` (exit
 * code 3).
 */
export function planAnswer(open: OpenBlock, { settings }: SlackOptions): HandlerAction {
  const message = renderKey(open, "message").trim();
  if (message === "") return { kind: "skip", why: "its `message` is blank" };
  // The other keys see the rendered message, and each other as they are written.
  const seen = namesOf(withRendered(open, { message }));
  const rendered = [...open.block].filter(([key, value]) =>
    !["message", "url", "if"].includes(key) && typeof value === "string"
  ).map(([key]) => [key, renderKey(open, key, { more: seen })] as const);
  const more = namesOf(withRendered(open, { ...Object.fromEntries(rendered), message }));
  const body = renderPayload(open.scope, "respond", { settings, more });
  const target = renderKey(open, "url", { more }).trim();
  if (target === "") return { kind: "skip", why: "its `url` is blank" };
  const { url, takesToken } = checkRespondUrl(target, {
    slackUrl: settings.slack.url,
    hosts: settings.http.hosts,
  });
  return post(url, { body, ...takesToken ? { settings } : {} });
}

/** A block with some keys rendered, each at its place. */
function withRendered(open: OpenBlock, texts: Readonly<Record<string, string>>): OpenBlock {
  return { ...open, block: new Map<string, Value>([...open.block, ...Object.entries(texts)]) };
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

import { AppError } from "../../../lib/errors.ts";
import type { HttpAnswer } from "../../../ports/http.ts";
import type { EventRules } from "../../core/events/event_rules.ts";
import type { EventRequest, HandlerKind } from "../../core/events/handler.ts";
import { isSlackItself } from "../../core/events/safety/respond_url.ts";
import { parseJson } from "../../core/tree/parse_json.ts";
import { isValueMap, type Value } from "../../core/tree/value.ts";
import { statusError } from "./send_request.ts";

/** The meaning of an answer. `body` is undefined if the answer is not JSON. */
export type Judgement =
  | { readonly kind: "taken"; readonly body: Value | undefined }
  | { readonly kind: "refused"; readonly error: AppError };

/** Judges an answer: anything but 2xx is a refusal, and so is `"ok": false` from Slack. */
export function judgeAnswer(
  answer: HttpAnswer,
  { request, rules, attempts }: {
    readonly request: EventRequest;
    readonly rules: Pick<EventRules, "answersFail">;
    readonly attempts: number;
  },
): Judgement {
  const { status, text } = answer;
  if (status < 200 || status > 299) {
    return { kind: "refused", error: statusError(request.url, { status, attempts }) };
  }
  const parsed = text === undefined ? undefined : parseJson(text);
  const body = parsed !== undefined && "value" in parsed ? parsed.value : undefined;
  const fails = rules.answersFail && isSlackItself(request.url) && isValueMap(body) &&
    body.get("ok") === false;
  return fails ? { kind: "refused", error: slackError(body) } : { kind: "taken", body };
}

/** Slack names its errors by a word. Anything else of the answer may be text of people. */
function slackError(body: ReadonlyMap<string, Value>): AppError {
  const named = body.get("error");
  const word = typeof named === "string" && /^[a-z0-9_]{1,80}$/.test(named)
    ? named
    : "an error without a name";
  return new AppError("slack_refused", `Sending to https://slack.com: it answered ${word}`, {
    hint: "https://api.slack.com/methods names the errors of each method",
  });
}

/** Makes the error for a 2xx answer that has to be JSON and is not. */
export function answerNotJson(kind: HandlerKind): AppError {
  return new AppError("answer_not_json", `Reading the answer to ${kind}: it is not JSON`);
}

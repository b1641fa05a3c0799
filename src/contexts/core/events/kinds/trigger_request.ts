import { AppError, EXIT } from "../../../../lib/errors.ts";
import { formatJson } from "../../tree/format_json.ts";
import { formatPath, type Path } from "../../tree/path.ts";
import { isValueMap, type Value, type ValueMap } from "../../tree/value.ts";
import { withHeader } from "../safety/event_headers.ts";
import { maskLeaves } from "../safety/conceal.ts";
import { type EventScope, namesOf, type OpenBlock, renderValue } from "../event_scope.ts";
import type { Handler, HandlerAction, HandlerSettings } from "../handler.ts";
import { assertResolved, requiredUrl } from "../required_setting.ts";

/** The name under which the templates of headers, and no others, see the secrets. */
const SECRETS = "secretData";

/**
 * Makes the request of `trigger-pipeline`: the arguments as a JSON object of texts. Throws AppError
 * `secrets_refused` (exit code 3) if a header uses secrets that the call may not use.
 */
export function planTrigger(
  open: OpenBlock,
  { handler, settings, secretsAllowed }: {
    readonly handler: Handler;
    readonly settings: HandlerSettings;
    readonly secretsAllowed: boolean;
  },
): HandlerAction {
  const { scope } = open;
  const { trigger, secretData } = settings;
  const more = namesOf(open);
  const url = requiredUrl(trigger.url, "trigger.url", settings);
  const payload = new Map<string, Value>();
  const add = (args: Value | undefined, at: Path) => {
    if (!isValueMap(args)) return;
    for (const [name, value] of args) {
      payload.set(name, renderValue(scope, value, { more, at: [...at, name] }));
    }
  };
  add(trigger.autoArgs, ["trigger", "auto-args"]);
  add(open.block.get("args"), [...open.at, "args"]);
  const usesSecret = usesSecrets(scope.tree, trigger.headers);
  if (usesSecret && !secretsAllowed) throw secretsRefused(handler);
  if (usesSecret) assertResolved("trigger.token", settings);
  const seen = secretsAllowed ? new Map([...more, [SECRETS, secretData]]) : more;
  let headers: Readonly<Record<string, string>> = {
    "Content-Type": "application/json",
    "Accept": "*/*",
    "Cache-Control": "no-cache",
  };
  trigger.headers.forEach(({ name, value }, index) => {
    const at: Path = ["trigger", "headers", index];
    const rendered = renderHeader(scope, value, { more, seen, at: [...at, "value"] });
    headers = withHeader(headers, { name, value: rendered, at: formatPath(at) });
  });
  const body = formatJson(payload, { ascii: true });
  return { kind: "send", request: { method: "POST", url, headers, body }, usesSecret };
}

/**
 * Renders a header. Macros come from an application file, and an error quotes what a template made of a secret. So the
 * reason is given only if it is the same without the secrets.
 */
function renderHeader(
  scope: EventScope,
  value: Value,
  { more, seen, at }: { readonly more: ValueMap; readonly seen: ValueMap; readonly at: Path },
): string {
  try {
    return renderValue(scope, value, { more: seen, at });
  } catch (error) {
    if (!(error instanceof AppError) || !seen.has(SECRETS)) throw error;
    const masked = new Map([...more, [SECRETS, maskLeaves(seen.get(SECRETS) ?? null)]]);
    if (messageOf(() => renderValue(scope, value, { more: masked, at })) === error.message) throw error;
    throw new AppError(error.code, `Rendering ${formatPath(at)}: it fails with the secrets that it uses`, {
      hint:
        "The reason may show a secret, so it is not printed. Check what the template and its macros do with them",
    });
  }
}

function messageOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/** Whether a header's template may use secrets: it names them, or a macro of the tree does. */
function usesSecrets(tree: ValueMap, headers: HandlerSettings["trigger"]["headers"]): boolean {
  const macros = tree.get("jinja2Macros");
  const shared = isValueMap(macros) ? macros.get("all") : undefined;
  const isShared = typeof shared === "string" && shared.includes(SECRETS);
  return headers.some(({ value }) => isShared || value.includes(SECRETS));
}

/** Makes the error for a handler that needs a secret where the configuration may not be trusted. */
export function secretsRefused({ name }: Pick<Handler, "name">): AppError {
  return new AppError(
    "secrets_refused",
    `Running the handler ${name}: it needs a secret, and this configuration may not use secrets`,
    {
      exitCode: EXIT.refused,
      hint: "In Actions a pull request may have changed it: name one that you trust with --config",
    },
  );
}

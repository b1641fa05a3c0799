import { AppError, EXIT } from "../../../../lib/errors.ts";
import { isLinkLocal } from "./link_local.ts";

const SLACK = "https://slack.com";
/** The origin to which Slack's answers to commands and buttons are sent. */
const SLACK_HOOKS = "https://hooks.slack.com";

/** The places that answers may be sent to. */
export interface AllowedOrigins {
  readonly slackUrl: string | undefined;
  /** Further origins: `http.hosts`. */
  readonly hosts: readonly string[];
}

/**
 * Checks a rendered `respond.url`, which an application file chooses. Returns the URL, and whether the Slack
 * token belongs to its origin. Throws AppError `url_refused` (exit code 3).
 */
export function checkRespondUrl(
  text: string,
  { slackUrl, hosts }: AllowedOrigins,
): { readonly url: string; readonly takesToken: boolean } {
  const url = URL.parse(text);
  if (url === null) throw refused("it is not a URL", "Write it as https://host/path");
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw refused(`${url.protocol} is neither https: nor http:`, "Write it as https://host/path");
  }
  if (url.username !== "" || url.password !== "") {
    throw refused(`${url.origin} stands behind a login`, "Leave the login out");
  }
  if (isLinkLocal(url)) {
    throw refused(`${url.hostname} is a link-local address`, "Answers go to servers with a name");
  }
  const slack = originOf(slackUrl);
  const allowed = [slack, ...hosts.map(originOf), ...slack === SLACK ? [SLACK_HOOKS] : []];
  if (!allowed.includes(url.origin)) {
    throw refused(
      `${url.origin} is neither the origin of slack.url nor in http.hosts`,
      `If answers may go there, add ${url.origin} to http.hosts in the configuration`,
    );
  }
  return { url: url.href, takesToken: url.origin === slack };
}

/** Returns the origin of a URL; undefined if there is no URL, or one without an origin. */
export function originOf(url: string | undefined): string | undefined {
  const origin = url === undefined ? undefined : URL.parse(url)?.origin;
  return origin === "null" ? undefined : origin;
}

/** Whether a URL leads to Slack itself, whose answers say in their body whether they are failures. */
export function isSlackItself(url: string): boolean {
  return originOf(url) === SLACK;
}

function refused(problem: string, hint: string): AppError {
  return new AppError("url_refused", `Sending an answer to respond.url: ${problem}`, {
    exitCode: EXIT.refused,
    hint,
  });
}

/** The meaning of answers that nothing expects, with the step that helps. */

import { AppError, type AppErrorOptions, EXIT } from "../../lib/errors.ts";
import { type Answer, jsonOf, messageOf } from "./answers.ts";

/** The request that an answer belongs to. */
export interface Asked {
  /** The attempted action, without the instance: `Listing the charts`. */
  readonly action: string;
  /** The instance's name. */
  readonly name: string;
  readonly url: string;
}

/** Makes the error about an answer that nothing expects. The hint says what to do about it. */
export function explainAnswer({ action, name, url }: Asked, answer: Answer): AppError {
  const { status } = answer;
  const key = `assets.instances.${name}.url`;
  const make = (code: string, said: string, options: AppErrorOptions) =>
    new AppError(code, `${action} at ${name}: ${said}`, options);
  if (status >= 300 && status < 400) {
    const target = targetOf(answer, url);
    return make(
      "superset_answer_unexpected",
      `the server leads on to ${target ?? "another address"} (${status})`,
      {
        hint: redirectHint({ key, url, target }),
      },
    );
  }
  const said = `the server answered ${status} (${messageOf(answer)})`;
  // Superset's API refuses with JSON. A login page may lead only those who read on to itself, and refuse what writes.
  if ((status === 401 || status === 403) && isPage(answer)) {
    return make("superset_answer_unexpected", said, {
      hint: `It is not Superset that answers. If a login page stands before it: ${PASS_HINT}`,
    });
  }
  if (status === 403) {
    return make("superset_right_missing", said, {
      exitCode: EXIT.refused,
      hint: "Give the account a role with this right, such as Alpha or Admin",
    });
  }
  if (status === 401 || status === 422 && isTokenComplaint(answer)) {
    return make("superset_login_refused", said, {
      exitCode: EXIT.refused,
      hint: `Check the login with "showtime assets instances test ${name}"`,
    });
  }
  if (status >= 500 || status === 429) {
    return make("superset_answer_unexpected", said, {
      hint: status >= 502 && status <= 504
        ? "The server behind the address does not run or is too slow: start it, then run this again"
        : "Look at the server's log",
      retryable: true,
    });
  }
  return make("superset_answer_unexpected", said, {
    hint: status === 404 || isPage(answer)
      ? `Check ${key}: no API of Superset is there. Give the address without /superset/welcome/, /login/ and the like`
      : "Look at the server's log",
  });
}

/** Whether the body is a web page, whatever the status says. */
export function isPage(answer: Answer): boolean {
  return jsonOf(answer) === undefined && messageOf(answer) === "an HTML page";
}

function isTokenComplaint(answer: Answer): boolean {
  const body = jsonOf(answer);
  // Complaints about tokens have the key `msg`; all others have `message` or `errors`.
  return typeof body === "object" && body !== null && Object.hasOwn(body, "msg");
}

/** Returns the address that a redirection leads to, without its query, which may hold a token. */
function targetOf({ headers }: Answer, url: string): string | undefined {
  const location = headers.get("location");
  if (location === null || !URL.canParse(location, `${url}/`)) return undefined;
  const { origin, pathname } = new URL(location, `${url}/`);
  return `${origin}${pathname}`;
}

const PASS_HINT = "let requests to /api/v1 and /login pass it, or reach the server inside";

/** Matches a part of a host or a path that belongs to a login: `sso` of `sso.example.org`, and not of `associates`. */
const LOGIN_WORD = /(?:^|[^a-z])(?:log-?in|sign-?in|sso|saml2?|o?auth2?|authori[sz]e|authenticate)(?![a-z])/i;

function redirectHint({ key, url, target }: {
  readonly key: string;
  readonly url: string;
  readonly target: string | undefined;
}): string {
  if (target === undefined) return `Check ${key}`;
  const [from, to] = [new URL(url), new URL(target)];
  if (from.protocol === "http:" && to.protocol === "https:" && from.hostname === to.hostname) {
    return `Write https in ${key}`;
  }
  if (!to.pathname.includes("/api/v1/") && LOGIN_WORD.test(`${to.host}${to.pathname}`)) {
    const own = `${from.pathname.replace(/\/$/, "")}/login`;
    return to.host === from.host && [own, `${own}/`].includes(to.pathname)
      ? `The server wants a login for this: check the account and ${key}`
      : `A login page stands before the server: ${PASS_HINT}`;
  }
  return `Write the final address in ${key}, with the path prefix if it has one`;
}

/**
 * HTTP: requests to servers of others, such as Slack.
 *
 * What must not happen here: a second attempt, a redirect that is followed, or a part of a URL behind its
 * origin in a message. Next: `http.ts`, then `src/ports/http.ts`.
 *
 * @module
 */

export { makeHttp } from "./http.ts";

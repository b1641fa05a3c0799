/** Small parts of pages. Every text goes through the template, which escapes it. */

import { html } from "hono/html";
import { DRY_RUN_ADDRESS } from "../../environments/core/labels/mod.ts";
import { stripControls } from "../../lib/sanitize.ts";
import { formatInstant, formatIsoSeconds } from "../../lib/instant.ts";

/** Escaped HTML. */
export type Html = ReturnType<typeof html>;

/** Returns text from people for a page: without characters that change the direction of the text around it. */
export function plain(text: string): string {
  return stripControls(text);
}

/**
 * Renders a link if the address is one of http or https; any other address could run a script. The address of dry runs
 * leads to a stranger, so it is no link either.
 */
export function link(url: string, text: string): Html {
  const { protocol = "", host = "" } = URL.parse(url) ?? {};
  if (host === DRY_RUN_ADDRESS) return html`${plain(text)} (played dry)`;
  if (!/^https?:$/.test(protocol)) return html`${plain(text)}`;
  return html`<a href="${url}" rel="noreferrer">${plain(text)}</a>`;
}

/** Renders an instant in RFC 3339 for people. */
export function time(iso: string): Html {
  const at = Date.parse(iso);
  return html`<time datetime="${formatIsoSeconds(at)}">${formatInstant(at)}</time>`;
}

/** Renders the commit's first seven digits. */
export function commit(sha: string): Html {
  return html`<code>${sha.slice(0, 7)}</code>`;
}

/** Renders a state in a word and a colour. */
export function state(word: string, tone: Tone): Html {
  return html`<span class="state ${tone}">${word}</span>`;
}

/** The colour of a state. It only repeats the word. */
export type Tone = "good" | "busy" | "bad" | "quiet";

/** Returns the colour for a status of an environment or a state of a deployment. */
export function toneOf(status: string): Tone {
  if (["running", "success", "open"].includes(status)) return "good";
  if (["failed", "failure", "error", "drifted", "closed"].includes(status)) return "bad";
  return ["absent", "inactive"].includes(status) ? "quiet" : "busy";
}

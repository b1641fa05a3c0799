import type { PrNumber } from "../../../lib/ids.ts";

/** The most characters of a page: a load balancer of AWS takes no longer one. */
export const MOST_PAGE_CHARACTERS = 1024;

/** Everything that a page says about an environment that sleeps. */
export interface SleepPage {
  /** `owner/name`. */
  readonly repo: string;
  readonly pr: PrNumber;
  /** The URL of the pull request. */
  readonly pull: string;
  /** The name of the label that wakes it. */
  readonly label: string;
  /** Whether commands in comments count. */
  readonly commands: boolean;
}

/**
 * Formats the page that answers for an environment that sleeps: how it is woken, and a link to the pull request. The page
 * is plain ASCII, so that no proxy shows it in another encoding. Sentences are left out that would make it longer than
 * {@link MOST_PAGE_CHARACTERS}.
 */
export function formatSleepPage({ repo, pr, pull, label, commands }: SleepPage): string {
  const title = `Pull request #${pr} is asleep`;
  const link = (text: string) => `<a href="${escapeHtml(pull)}">${escapeHtml(text)}</a>`;
  const comment = `, or comment <code>/showtime wake</code> there`;
  const command = `, or run <code>showtime wake ${pr}</code>`;
  const page = (text: string, more: string) =>
    `<!doctype html><meta charset="utf-8"><meta name="robots" content="noindex"><title>${title}</title>` +
    `<body style="font:16px/1.5 sans-serif;max-width:36em;margin:4em auto;padding:0 1em"><h1>${title}</h1>` +
    `<p>To wake its environment, set the label <code>${escapeHtml(label)}</code> on ${link(text)}${more}.` +
    "<p>It comes back as it was, as soon as the application has started. Then reload this page.";
  const name = `${repo}#${pr}`;
  const pages = [
    page(name, `${commands ? comment : ""}${command}`),
    page("the pull request", command),
    page("the pull request", ""),
  ];
  return pages.find(({ length }) => length <= MOST_PAGE_CHARACTERS) ??
    `<!doctype html><title>${title}</title><h1>${title}</h1>`;
}

/** Escapes a text for HTML. Characters beyond ASCII become numbers. */
function escapeHtml(text: string): string {
  return Array.from(
    text,
    (character) =>
      /^[\x20-\x7e]$/.test(character) && !/[&<>"']/.test(character)
        ? character
        : `&#${character.codePointAt(0)};`,
  ).join("");
}

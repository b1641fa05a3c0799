import { type Context, Hono } from "hono";
import { AppError } from "../../lib/errors.ts";
import icon from "./assets/icon.svg" with { type: "text" };
import script from "./assets/page.js" with { type: "text" };
import style from "./assets/page.css" with { type: "text" };
import type { Html } from "./elements.ts";
import { labelSheet, renderLabelSheet, type ShownLabel } from "./label_colors.ts";
import { renderPage, renderProblem } from "./layout.ts";
import { streamChanges, type Watch } from "./live_events.ts";

/** The settings that all pages of a server share. */
export interface SiteOptions {
  /** The program that serves the pages. */
  readonly name: string;
  readonly nav: readonly { readonly href: string; readonly text: string }[];
  readonly watch: Watch;
  /** Aborts when the server ends, and with it what a page waits for. */
  readonly signal: AbortSignal;
}

/** A page to show. */
export interface SitePage {
  readonly title: string;
  readonly content: Html;
  /** The labels on it. */
  readonly labels?: readonly ShownLabel[];
}

/** A change that a form asks for. */
export interface Change {
  /** Makes the change. Throws AppError. */
  act(): Promise<void>;
  /** The path of the page that the form is on. */
  readonly back: string;
}

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  // Without a referrer a browser would not name the origin of a form either.
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

const ASSETS = {
  "page.css": [style, "text/css; charset=utf-8"],
  "page.js": [script, "text/javascript; charset=utf-8"],
  "icon.svg": [icon, "image/svg+xml"],
} as const;

/** A server of pages with one look: assets, the stream of changes, and answers with a strict policy. */
export class Site {
  readonly app = new Hono();
  readonly signal: AbortSignal;
  readonly #frame: Pick<SiteOptions, "name" | "nav">;
  readonly #elsewhere = new Response();

  constructor({ name, nav, watch, signal }: SiteOptions) {
    this.signal = signal;
    this.#frame = { name, nav };
    for (const [file, [text, type]] of Object.entries(ASSETS)) {
      this.app.get(`/-/${file}`, (context) => context.body(text, 200, { ...HEADERS, "content-type": type }));
    }
    this.app.get("/-/labels.css", (context) => {
      const headers = { ...HEADERS, "content-type": "text/css; charset=utf-8" };
      return context.body(renderLabelSheet(context.req.query("colors") ?? ""), 200, headers);
    });
    this.app.get("/-/changes", (context) => streamChanges(context, watch, signal));
    this.app.notFound(() => this.#elsewhere);
    this.app.onError((error, context) => this.#problem(context, error, { status: 500 }));
  }

  /** Answers a request for a page; undefined if its path is not a page's. */
  readonly answer = async (request: Request): Promise<Response | undefined> => {
    const answer = await this.app.fetch(request);
    return answer === this.#elsewhere ? undefined : answer;
  };

  page(context: Context, { title, content, labels = [] }: SitePage): Response | Promise<Response> {
    return context.html(
      renderPage({ ...this.#frame, sheet: labelSheet(labels), title, content }),
      200,
      HEADERS,
    );
  }

  /** Does what a form asks, and leads back to its page, where a reload does not do it again. */
  async change(context: Context, { act, back }: Change): Promise<Response> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return this.#problem(context, error, { status: 400 });
    }
    return context.redirect(back, 303);
  }

  #problem(
    context: Context,
    error: Error,
    { status }: { readonly status: 400 | 500 },
  ): Response | Promise<Response> {
    const hint = error instanceof AppError ? error.hint : undefined;
    const sentence = hint === undefined ? error.message : `${error.message}. ${hint}`;
    const frame = { ...this.#frame, sheet: labelSheet([]) };
    return context.html(renderProblem(frame, sentence), status, HEADERS);
  }
}

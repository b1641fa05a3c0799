/**
 * The pages that people look at: the board of environments, and the pull requests of the simulator. HTML is made here,
 * and works without a script. Nothing here decides about environments or knows the simulator: sources say what is
 * shown and do what is asked. No page has an asset from elsewhere, and no change answers to GET.
 *
 * @module
 */

import { type Context, Hono } from "hono";
import type { Html } from "./elements.ts";
import { AppError } from "../../lib/errors.ts";
import { prNumber } from "../../lib/ids.ts";
import { parseTtl } from "../../environments/core/labels/mod.ts";
import { type BoardSource, renderBoard } from "./board_page.ts";
import icon from "./assets/icon.svg" with { type: "text" };
import script from "./assets/page.js" with { type: "text" };
import style from "./assets/page.css" with { type: "text" };
import { labelSheet, renderLabelSheet, type ShownLabel } from "./label_colors.ts";
import { renderPage, renderProblem } from "./layout.ts";
import { streamChanges, type Watch } from "./live_events.ts";
import { loadMarkdown, type RenderMarkdown } from "./markdown.ts";
import type { PullSource } from "./pull_model.ts";
import { renderPull, renderPullList } from "./pull_page.ts";
import { readDeed } from "./read_deed.ts";

/** The things that pages show. */
export interface PageSources {
  /** The program that serves the pages. */
  readonly site: string;
  readonly watch: Watch;
  readonly board: BoardSource;
  readonly pulls: PullSource;
  /** Aborts when the server ends, and with it what a page waits for. */
  readonly signal: AbortSignal;
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

/** A change that a form asks for. */
interface Change {
  act(): Promise<void>;
  /** The path of the page that the form is on. */
  readonly back: string;
}

/** Answers a request for a page; undefined if its path is not a page's. */
export type AnswerPage = (request: Request) => Promise<Response | undefined>;

/** Makes the pages. */
export function makePages({ site, watch, board, pulls, signal }: PageSources): AnswerPage {
  const app = new Hono();
  const elsewhere = new Response();
  let markdown: Promise<RenderMarkdown> | undefined;

  const frame = (labels: readonly ShownLabel[]) => ({
    site,
    sheet: labelSheet(labels),
    nav: [{ href: "/", text: "Pull requests" }, { href: "/environments", text: "Environments" }],
  });
  const page = (
    context: Context,
    { title, content, labels = [] }: {
      readonly title: string;
      readonly content: Html;
      readonly labels?: readonly ShownLabel[];
    },
  ) => context.html(renderPage({ ...frame(labels), title, content }), 200, HEADERS);
  const problem = (context: Context, error: Error, { status }: { readonly status: 400 | 500 }) => {
    const hint = error instanceof AppError ? error.hint : undefined;
    const sentence = hint === undefined ? error.message : `${error.message}. ${hint}`;
    return context.html(renderProblem(frame([]), sentence), status, HEADERS);
  };

  /** Does what a form asks, and leads back to its page, where a reload does not do it again. */
  const change = async (context: Context, { act, back }: Change) => {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return problem(context, error, { status: 400 });
    }
    return context.redirect(back, 303);
  };

  for (const [name, [text, type]] of Object.entries(ASSETS)) {
    app.get(`/-/${name}`, (context) => context.body(text, 200, { ...HEADERS, "content-type": type }));
  }
  app.get("/-/labels.css", (context) => {
    const headers = { ...HEADERS, "content-type": "text/css; charset=utf-8" };
    return context.body(renderLabelSheet(context.req.query("colors") ?? ""), 200, headers);
  });
  app.get("/-/changes", (context) => streamChanges(context, watch, signal));

  app.get("/", (context) => {
    const labels = pulls.list().flatMap((pull) => pull.labels);
    return page(context, { title: "Pull requests", content: renderPullList(pulls), labels });
  });
  app.get("/environments", async (context) => {
    const listing = await board.list(signal);
    return page(context, { title: "Environments", content: renderBoard(board, listing) });
  });
  app.post("/environments/:number{[0-9]{1,9}}/:what{stop|extend}", async (context) => {
    const { number, what } = context.req.param();
    const form = await context.req.parseBody();
    const ttl = parseTtl(String(form["ttl"]));
    const [pr, { stop, extend }] = [prNumber(Number(number)), board];
    const act = async () => {
      if (what === "stop" && stop !== undefined) return await stop(pr);
      if (what === "extend" && extend !== undefined && ttl !== undefined) return await extend(pr, ttl);
      throw new AppError("bad_form", `Changing the environments of #${number}: this page cannot do that`);
    };
    return await change(context, { act, back: "/environments" });
  });

  const pullPath = "/:owner/:name/pull/:number{[0-9]{1,9}}";
  const found = (context: Context) =>
    pulls.list().find(({ repo, number }) =>
      repo === `${context.req.param("owner")}/${context.req.param("name")}` &&
      number === Number(context.req.param("number"))
    );
  app.get(pullPath, async (context) => {
    const pull = found(context);
    if (pull === undefined) return context.notFound();
    markdown ??= loadMarkdown();
    return page(context, {
      title: `${pull.title} #${pull.number}`,
      content: renderPull(pull, { source: pulls, markdown: await markdown }),
      labels: pull.labels,
    });
  });
  app.post(pullPath, async (context) => {
    const pull = found(context);
    if (pull === undefined) return context.notFound();
    const form = await context.req.parseBody();
    const act = async () => await pulls.act(pull.number, readDeed(form, pulls));
    return await change(context, { act, back: `/${pull.repo}/pull/${pull.number}` });
  });
  app.get("/:owner/:name/commit/:sha{[0-9a-f]{7,40}}", (context) => {
    const { sha } = context.req.param();
    for (const { repo, number, commits } of pulls.list()) {
      const full = commits.find((each) => each.startsWith(sha));
      if (full !== undefined) return context.redirect(`/${repo}/pull/${number}#commit-${full}`);
    }
    return context.notFound();
  });
  app.notFound(() => elsewhere);
  app.onError((error, context) => problem(context, error, { status: 500 }));
  return async (request) => {
    const answer = await app.fetch(request);
    return answer === elsewhere ? undefined : answer;
  };
}

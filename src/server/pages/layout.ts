import { html } from "hono/html";
import { type Html, plain } from "./elements.ts";

/** The parts of a page around its content. */
export interface Frame {
  readonly title: string;
  /** The address of the style sheet with the colours of labels. */
  readonly sheet: string;
  /** The program that serves the page, as `Showtime's GitHub simulator`. */
  readonly name: string;
  readonly nav: readonly { readonly href: string; readonly text: string }[];
  readonly content: Html;
}

/** Renders a whole page. It has no style and no script of its own: all come from files of the same server. */
export function renderPage({ title, sheet, name, nav, content }: Frame): Html {
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${plain(title)} · ${name}</title>
        <link rel="icon" href="/-/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="/-/page.css">
        <link rel="stylesheet" href="${sheet}" id="sheet">
        <script type="module" src="/-/page.js"></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <p class="site">${name}</p>
          <nav aria-label="Pages">
            <ul>${nav.map(({ href, text }) => html`<li><a href="${href}">${text}</a></li>`)}</ul>
          </nav>
        </header>
        <p id="alert" role="alert"></p>
        <noscript><p class="note">JavaScript is off, so this page does not change by itself. <a href="">Load it again</a> to see
    what is new.</p></noscript>
        <main id="main" tabindex="-1">
    ${content}
        </main>
      </body>
    </html>
  `;
}

/** Renders a page that says why a request was refused. The script shows the sentence in the page it came from. */
export function renderProblem(frame: Omit<Frame, "content" | "title">, problem: string): Html {
  return renderPage({
    ...frame,
    title: "Not done",
    content: html`
      <h1>Not done</h1>
      <p id="problem">${plain(problem)}</p>
      <p><a href="">Back to the page</a></p>
    `,
  });
}

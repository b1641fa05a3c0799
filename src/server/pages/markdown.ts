import { html, raw } from "hono/html";
import { DRY_RUN_ADDRESS } from "../../environments/core/labels/mod.ts";
import { stripControls } from "../../lib/sanitize.ts";

/**
 * Renders Markdown from people as harmless HTML. HTML in it is shown as text, links lead to http, https and mail only,
 * and images become links. The one exception is a collapsed part as Showtime's comment has it, with the lines
 * `<details><summary>…</summary>` and `</details>`. HTML comments are left out, as on GitHub.
 */
export type RenderMarkdown = (markdown: string) => string;

/** The longest comment of GitHub. What follows is not shown. */
const LONGEST = 65_536;

const OPENING = /^<details><summary>([^<>]*)<\/summary>$/;
const CLOSING = "</details>";

/** A header that has only empty cells. Markdown has no table without a header, and a reader would hear nothing. */
const EMPTY_HEADER = /<thead>\n<tr>\n(?:<th(?: align="\w+")?><\/th>\n)+<\/tr>\n<\/thead>\n/g;

/** A link to the address of dry runs, which is a stranger's. */
const DRY_LINK = new RegExp(`<a href="http://${RegExp.escape(DRY_RUN_ADDRESS)}/?">([^<]*)</a>`, "g");

/** Loads the package that renders Markdown. */
export async function loadMarkdown(): Promise<RenderMarkdown> {
  const { micromark } = await import("micromark");
  const { gfmTable, gfmTableHtml } = await import("micromark-extension-gfm-table");
  const options = {
    allowDangerousHtml: false,
    allowDangerousProtocol: false,
    extensions: [gfmTable(), { disable: { null: ["labelStartImage"] } }],
    htmlExtensions: [gfmTableHtml()],
  };
  const render = (text: string) => micromark(text, options).replace(EMPTY_HEADER, "").replace(DRY_LINK, "$1");
  return (markdown) => {
    const lines = withoutComments(markdown.slice(0, LONGEST)).split(/\r\n|[\n\r]/).map(stripControls);
    const parts: string[] = [];
    let from = 0;
    for (let at = 0; at < lines.length; at++) {
      const summary = OPENING.exec(lines[at] ?? "")?.[1];
      if (summary === undefined) continue;
      const end = lines.indexOf(CLOSING, at);
      if (end < 0) break;
      const hidden = render(lines.slice(at + 1, end).join("\n"));
      parts.push(render(lines.slice(from, at).join("\n")));
      parts.push(String(html`<details><summary>${summary}</summary>${raw(hidden)}</details>`));
      at = end;
      from = end + 1;
    }
    parts.push(render(lines.slice(from).join("\n")));
    return parts.join("\n");
  };
}

function withoutComments(text: string): string {
  let rest = text;
  let shown = "";
  for (let start = rest.indexOf("<!--"); start >= 0; start = rest.indexOf("<!--")) {
    const end = rest.indexOf("-->", start + 4);
    if (end < 0) break;
    shown += rest.slice(0, start);
    rest = rest.slice(end + 3);
  }
  return shown + rest;
}

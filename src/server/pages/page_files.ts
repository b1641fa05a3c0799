import type { Hono } from "hono";
import icon from "./assets/icon.svg" with { type: "text" };
import script from "./assets/page.js" with { type: "text" };
import style from "./assets/page.css" with { type: "text" };

/** The headers of every page and its files: nothing from elsewhere is loaded, and no other site may frame a page. */
export const PAGE_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  // Without a referrer a browser would not name the origin of a form either.
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

const FILES = {
  "page.css": [style, "text/css; charset=utf-8"],
  "page.js": [script, "text/javascript; charset=utf-8"],
  "icon.svg": [icon, "image/svg+xml"],
} as const;

/** Serves the files that every page has. */
export function servePageFiles(app: Hono): void {
  for (const [name, [text, type]] of Object.entries(FILES)) {
    app.get(`/-/${name}`, (context) => context.body(text, 200, { ...PAGE_HEADERS, "content-type": type }));
  }
}

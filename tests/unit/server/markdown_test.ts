import assert from "node:assert/strict";
import fc from "fast-check";
import { loadMarkdown } from "../../../src/server/pages/markdown.ts";

const render = await loadMarkdown();

Deno.test("comments of Showtime are rendered as GitHub does: headings, tables, links, code and collapsed parts", () => {
  const html = render([
    "<!-- showtime -->",
    "",
    "### 🎪 Showtime",
    "",
    "🟢 **Running at [127.0.0.1:8080](http://127.0.0.1:8080)** from `abc123f`.",
    "",
    "| | |",
    "|---|---|",
    "| Commit | `abc123f` |",
    "",
    "<details><summary>What happened</summary>",
    "",
    "- it *ran*",
    "",
    "</details>",
    "",
    "> wait",
    "",
    "<!-- showtime:data e30= -->",
  ].join("\n"));

  assert.match(html, /^<h3>🎪 Showtime<\/h3>/);
  assert.match(html, /<strong>Running at <a href="http:\/\/127\.0\.0\.1:8080">/);
  assert.match(html, /<table>\s*<tbody>\s*<tr>\s*<td>Commit<\/td>\s*<td><code>abc123f<\/code><\/td>/);
  assert.match(
    html,
    /<details><summary>What happened<\/summary><ul>\s*<li>it <em>ran<\/em><\/li>\s*<\/ul>\s*<\/details>/,
  );
  assert.match(html, /<blockquote>\s*<p>wait<\/p>/);
  assert.doesNotMatch(html, /showtime:data|&lt;|<thead>/);
});

Deno.test("HTML, scripts, images and addresses other than http, https and mail are harmless", () => {
  for (
    const evil of [
      "<script>alert(1)</script>",
      "[x](javascript:alert(1))",
      "[x](JaVaScRiPt:alert(1))",
      "[x](java\nscript:alert(1))",
      "[x](&#106;avascript:alert(1))",
      "[x](data:text/html;base64,AA)",
      "[x](vbscript:x)",
      "<javascript:alert(1)>",
      "![x](javascript:alert(1))",
      "![x](http://127.0.0.1/track.png)",
      '[x](http://a" onmouseover="alert(1))',
      "<details><summary><script>x</script></summary>\n\n</details>",
      "<details><summary>a</summary>\n\n<script>x</script>\n\n</details>",
      '<details><summary>a" onclick=x</summary>\n\n</details>',
      "<details ontoggle=alert(1)>",
      "<!-- --><img src=x onerror=y><!-- -->",
      "<!--",
    ]
  ) assertHarmless(evil);
});

/** The only tags that a rendered comment has, with the only attributes. */
const TAG =
  /<\/?(?:h[1-6]|p|a|strong|em|code|pre|ul|ol|li|blockquote|table|thead|tbody|tr|t[hd]|details|summary|br|hr)(?: (?:href="(?:https?:|mailto:|[^":]*(?:"|[/?#]))[^"]*"|title="[^"]*"|align="\w+"|class="language-[^"]*"|start="\d+"))* ?\/?>/g;

function assertHarmless(markdown: string): void {
  const html = render(markdown);
  const rest = html.replace(/href=""/g, "").replace(/<a >/g, "<a>").replaceAll(TAG, "");
  assert.doesNotMatch(rest, /[<>]/, `${JSON.stringify(markdown)} became ${html}`);
}

Deno.test("no Markdown makes a tag that is not known, or one with another attribute", () => {
  const piece = fc.constantFrom(
    ..."<>&\"'()[]!`*_#|-:\n ",
    "<script>",
    "javascript:",
    "<!--",
    "-->",
    "<details><summary>",
    "</summary>\n\n",
    "\n\n</details>\n",
    "http://a.example/",
    "onclick=",
    "| a |\n|:-:|\n",
    "x",
  );
  const markdown = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));
  fc.assert(fc.property(markdown, (text) => assertHarmless(text)), { numRuns: 2000 });
});

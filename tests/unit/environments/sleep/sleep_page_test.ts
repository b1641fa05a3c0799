/** The page that answers for an environment that sleeps. */
import assert from "node:assert/strict";
import { formatSleepPage, MOST_PAGE_CHARACTERS } from "../../../../src/environments/core/sleep/mod.ts";
import { prNumber } from "../../../../src/lib/ids.ts";

const PAGE = {
  repo: "acme/shop",
  pr: prNumber(42),
  pull: "https://github.com/acme/shop/pull/42",
  label: "🎪 ⚡ showtime-trigger-start",
  commands: false,
};

Deno.test("formatSleepPage() says what sleeps, and how to wake it, and links to the pull request", () => {
  const html = formatSleepPage(PAGE);

  assert.match(html, /<title>Pull request #42 is asleep<\/title>/);
  assert.match(html, /<a href="https:\/\/github\.com\/acme\/shop\/pull\/42">acme\/shop#42<\/a>/);
  assert.match(html, /<code>&#127914; &#9889; showtime-trigger-start<\/code>/);
  assert.match(html, /<code>showtime wake 42<\/code>/);
  assert.doesNotMatch(html, /comment/);
});

Deno.test("formatSleepPage() names the command in comments where such commands count", () => {
  assert.match(formatSleepPage({ ...PAGE, commands: true }), /comment <code>\/showtime wake<\/code> there/);
});

Deno.test("formatSleepPage() escapes what it does not write itself, and is plain ASCII", () => {
  const html = formatSleepPage({ ...PAGE, repo: `a/<b>&"'`, pull: `https://x/"><script>`, label: "<é>" });

  assert.match(html, /^[\x20-\x7e]*$/);
  assert.doesNotMatch(html, /<script|<b>|"'/);
  assert.match(html, /a\/&#60;b&#62;&#38;&#34;&#39;#42/);
  assert.match(html, /<code>&#60;&#233;&#62;<\/code>/);
});

Deno.test("formatSleepPage() has room for the longest names, and leaves sentences out beyond", () => {
  const repo = `${"o".repeat(39)}/${"r".repeat(100)}`;
  const at = (server: string) =>
    formatSleepPage({
      ...PAGE,
      repo,
      pr: prNumber(1_234_567),
      pull: `${server}/${repo}/pull/1234567`,
      commands: true,
    });
  const longest = at(`https://${"h".repeat(60)}.example.org`);

  assert.ok(longest.length <= MOST_PAGE_CHARACTERS, `${longest.length} characters`);
  assert.match(longest, /showtime wake 1234567/);
  for (const length of [200, 300, 2000]) {
    const html = at(`https://${"h".repeat(length)}`);
    assert.ok(html.length <= MOST_PAGE_CHARACTERS, `${html.length} characters`);
    assert.match(html, /Pull request #1234567 is asleep<\/h1>/);
  }
});

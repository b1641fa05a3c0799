import { deepStrictEqual as equal, doesNotMatch, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  codeBlock,
  defuseWorkflowCommand,
  escapeMarkdown,
  escapeWorkflowCommand,
  stripControls,
  unescapeMarkdown,
} from "../../../src/lib/sanitize.ts";

const ZW = "\u200b";

/** Text with many of the characters that do harm. */
const hostile = fc.array(
  fc.oneof(
    fc.constantFrom(
      "\x1b",
      "\x1b[",
      "\x1b]",
      "\x9b",
      "\x9d",
      "\x07",
      "\x1b\\",
      "0m",
      ";",
      "\r",
      "\n",
      "\t",
      "\u202e",
      "\u2066",
    ),
    fc.constantFrom(
      "`",
      "```",
      "@ana",
      "#1",
      "|",
      "<!--",
      "-->",
      "<b>",
      "::",
      "##[",
      "%",
      "\\",
      "https://a",
      "www.a",
      "$",
      "*",
    ),
    fc.string({ unit: "binary", maxLength: 5 }),
  ),
  { maxLength: 12 },
).map((parts) => parts.join(""));

Deno.test("stripControls() removes escapes, controls, overrides and zero-width characters", () => {
  const table: readonly [string, string][] = [
    ["plain – 日本語 🏗\uFE0F", "plain – 日本語 🏗\uFE0F"],
    ["\x1b[31mred\x1b[0m", "red"],
    ["\x9b1;2Hmoved", "moved"],
    ["\x1b]0;title\x07text", "text"],
    ["\x1b]8;;https://evil\x1b\\link\x1b]8;;\x1b\\", "link"],
    ["\x1bPq#0\x1b\\text", "text"],
    ["\x1b(Bcharset\x1bcreset", "charsetreset"],
    ["\x1b]0;never ends", "]0;never ends"],
    ["\x1b[31", "[31"],
    ["\x1b\x1b[0m[31mx", "[31mx"],
    ["a\tb\r\nc\nd\re\u2028f", "a b c d e f"],
    ["a\x00\x07\x08\x7f\x85b", "a b"],
    ["\u202aa\u202bb\u202cc\u202dd\u202ee", "abcde"],
    ["\u2066a\u2067b\u2068c\u2069d", "abcd"],
    ["\u200ba\u200cb\u200dc\u200ed\u200fe\u061cf\ufeffg\u2060h", "abcdefgh"],
    ["a\u{e0041}b", "ab"],
  ];

  for (const [text, clean] of table) equal(stripControls(text), clean, JSON.stringify(text));
});

Deno.test("stripControls() leaves no control character, and a second pass changes nothing", () => {
  fc.assert(fc.property(hostile, (text) => {
    const clean = stripControls(text);
    doesNotMatch(clean, /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u);
    equal(stripControls(clean), clean);
  }));
});

Deno.test("stripControls() takes linear time on sequences that never end", () => {
  const before = performance.now();
  for (const start of ["\x1b]", "\x9d", "\x1b[", "\x9b", "\x1b[0 ", "\x1b ", "\x1bP\x9d"]) {
    equal(/\p{Cc}/u.test(stripControls(start.repeat(200_000))), false);
    equal(/\p{Cc}/u.test(stripControls(start + "0 ".repeat(200_000))), false);
  }

  // Quadratic time would be minutes.
  ok(performance.now() - before < 10_000);
});

Deno.test("escapeMarkdown() shows text as it is", () => {
  const table: readonly [string, string][] = [
    ["Add charts, please", "Add charts, please"],
    ["<!-- showtime -->", "&lt;\\!\\-\\- showtime \\-\\-&gt;"],
    ["<img src=x onerror=y>", "&lt;img src\\=x onerror\\=y&gt;"],
    ["a & b &lt;", "a &amp; b &amp;lt;"],
    ["`code` **bold** _it_ ~~no~~", "\\`code\\` \\*\\*bold\\*\\* \\_it\\_ \\~\\~no\\~\\~"],
    ["a | b", "a &#124; b"],
    ["$x$", "&#36;x&#36;"],
    ["[x](https://evil)", `\\[x\\]\\(https:${ZW}//evil\\)`],
    ["_www.evil.example", `\\_www${ZW}.evil.example`],
    ["@ana and @org/team", `@${ZW}ana and @${ZW}org/team`],
    ["fixes o/r#1, #2, GH-3", `fixes o/r\\#${ZW}1, \\#${ZW}2, GH\\-${ZW}3`],
    ["mailto:ana@x.example", `mailto:${ZW}ana@${ZW}x.example`],
    ["one\n\n# two\n> three", "one  \\#" + ZW + " two &gt; three"],
    ["1. first", "1\\. first"],
    ["    indented", "indented"],
    ["back\\slash", "back\\\\slash"],
    ["\x1b[31mred", "red"],
    ["a\u202eb", "ab"],
  ];

  for (const [text, escaped] of table) equal(escapeMarkdown(text), escaped, text);
});

Deno.test("escapeMarkdown() leaves nothing that Markdown or GitHub would act on", () => {
  fc.assert(fc.property(hostile, (text) => {
    const escaped = escapeMarkdown(text);
    doesNotMatch(escaped, /[<>|$\n\r]|@(?!\u200b)|#(?!\u200b|\d+;)|:\/\//);
    const bare = escaped.replace(/\\[\\`*_{}[\]()#+=!~-]|&(?:amp|lt|gt|#124|#36);/g, "");
    doesNotMatch(bare, /[`*_{}[\]()#+=!~&-]/);
  }));
});

Deno.test("unescapeMarkdown() restores the text of escapeMarkdown(), and removes backticks", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    equal(unescapeMarkdown(escapeMarkdown(text)), stripControls(text).trim());
  }));
  equal(unescapeMarkdown("`aaaaaaa` for octo\\-cat"), "aaaaaaa for octo-cat");
});

Deno.test("codeBlock() fences text with more backticks than it holds", () => {
  equal(codeBlock(["one", "two"]), "```\none\ntwo\n```");
  equal(codeBlock(["a ``` b", "`````"]), "``````\na ``` b\n`````\n``````");
  equal(codeBlock([]), "```\n```");
});

Deno.test("codeBlock() splits lines, removes controls and opens no HTML comment", () => {
  equal(
    codeBlock(["a\nb\r\nc\rd", "\x1b[31mred\x1b[0m", "<!-- x -->"]),
    `\`\`\`\na\nb\nc\nd\nred\n<!${ZW}-- x -->\n\`\`\``,
  );
});

Deno.test("codeBlock() cannot be closed by its content", () => {
  fc.assert(fc.property(fc.array(hostile), (lines) => {
    const [fence, ...rest] = codeBlock(lines).split("\n");
    ok(fence !== undefined && /^`{3,}$/.test(fence));
    equal(rest.at(-1), fence);
    for (const line of rest.slice(0, -1)) ok(!line.includes(fence) && !line.includes("<!--"));
  }));
});

Deno.test("escapeWorkflowCommand() keeps a message on its line", () => {
  equal(escapeWorkflowCommand("100%\r\n::set-output name=x::y"), "100%25%0D%0A::set-output name=x::y");
  equal(escapeWorkflowCommand("%0A::error::x"), "%250A::error::x");
  equal(escapeWorkflowCommand("::set-output name=x::y"), `${ZW}::set-output name=x::y`);
});

Deno.test("defuseWorkflowCommand() keeps foreign output from being a command", () => {
  equal(defuseWorkflowCommand("::error::x"), `${ZW}::error::x`);
  equal(defuseWorkflowCommand(" \t::error::x"), ` \t${ZW}::error::x`);
  equal(defuseWorkflowCommand("a ##[group]b"), `a #${ZW}#[group]b`);
  equal(defuseWorkflowCommand("std::string, 50% done"), "std::string, 50% done");
});

Deno.test("escapeWorkflowCommand() leaves no line break and no command", () => {
  fc.assert(fc.property(hostile, (text) => {
    doesNotMatch(escapeWorkflowCommand(text), /[\r\n]|^\s*::|##\[|%(?!25|0D|0A)/);
  }));
});

/** Which lines of a pull request's body set a flag: those that its reader sees as the author's own words. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { readBodyFlags } from "../../../../src/environments/core/plan/mod.ts";

const X = "FEATURE_X=true";

const COUNT: Readonly<Record<string, string>> = {
  "a line of its own": `Text.\n\n${X}\n`,
  "a line of a paragraph": `Text\n${X}\nmore`,
  "a line with Windows line ends": `Text\r\n\r\n${X}\r\nmore`,
  "a line with an old Mac's line ends": `Text\r${X}\rmore`,
  "an indented line of a paragraph": `Text\n      ${X}`,
  "a line below a list item": `- item\n  ${X}`,
  "a line after a quotation": `> quoted\n\n${X}`,
  "a line after an empty quotation": `>\n${X}`,
  "a line after a quoted heading": `> # quoted\n${X}`,
  "a line after a quoted fence": `> \`\`\`\n${X}`,
  "a line after a comment": `<!-- hint -->\n${X}`,
  "a line with a comment after it": `${X} <!-- for the demo -->`,
  "a line after a comment over lines": `<!--\nhint\n-->\n${X}`,
  "a line after a fence": `\`\`\`\ncode\n\`\`\`\n${X}`,
  "a line after a fence that a longer one closes": `~~~\ncode\n~~~~~\n${X}`,
  "a line after a list with a fence in it": `- \`\`\`\n  code\n\n${X}`,
  "a line within <details>": `<details>\n<summary>More</summary>\n\n${X}\n\n</details>`,
  "a line within raw <details>": `<details>\n${X}\n</details>`,
  "a line after <pre>": `<pre>\ncode\n</pre>\n\n${X}`,
  "a line after <code>": `<code>a</code>\n${X}`,
  "a line after a single backtick": `It's a \` here\n${X}`,
  "a line after a comment that a paragraph does not end": `a <!-- b\n\n${X}`,
  "a line after an escaped backtick": `\\\`\n${X}\n\\\``,
  "a line after a heading": `# Flags\n${X}`,
  "a line after a rule": `---\n${X}`,
  "a line after the definition of a link": `[a]: /b "c"\n${X}`,
  "a line after text like a definition": `[a]: b c\n${X}`,
};

const IGNORED: Readonly<Record<string, string>> = {
  "a comment": `<!-- ${X} -->`,
  "a line of a comment": `<!--\n${X}\n-->`,
  "a line of a comment with empty lines": `<!--\n\n${X}\n\n-->`,
  "a line of a comment with Windows line ends": `<!--\r\n${X}\r\n-->`,
  "a comment that is not closed": `<!--\n\n${X}\n`,
  "a comment within a paragraph": `text <!--\n${X}\n--> text`,
  "a comment within raw HTML": `<details>\n<!--\n\n${X}\n\n-->\n</details>`,
  "a comment in a list": `- <!--\n  ${X}\n  -->`,
  "a second comment on a line": `<!-- a --> <!--\n${X}\n-->`,
  "a fence": `\`\`\`\n${X}\n\`\`\``,
  "a fence with a language": `\`\`\`env\n${X}\n\`\`\``,
  "a fence of tildes": `~~~\n${X}\n~~~`,
  "a fence of tildes with backticks in it": `~~~ \`\`\`\n\`\`\`\n${X}\n~~~`,
  "a fence that a shorter one does not close": `\`\`\`\`\n\`\`\`\n${X}\n\`\`\`\``,
  "a fence that is not closed": `\`\`\`\n\n${X}`,
  "a fence that interrupts a paragraph": `Text\n\`\`\`\n${X}\n\`\`\``,
  "a fence in a list": `1. item\n\n   \`\`\`\n   ${X}\n   \`\`\``,
  "a fence in a nested list": `- a\n  - b\n    ~~~\n    ${X}\n    ~~~`,
  "indented code": `Text\n\n    ${X}`,
  "code that a tab indents": `Text\n\n\t${X}`,
  "indented code in a list": `- item\n\n      ${X}`,
  "code of one line": `\`${X}\``,
  "code over lines": `a \`b\n${X}\nc\` d`,
  "code over lines with two backticks": `a \`\`b\n${X}\nc \` d\`\``,
  "a quotation": `> ${X}`,
  "a quotation without a space": `>${X}`,
  "a nested quotation": `> > a\n> > ${X}`,
  "a lazy line of a quotation": `> quoted\n${X}`,
  "a lazy line of a nested quotation": `> > quoted\n${X}`,
  "a quotation in a list": `- > quoted\n  > ${X}`,
  "a list in a quotation": `> - item\n>   ${X}`,
  "<pre>": `<pre>\n${X}\n</pre>`,
  "<pre> with empty lines": `<pre>\n\n${X}\n\n</pre>`,
  "<pre> that is not closed": `<pre>\n\n${X}`,
  "<code> over lines": `<code>\n${X}\n</code>`,
  "<code> with empty lines": `<code>\n\n${X}\n\n</code>`,
  "<code> in a paragraph": `a <code>b\n${X}\nc</code>`,
  "<blockquote>": `<blockquote>\n\n${X}\n\n</blockquote>`,
  "<pre><code> within <details>": `<details>\n\n<pre><code>\n${X}\n</code></pre>\n</details>`,
  "upper-case <PRE>": `<PRE>\n${X}\n</PRE>`,
  "the title of a link's definition": `[//]: # "\n${X}\n"`,
  "the title of a link's definition in brackets": `[comment]: # (\n${X}\n)`,
  "the second definition of a link": `[a]: /b\n[c]: # '\n${X}\n'`,
  "the address of a link's definition": `[a]:\n${X}`,
  "an instruction": `<?x\n${X}\n?>`,
  "a CDATA section": `<![CDATA[\n\n${X}\n]]>`,
  "a declaration": `<!DOCTYPE\n${X}\n>`,
  "an attribute over lines": `a <img alt="\n${X}\n">`,
  "a longer line": `set ${X}`,
  "an item of a list": `- ${X}`,
};

for (const [where, body] of Object.entries(COUNT)) {
  Deno.test(`readBodyFlags() reads ${where}`, () => {
    assert.deepEqual(readBodyFlags(body), { X: true });
  });
}

for (const [where, body] of Object.entries(IGNORED)) {
  Deno.test(`readBodyFlags() does not read ${where}`, () => {
    assert.deepEqual(readBodyFlags(body), {});
  });
}

Deno.test("readBodyFlags() reads what follows everything that it does not read, if that is closed", () => {
  for (const [where, body] of Object.entries(IGNORED)) {
    if (/not closed/.test(where)) continue;
    assert.deepEqual(readBodyFlags(`${body}\n\n<!-- -->\n\nFEATURE_LAST=true`), { LAST: true }, where);
  }
});

Deno.test("readBodyFlags() takes any text, in time that grows with its length", () => {
  const piece = fc.constantFrom(
    "`",
    "```",
    "~~~",
    ">",
    "- ",
    "1. ",
    "<!--",
    "-->",
    "<pre>",
    "</code>",
    "\n",
    " ",
    "\t",
    X,
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
    assert.ok(Object.keys(readBodyFlags(pieces.join(""))).length <= 1);
  }));
  const began = performance.now();
  for (
    const text of [
      "> ",
      "- ",
      "`a ",
      "<",
      "<!--",
      "<a ",
      "``` \n",
      "- a\n  b\nc\n",
      "\\",
      "<code>",
      "* ",
      "[a]: b\n",
      "[a]: (\n",
    ]
  ) {
    readBodyFlags(text.repeat(60_000 / text.length));
  }
  assert.ok(performance.now() - began < 5_000, `${performance.now() - began} ms`);
});

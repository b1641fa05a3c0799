/** Makes text from people and programs harmless where it lands: terminals, Markdown, workflow commands. */

// A string sequence counts only with its end: without one, what follows is not hidden. Its contents exclude every
// character that opens another sequence, which keeps matching linear.
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const STRING_SEQUENCE = /(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)/g;
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const CONTROL_SEQUENCE = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]/g;
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const SHORT_SEQUENCE = /\x1b[ -/]*[0-Z\\^-~]/g;
const LINE_BREAK_OR_TAB = /\r\n|[\t\n\v\f\r\x85\u2028\u2029]/g;
/** Soft hyphen, zero-width and direction marks, bidirectional overrides and isolates, invisible tags. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

/** Stands where a character must not be read together with the next one. */
const ZERO_WIDTH_SPACE = "\u200b";

/**
 * Returns text for one line of a terminal: ANSI escapes, control characters, bidirectional overrides and zero-width
 * characters are removed; tabs and line breaks become a space. For text of several lines, split it first.
 */
export function stripControls(text: string): string {
  return text
    .replace(STRING_SEQUENCE, "")
    .replace(CONTROL_SEQUENCE, "")
    .replace(SHORT_SEQUENCE, "")
    .replace(LINE_BREAK_OR_TAB, " ")
    .replace(/\p{Cc}/gu, "")
    .replace(INVISIBLE, "");
}

/**
 * Returns text that Markdown on GitHub shows as it is, on one line: no HTML, links, code, tables or mathematics, and
 * no mention of a person or an issue. Controls are removed and surrounding spaces cut. Not for the inside of code,
 * where the escapes would show: see {@link codeBlock}.
 */
export function escapeMarkdown(text: string): string {
  return stripControls(text).trim()
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_{}[\]()#+=!~-]/g, "\\$&")
    .replace(/^(\d+)\./, "$1\\.")
    // GitHub looks for these in the rendered text, where a backslash is gone.
    .replace(/[@#]|gh\\-(?=\d)|:(?=\/\/)|www(?=\.)|mailto:|xmpp:/gi, `$&${ZERO_WIDTH_SPACE}`)
    // Last, for the number sign in them.
    .replaceAll("|", "&#124;")
    .replaceAll("$", "&#36;");
}

/** Returns the text that {@link escapeMarkdown} wrote, for a place that is no Markdown; marks of code go too. */
export function unescapeMarkdown(text: string): string {
  return stripControls(text)
    .replaceAll("&#36;", "$")
    .replaceAll("&#124;", "|")
    .replace(/(\\)?`/g, (mark) => mark.length > 1 ? "`" : "")
    .replace(/\\([\\*_{}[\]()#+=!~.-])/g, "$1")
    .replaceAll("&gt;", ">")
    .replaceAll("&lt;", "<")
    .replaceAll("&amp;", "&");
}

/**
 * Returns lines as a fenced code block of Markdown whose fence is longer than any run of backticks in them. A line
 * that holds several is split, controls are removed, and no line opens an HTML comment, so that nothing looking
 * for one in the raw text finds it here.
 */
export function codeBlock(lines: readonly string[]): string {
  const content = lines.flatMap((line) => line.split(/\r\n|[\n\r]/)).map((line) =>
    stripControls(line).replaceAll("<!--", `<!${ZERO_WIDTH_SPACE}--`)
  );
  let longest = 2;
  for (const line of content) {
    for (const [run] of line.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  }
  const fence = "`".repeat(longest + 1);
  return [fence, ...content, fence].join("\n");
}

/**
 * Returns text for the message of a workflow command, as in `::warning::<text>`: it cannot end the line nor, standing
 * alone, be a command. Not for properties, which also need `:` and `,` escaped.
 */
export function escapeWorkflowCommand(text: string): string {
  return defuseWorkflowCommand(text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A"));
}

/**
 * Returns a line of foreign output that a workflow's runner will not take for a command (`::name::`, or `##[name]`
 * anywhere in it). The line must be one: a break in it starts another. Call it last: {@link stripControls} undoes it.
 */
export function defuseWorkflowCommand(line: string): string {
  return line.replace(/^\s*(?=::)/, `$&${ZERO_WIDTH_SPACE}`).replaceAll("##[", `#${ZERO_WIDTH_SPACE}#[`);
}

/** Makes text from people and programs harmless in terminals, Markdown and workflow commands. */

// A string sequence counts only if it ends: text after one without an end is not hidden. Its contents exclude
// every character that opens another sequence, which keeps matching linear.
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const STRING_SEQUENCE = /(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)/g;
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const CONTROL_SEQUENCE = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]/g;
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const SHORT_SEQUENCE = /\x1b[ -/]*[0-Z\\^-~]/g;
const LINE_BREAK_OR_TAB = /\r\n|[\t\n\v\f\r\x85\u2028\u2029]/g;
/** Soft hyphen, zero-width and direction marks, bidirectional overrides and isolates, invisible tags. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

/** Separates two characters that must not be read together. */
const ZERO_WIDTH_SPACE = "\u200b";

/**
 * Strips text for one line of a terminal: it removes ANSI escapes, control characters, bidirectional
 * overrides and zero-width characters, and turns tabs and line breaks into a space. Split text of several
 * lines first.
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

const PLAIN = /^[\t\x20-\x7e]*$/;

/**
 * Makes a line of a program's output harmless, as {@link stripControls} does. Tabs stay, since programs align their columns
 * with them.
 */
export function cleanLine(line: string): string {
  if (PLAIN.test(line)) return line;
  return line.split("\t").map(stripControls).join("\t");
}

/**
 * Escapes text so that Markdown on GitHub shows it as it is, on one line: no HTML, links, code, tables or
 * mathematics, and no mention of a person or an issue. Controls and surrounding spaces are removed. The
 * escapes would show inside of code: see {@link codeBlock}.
 */
export function escapeMarkdown(text: string): string {
  return stripControls(text).trim()
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_{}[\]()#+=!~-]/g, "\\$&")
    .replace(/^(\d+)\./, "$1\\.")
    // GitHub looks for these in the rendered text, where backslashes are gone.
    .replace(/[@#]|gh\\-(?=\d)|:(?=\/\/)|www(?=\.)|mailto:|xmpp:/gi, `$&${ZERO_WIDTH_SPACE}`)
    // These come last, since they contain a number sign.
    .replaceAll("|", "&#124;")
    .replaceAll("$", "&#36;");
}

/**
 * Makes Markdown mention no person and no team on GitHub, and removes controls. Everything else of it stays,
 * its line breaks too.
 */
export function defuseMentions(markdown: string): string {
  return markdown.split(/\r\n|[\n\r]/).map((line) =>
    // GitHub looks for mentions in the rendered text, where an entity is the character.
    stripControls(line).replace(/@|&(?:#0*64|#x0*40|commat);?/gi, `$&${ZERO_WIDTH_SPACE}`)
  ).join("\n");
}

/** Restores text that {@link escapeMarkdown} wrote, for output without Markdown; it removes backticks too. */
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
 * Renders lines as a fenced code block of Markdown with a fence longer than any run of backticks in them.
 * Line breaks within a line split it, controls are removed, and no line opens an HTML comment, so that a
 * search for one in the raw text finds none here.
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
 * Escapes text for the message of a workflow command, as in `::warning::<text>`: the result neither ends the
 * line nor is a command by itself.
 */
export function escapeWorkflowCommand(text: string): string {
  return defuseWorkflowCommand(text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A"));
}

/** Escapes text for a property of a workflow command, as in `::error title=<text>::`. */
export function escapeWorkflowProperty(text: string): string {
  return escapeWorkflowCommand(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/**
 * Changes one line of foreign output so that a workflow's runner does not take it for a command (`::name::`
 * at its start, or `##[name]` anywhere). The text must not contain a line break. Call this last, since
 * {@link stripControls} undoes it.
 */
export function defuseWorkflowCommand(line: string): string {
  return line.replace(/^\s*(?=::)/, `$&${ZERO_WIDTH_SPACE}`).replaceAll("##[", `#${ZERO_WIDTH_SPACE}#[`);
}

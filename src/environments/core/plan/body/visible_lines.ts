/**
 * Finds the lines of a Markdown text that its reader sees as the author's own words, by the block structure of
 * CommonMark. It is no renderer: emphasis, links and tables stay as they are written.
 */

import { HidingElements, readInline } from "./inline_text.ts";

/** How deep quotations and lists are followed. Deeper ones are text of the last. */
const DEPTH_LIMIT = 50;

const BLOCK_TAG =
  /^<\/?(?:address|article|aside|base|blockquote|body|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?:[\s>]|\/>|$)/i;
const LONE_TAG = /^<\/?[a-z][a-z0-9-]*(?:\s[^<>]*)?\/?>\s*$/i;
const TEXT_TAG = /^<(?:pre|script|style|textarea)(?:[\s>]|$)/i;
const TEXT_TAG_END = /<\/(?:pre|script|style|textarea)>/i;
const RULE = /^(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/;
const HEADING = /^#{1,6}(?:\s|$)/;
const ITEM = /^([-+*]|\d{1,9}[.)])( +|$)/;
const FENCE = /^(`{3,})[^`]*$|^(~{3,})/;

/** A definition of a link, which shows nothing: people write comments as one that is never used. */
const DEFINITION =
  /^\[(?!\^)[^[\]]+\]:\s*\S+(?:[ \t]*(?:\n|$)|\s+(?:"[^"]*"|'[^']*'|\([^()]*\))[ \t]*(?:\n|$))/;

/** A quotation, or an item of a list with the width of its indentation. */
type Container = { readonly kind: "quote" } | { readonly kind: "item"; readonly width: number };

/** The block that a line may continue. */
type Leaf =
  | { readonly kind: "none" | "paragraph" }
  | { readonly kind: "fence"; readonly mark: string }
  /** Raw HTML, which ends with a line that matches `end`, or with an empty line. */
  | { readonly kind: "html"; readonly end: RegExp | undefined }
  /** Raw HTML that shows nothing: an instruction, a declaration or a CDATA section. */
  | { readonly kind: "hidden"; readonly end: RegExp };

/** Returns the lines that count, without comments. A line that has more than its own text on it is not changed. */
export function visibleLines(markdown: string): readonly string[] {
  const reader = new Reader();
  for (const line of markdown.split(/\r\n|\n|\r/)) reader.read(expandTabs(line));
  return reader.end();
}

class Reader {
  readonly #elements = new HidingElements();
  readonly #shown: string[] = [];
  #containers: Container[] = [];
  #leaf: Leaf = { kind: "none" };
  /** The text of the open paragraph, one entry for each line. */
  #paragraph: string[] = [];
  /** Raw HTML has opened a comment, which hides all Markdown up to its end. */
  #inComment = false;

  /** Takes in the next line. */
  read(line: string): void {
    if (this.#inComment) {
      this.#inComment = !line.includes("-->");
      if (this.#leaf.kind === "html" && this.#leaf.end?.test(line) === true) this.#leaf = { kind: "none" };
      return;
    }
    let { rest, matched } = this.#match(line);
    let opened = false;
    if (matched === this.#containers.length && this.#continueLeaf(rest)) return;
    while (matched < DEPTH_LIMIT) {
      const container = this.#startOf(rest, { matched });
      if (container === undefined) break;
      this.#close(matched);
      this.#containers.push(container.kind);
      matched++;
      rest = container.rest;
      opened = true;
    }
    const text = rest.trimStart();
    const blank = text === "";
    const starts = !opened && this.#leaf.kind === "paragraph" ? this.#interrupts(rest) : true;
    if (this.#leaf.kind === "paragraph" && !blank && !starts && !opened) {
      // With fewer containers than the paragraph, this is its lazy continuation.
      this.#paragraph.push(text);
      return;
    }
    if (matched < this.#containers.length || this.#leaf.kind !== "none") this.#close(matched);
    if (!blank) this.#startLeaf(rest, { opened });
  }

  /** Closes what is open, and returns the lines that count. */
  end(): readonly string[] {
    this.#close(0);
    return this.#shown;
  }

  /** Takes the marks of the open containers off a line, as far as it has them. */
  #match(line: string): { rest: string; matched: number } {
    let rest = line;
    let matched = 0;
    for (const container of this.#containers) {
      const indent = indentOf(rest);
      if (container.kind === "quote") {
        if (indent > 3 || rest[indent] !== ">") break;
        rest = afterQuote(rest, indent);
      } else if (rest.trim() === "") rest = "";
      else if (indent >= container.width) rest = rest.slice(container.width);
      else break;
      matched++;
    }
    return { rest, matched };
  }

  /** Whether the line belongs to open code or raw HTML. */
  #continueLeaf(rest: string): boolean {
    const leaf = this.#leaf;
    if (leaf.kind === "fence") {
      const close = /^ {0,3}(`{3,}|~{3,})\s*$/.exec(rest)?.[1];
      if (close?.startsWith(leaf.mark) === true) this.#leaf = { kind: "none" };
      return true;
    }
    if (leaf.kind === "hidden") {
      if (leaf.end.test(rest)) this.#leaf = { kind: "none" };
      return true;
    }
    if (leaf.kind !== "html") return false;
    if (leaf.end === undefined && rest.trim() === "") {
      this.#leaf = { kind: "none" };
      return true;
    }
    this.#readHtml(rest);
    if (leaf.end?.test(rest) === true) this.#leaf = { kind: "none" };
    return true;
  }

  /** Returns the container that begins here, and what follows its mark. */
  #startOf(
    line: string,
    { matched }: { readonly matched: number },
  ): { readonly kind: Container; readonly rest: string } | undefined {
    const indent = indentOf(line);
    if (indent > 3) return undefined;
    const text = line.slice(indent);
    if (text.startsWith(">")) return { kind: { kind: "quote" }, rest: afterQuote(line, indent) };
    const item = RULE.test(text) ? null : ITEM.exec(text);
    if (item === null) return undefined;
    const [mark = "", bullet = "", space = ""] = item;
    const empty = text.slice(mark.length).trim() === "";
    const continues = this.#leaf.kind === "paragraph" && matched === this.#containers.length;
    // Only an item with text, and of the numbers only 1, ends a paragraph.
    if (continues && (empty || !/^(?:[-+*]|1[.)])$/.test(bullet))) return undefined;
    const wide = space.length > 4 || empty ? 1 : space.length;
    const width = bullet.length + wide;
    return { kind: { kind: "item", width: indent + width }, rest: text.slice(width) };
  }

  /** Whether a line begins a block that ends a paragraph. */
  #interrupts(line: string): boolean {
    if (indentOf(line) > 3) return false;
    const text = line.trimStart();
    return FENCE.test(text) || HEADING.test(text) || RULE.test(text) || text.startsWith("<!") ||
      text.startsWith("<?") || TEXT_TAG.test(text) || BLOCK_TAG.test(text);
  }

  #startLeaf(line: string, { opened }: { readonly opened: boolean }): void {
    const text = line.trimStart();
    // Indented code.
    if (indentOf(line) > 3) return;
    const fence = FENCE.exec(text);
    if (fence !== null) this.#leaf = { kind: "fence", mark: fence[1] ?? fence[2] ?? "" };
    else if (RULE.test(text) || HEADING.test(text)) this.#show([`# ${text}`]);
    else if (TEXT_TAG.test(text)) this.#startHtml(text, TEXT_TAG_END);
    else if (text.startsWith("<!--")) this.#startHtml(text, /-->/);
    else if (text.startsWith("<?")) this.#startHidden(text, /\?>/);
    else if (text.startsWith("<![CDATA[")) this.#startHidden(text, /\]\]>/);
    else if (/^<![a-z]/i.test(text)) this.#startHidden(text, />/);
    else if (BLOCK_TAG.test(text) || LONE_TAG.test(text)) this.#startHtml(text, undefined);
    else {
      this.#leaf = { kind: "paragraph" };
      // A line that begins with the mark of a list has more on it than this text.
      this.#paragraph = [opened ? `- ${text}` : text];
    }
  }

  #startHtml(text: string, end: RegExp | undefined): void {
    this.#readHtml(text);
    this.#leaf = end?.test(text) === true ? { kind: "none" } : { kind: "html", end };
  }

  #startHidden(text: string, end: RegExp): void {
    this.#leaf = end.test(text) ? { kind: "none" } : { kind: "hidden", end };
  }

  #readHtml(line: string): void {
    const { text, inComment } = readInline(line, { raw: true, elements: this.#elements });
    this.#inComment = inComment;
    if (!this.#quoted) this.#shown.push(text);
  }

  /** Closes the open block, and all containers but the first `keep`. */
  #close(keep: number): void {
    if (this.#leaf.kind === "paragraph") this.#show(this.#paragraph);
    this.#leaf = { kind: "none" };
    this.#paragraph = [];
    this.#containers = this.#containers.slice(0, keep);
  }

  #show(lines: readonly string[]): void {
    let rest = lines.join("\n");
    for (let match = DEFINITION.exec(rest); match !== null; match = DEFINITION.exec(rest)) {
      rest = rest.slice(match[0].length);
    }
    const { text } = readInline(rest, { raw: false, elements: this.#elements });
    if (!this.#quoted) this.#shown.push(...text.split("\n"));
  }

  get #quoted(): boolean {
    return this.#containers.some(({ kind }) => kind === "quote");
  }
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function afterQuote(line: string, indent: number): string {
  const rest = line.slice(indent + 1);
  return rest.startsWith(" ") ? rest.slice(1) : rest;
}

/** Replaces tabs by the spaces up to the next multiple of four. */
function expandTabs(line: string): string {
  if (!line.includes("\t")) return line;
  let expanded = "";
  for (const char of line) expanded += char === "\t" ? " ".repeat(4 - expanded.length % 4) : char;
  return expanded;
}

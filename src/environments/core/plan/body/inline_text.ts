/** Elements of HTML whose text is code, a quotation or nothing that a reader sees. */
const HIDING: ReadonlySet<string> = new Set([
  ...["pre", "code", "samp", "kbd", "tt", "xmp", "plaintext", "blockquote", "q"],
  ...["script", "style", "template", "textarea", "title", "noscript"],
]);

/** A tag at the position. Its attributes end before the next angle bracket, so that a search stays linear. */
const TAG = /<(\/?)([a-z][a-z0-9-]*)(?:[\s/][^<>]*)?>/iy;

/** Stands for text that does not count, so that the rest of its line is not taken for a whole line. */
const HIDDEN = "`";

/** The elements that hide text, as far as they are open at some place of a document. */
export class HidingElements {
  readonly #open = new Map<string, number>();

  /** Takes in a tag. */
  see(tag: { readonly name: string; readonly closes: boolean }): void {
    const name = tag.name.toLowerCase();
    if (!HIDING.has(name)) return;
    this.#open.set(name, Math.max(0, (this.#open.get(name) ?? 0) + (tag.closes ? -1 : 1)));
  }

  /** Whether a tag that hides its content is open. */
  get hide(): boolean {
    return [...this.#open.values()].some((count) => count > 0);
  }
}

/** The text that is left, and whether it ends in a comment that is still open. */
export interface InlineText {
  readonly text: string;
  readonly inComment: boolean;
}

/**
 * Takes comments, code and hidden elements out of a paragraph, or out of a piece of raw HTML, which has no code spans
 * and may end in an open comment. Line breaks stay. Linear in the length of the text.
 */
export function readInline(
  text: string,
  { raw, elements }: { readonly raw: boolean; readonly elements: HidingElements },
): InlineText {
  const runs = raw ? new Map<number, number[]>() : backtickRuns(text);
  let shown = "";
  let at = 0;
  const hide = (end: number) => {
    shown += HIDDEN + text.slice(at, end).replace(/[^\n]+/g, HIDDEN);
    at = end;
  };
  while (at < text.length) {
    const char = text[at] ?? "";
    if (!raw && char === "\\") {
      shown += elements.hide ? HIDDEN : text.slice(at, at + 2);
      at += 2;
    } else if (!raw && char === "`") {
      const length = runLength(text, at);
      const end = nextRun(runs.get(length), at);
      if (end === undefined) {
        shown += text.slice(at, at + length);
        at += length;
      } else hide(end + length);
    } else if (text.startsWith("<!--", at)) {
      const end = text.indexOf("-->", at + 4);
      if (end < 0 && raw) return { text: shown, inComment: true };
      // In a paragraph, a comment that does not end there is not one.
      if (end < 0) return { text: shown + restOf(text, { at, elements }), inComment: false };
      shown += text.slice(at, end).replace(/[^\n]+/g, "");
      at = end + 3;
    } else {
      TAG.lastIndex = at;
      const tag = char === "<" ? TAG.exec(text) : null;
      if (tag !== null) elements.see({ name: tag[2] ?? "", closes: tag[1] === "/" });
      const piece = tag?.[0] ?? char;
      // The lines of a tag are its attributes.
      const lines = piece.includes("\n") && tag !== null ? piece.replace(/[^\n]+/g, HIDDEN) : piece;
      shown += elements.hide && piece !== "\n" ? HIDDEN : lines;
      at += piece.length;
    }
  }
  return { text: shown, inComment: false };
}

/** Reads the rest of a paragraph after a `<!--` that is plain text. */
function restOf(text: string, place: { readonly at: number; readonly elements: HidingElements }): string {
  const rest = text.slice(place.at + 4).replaceAll("<!--", "    ");
  return `<!--${readInline(rest, { raw: false, elements: place.elements }).text}`;
}

/** Finds where runs of backticks begin, by their length. */
function backtickRuns(text: string): Map<number, number[]> {
  const runs = new Map<number, number[]>();
  for (const { 0: { length }, index } of text.matchAll(/`+/g)) {
    const starts = runs.get(length);
    if (starts === undefined) runs.set(length, [index]);
    else starts.push(index);
  }
  return runs;
}

function runLength(text: string, at: number): number {
  let end = at;
  while (text[end] === "`") end++;
  return end - at;
}

/** Finds the first run after `at`, and forgets those before it. */
function nextRun(starts: number[] | undefined, at: number): number | undefined {
  while (starts?.[0] !== undefined && starts[0] <= at) starts.shift();
  return starts?.[0];
}

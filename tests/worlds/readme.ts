/** The pages of the documentation as tests look at them: their blocks, their links, and the script of their commands. */

const ROOT = new URL("../../", import.meta.url);

/** Reads README.md and every page of docs/, by path from the root of the repository. */
export async function readPages(): Promise<ReadonlyMap<string, string>> {
  const paths = ["README.md"];
  for await (const { name, isFile } of Deno.readDir(new URL("docs/", ROOT))) {
    if (isFile && name.endsWith(".md")) paths.push(`docs/${name}`);
  }
  const read = async (path: string) => [path, await Deno.readTextFile(new URL(path, ROOT))] as const;
  return new Map(await Promise.all(paths.sort().map(read)));
}

/** A fenced block of a page. */
export interface Block {
  /** The word after the opening fence: `sh`, `console`, `yaml`; empty if there is none. */
  readonly language: string;
  /** The line of the block's first content, counted from 1. */
  readonly line: number;
  readonly text: string;
  /** The words of a comment `<!-- run: … -->` before the block. */
  readonly marks: readonly string[];
}

/** The marks that a block of commands may have. */
const MARKS: ReadonlySet<string> = new Set(["clone", "project", "background"]);

/** Finds the fenced blocks of a page in order. Throws if one is never closed, or has a mark that does not exist. */
export function findBlocks(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const [, indent = "", language] = /^( *)```(\w*)\s*$/.exec(lines[at] ?? "") ?? [];
    if (language === undefined) continue;
    const close = lines.findIndex((line, index) => index > at && line.trim() === "```");
    if (close < 0) throw new Error(`Reading the block at line ${at + 1}: it is never closed`);
    const text = lines.slice(at + 1, close).map((line) => line.slice(Math.min(indent.length, margin(line))));
    blocks.push({ language, line: at + 2, text: text.join("\n"), marks: marksBefore(lines, at) });
    at = close;
  }
  return blocks;
}

function margin(line: string): number {
  return line.length - line.trimStart().length;
}

function marksBefore(lines: readonly string[], at: number): readonly string[] {
  const before = lines.slice(0, at).findLast((line) => line.trim() !== "") ?? "";
  const marks = /^\s*<!-- run: (.*) -->$/.exec(before)?.[1]?.split(" ") ?? [];
  const unknown = marks.filter((mark) => !MARKS.has(mark));
  if (unknown.length > 0) {
    throw new Error(`Reading the block at line ${at + 1}: there is no mark "${unknown.join(" ")}"`);
  }
  return marks;
}

/** The blocks of a page that a test runs as they stand, without those for a project of the reader's own. */
export function findCommandBlocks(markdown: string): readonly Block[] {
  return findBlocks(markdown).filter(({ language, marks }) =>
    language === "sh" && !marks.includes("project")
  );
}

/** The blocks of a page that a test runs in a fresh project with a Dockerfile, on a real engine. */
export function findProjectBlocks(markdown: string): readonly Block[] {
  return findBlocks(markdown).filter(({ language, marks }) => language === "sh" && marks.includes("project"));
}

/** The folders that a page's commands run in. */
export interface Folders {
  /** A clone of Showtime: where blocks marked `clone` run. */
  readonly clone: string;
  /** The reader's own repository: where all other blocks run. */
  readonly repository: string;
}

/**
 * Composes one script of all blocks, as a reader types them into one terminal: a later block has the variables and the
 * folder of an earlier one. A block marked `background` is for a second terminal: the script goes on once it has
 * printed an address, and ends it at the end. The script stops at the first command that fails and names its block.
 */
export function composeScript(blocks: readonly Block[], folders: Folders): string {
  const head = [
    "set -euo pipefail",
    // Each job is a process group of its own, so that the programs it started end with it.
    "set -m",
    "page_line=0 page_jobs=",
    `trap 'echo "the block at line $page_line failed" >&2' ERR`,
    `trap 'for job in $page_jobs; do kill -- "-$job" 2>/dev/null || true; done' EXIT`,
  ];
  const folderOf = ({ marks }: Block) => marks.includes("clone") ? folders.clone : folders.repository;
  const lines: string[] = [];
  let current: string | undefined;
  for (const block of blocks) {
    const folder = folderOf(block);
    lines.push(`page_line=${block.line}`);
    if (block.marks.includes("background")) {
      lines.push(...composeJob(block, folder));
    } else {
      if (folder !== current) lines.push(`cd '${folder}'`);
      lines.push(block.text);
      current = folder;
    }
  }
  return [...head, ...lines, ""].join("\n");
}

function composeJob({ text }: Block, folder: string): readonly string[] {
  return [
    "page_output=$(mktemp)",
    `{\ncd '${folder}'\n${text}\n} >"$page_output" 2>&1 &`,
    'page_jobs="$page_jobs $!"',
    `for _ in $(seq 600); do grep -q 'http://127' "$page_output" && break; sleep 0.1; done`,
    `grep 'http://127' "$page_output" || { cat "$page_output" >&2; false; }`,
  ];
}

/** The targets of a page's links and pictures, without those that lead to other sites. */
export function findLinks(markdown: string): readonly string[] {
  const prose = markdown.replaceAll(/^( *)```[^]*?^ *```\s*$/gm, "").replaceAll(/`[^`\n]*`/g, "");
  const inline = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  const named = [...prose.matchAll(/^\[[^\]]+\]: (\S+)$/gm)].map(([, target = ""]) => target);
  return [...inline, ...named].filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that GitHub gives to a page's headings. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const prose = markdown.replaceAll(/^```[^]*?^```\s*$/gm, "");
  const anchors = new Set<string>();
  for (const [, heading = ""] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(" ", "-");
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

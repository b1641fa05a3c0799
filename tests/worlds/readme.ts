/** The commands of a README that are meant to be run as they stand. */

/** A block of shell commands and the line its first command is on, counted from 1. */
export interface CommandBlock {
  readonly line: number;
  readonly script: string;
}

const MARK = /^<!--\s*test\s*-->$/;

/** The `sh` blocks that follow a line `<!-- test -->`; only blank lines may stand between the two. */
export function findCommandBlocks(markdown: string): CommandBlock[] {
  const blocks: CommandBlock[] = [];
  const lines = markdown.split("\n");
  for (let at = 0; at < lines.length; at++) {
    if (!MARK.test(lines[at]?.trim() ?? "")) continue;
    const open = lines.findIndex((line, index) => index > at && line.trim() !== "");
    if (lines[open]?.trim() !== "```sh") {
      throw new Error(`Reading README line ${at + 1}: \`<!-- test -->\` is not followed by a \`\`\`sh block`);
    }
    const close = lines.findIndex((line, index) => index > open && line.trim() === "```");
    if (close < 0) throw new Error(`Reading README line ${open + 1}: the block is never closed`);
    blocks.push({ line: open + 2, script: lines.slice(open + 1, close).join("\n") });
    at = close;
  }
  return blocks;
}

/**
 * One script of all blocks, as a reader types them into one terminal: what one block exports or starts is there for
 * the next. It stops at the first command that fails, says the block's line, and ends what it has started.
 */
export function composeScript(blocks: readonly CommandBlock[]): string {
  const head = [
    "set -euo pipefail",
    "readme_line=0",
    `trap 'echo "README.md: the block at line $readme_line failed" >&2' ERR`,
    `trap 'jobs -p | xargs -r kill 2>/dev/null || true' EXIT`,
  ];
  return [...head, ...blocks.flatMap(({ line, script }) => [`readme_line=${line}`, script]), ""].join("\n");
}

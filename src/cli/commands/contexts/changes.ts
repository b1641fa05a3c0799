/** Prints changes of a tree: those between two versions, and those that a dry run would make. */

import { maskPaths } from "../../../contexts/core/mask_paths.ts";
import { type Difference, diffTrees } from "../../../contexts/core/tree/diff_trees.ts";
import { formatJson } from "../../../contexts/core/tree/format_json.ts";
import { formatPath, type Path } from "../../../contexts/core/tree/path.ts";
import type { Value, ValueMap } from "../../../contexts/core/tree/value.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { CommandEnv } from "../../command.ts";
import { printJson } from "./shared.ts";

/** Two trees, and what is printed about them besides. */
export interface Comparison {
  readonly before: ValueMap;
  readonly after: ValueMap;
  /** Paths whose values print as `***`. */
  readonly redact: readonly Path[];
  /** The keys before `changes` under --json. */
  readonly about: Readonly<Record<string, unknown>>;
  /** The sentence for trees that are equal. */
  readonly equal: string;
}

/** Prints what differs between two trees: lines, or a document. */
export function printChanges(env: CommandEnv, { before, after, redact, about, equal }: Comparison): void {
  const mask = (value: Value | undefined, { path }: Difference) =>
    value === undefined ? undefined : maskPaths(value, redact, { at: path });
  const changes = diffTrees(before, after)
    .map((each) => ({ ...each, before: mask(each.before, each), after: mask(each.after, each) }));
  if (env.flags.json) {
    printJson(env, { ...about, changes: changes.map((each) => ({ ...each, path: formatPath(each.path) })) });
    return;
  }
  if (changes.length === 0) env.terminal.say(equal);
  env.lines(changes.flatMap((each) => renderDifference(each, env)));
}

function renderDifference({ path, before, after }: Difference, { style }: CommandEnv): readonly string[] {
  const lines = (value: Value | undefined, sign: string) =>
    value === undefined
      ? []
      : `${formatPath(path)}: ${typeof value === "string" ? value : formatJson(value)}`.split("\n")
        .map((line) => `${sign} ${stripControls(line)}`);
  return [...lines(before, "-").map(style.bad), ...lines(after, "+").map(style.good)];
}

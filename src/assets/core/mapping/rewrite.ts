/** Rewriting of schemas, catalogs and names in SQL between the folder's vocabulary and an instance's. */

import type { RewriteRule } from "../instance.ts";
import type { Asset } from "../asset.ts";
import { textOf, type TreeMap } from "../tree.ts";

/** A direction of {@link rewriteAsset}. */
export type Direction = "to_instance" | "to_folder";

interface Prefix {
  readonly from: string;
  readonly to: string;
}

/** Rewrites a dataset. `matched` is called with each rule that changed something. */
export function rewriteAsset(
  asset: Asset,
  rules: readonly RewriteRule[],
  { direction, matched = () => {} }: {
    readonly direction: Direction;
    readonly matched?: (rule: RewriteRule) => void;
  },
): Asset {
  if (asset.kind !== "dataset" || rules.length === 0) return asset;
  const changes: Record<string, string> = {};
  for (const field of ["schema", "catalog", "sql"] as const) {
    const before = textOf(asset.tree, field);
    if (before === undefined) continue;
    let text = before;
    for (const rule of rules.filter((each) => each.field === field)) {
      const prefix = direction === "to_instance" ? rule : { from: rule.to, to: rule.from };
      const after = field === "sql" ? rewriteSql(text, prefix) : rewriteName(text, prefix);
      if (after !== text) matched(rule);
      text = after;
    }
    if (text !== before) changes[field] = text;
  }
  if (Object.keys(changes).length === 0) return asset;
  // The keys keep their places.
  const tree: TreeMap = { ...asset.tree, ...changes };
  return { ...asset, tree };
}

/** A name of the folder that already begins with what a rule writes: the way back would change it. */
export interface AmbiguousName {
  readonly rule: RewriteRule;
  readonly name: string;
}

/** Finds the names of a dataset of the folder that would come back changed. */
export function ambiguousNames(asset: Asset, rules: readonly RewriteRule[]): readonly AmbiguousName[] {
  if (asset.kind !== "dataset") return [];
  return rules.flatMap((rule) => {
    const text = textOf(asset.tree, rule.field);
    if (text === undefined) return [];
    const names = rule.field === "sql" ? namesOfSql(text) : [text];
    return names.filter((name) =>
      name.startsWith(rule.to) && !(name.startsWith(rule.from) && rule.from.startsWith(rule.to))
    )
      .filter((name) => rewriteName(rewriteName(name, rule), { from: rule.to, to: rule.from }) !== name)
      .map((name) => ({ rule, name }));
  });
}

function rewriteName(name: string, { from, to }: Prefix): string {
  return name.startsWith(from) ? `${to}${name.slice(from.length)}` : name;
}

/** A stretch of SQL. Only `code` holds names of schemas. */
interface Stretch {
  readonly kind: "code" | "quoted" | "other";
  readonly text: string;
}

/**
 * The parts of SQL that hold no names: literals, comments and Jinja. Quoted identifiers are names. The order matters: the
 * first alternative that fits at a place is taken.
 */
const PARTS =
  /\{\{[\s\S]*?(?:\}\}|$)|\{%[\s\S]*?(?:%\}|$)|\{#[\s\S]*?(?:#\}|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]\n]*\]/g;

function splitSql(sql: string): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let end = 0;
  for (const match of sql.matchAll(PARTS)) {
    if (match.index > end) stretches.push({ kind: "code", text: sql.slice(end, match.index) });
    const [text] = match;
    stretches.push({ kind: /^["`[]/.test(text) ? "quoted" : "other", text });
    end = match.index + text.length;
  }
  if (end < sql.length) stretches.push({ kind: "code", text: sql.slice(end) });
  return stretches;
}

const NAME_BEFORE_DOT = /(?<![\w$])([A-Za-z_][\w$]*)(?=\s*\.)/g;

/** Rewrites each schema or catalog name that is followed by a dot. Aliases and names of CTEs are no schemas. */
export function rewriteSql(sql: string, prefix: Prefix): string {
  const local = localNames(sql);
  const change = (name: string) => local.has(name.toLowerCase()) ? name : rewriteName(name, prefix);
  const stretches = splitSql(sql);
  return stretches.map(({ kind, text }, index) => {
    if (kind === "code") return text.replace(NAME_BEFORE_DOT, change);
    const isFollowed = kind === "quoted" && /^\s*\./.test(stretches[index + 1]?.text ?? "");
    return isFollowed ? `${text[0]}${change(text.slice(1, -1))}${text.at(-1)}` : text;
  }).join("");
}

/** The names followed by a dot in SQL, aliases left out. */
function namesOfSql(sql: string): readonly string[] {
  const local = localNames(sql);
  const stretches = splitSql(sql);
  const found = stretches.flatMap(({ kind, text }, index) => {
    if (kind === "code") return [...text.matchAll(NAME_BEFORE_DOT)].map(([, name = ""]) => name);
    return kind === "quoted" && /^\s*\./.test(stretches[index + 1]?.text ?? "") ? [text.slice(1, -1)] : [];
  });
  return [...new Set(found.filter((name) => !local.has(name.toLowerCase())))];
}

/** Names that the statement itself declares, in lower case: aliases of tables and common table expressions. */
function localNames(sql: string): ReadonlySet<string> {
  const code = splitSql(sql).map(({ kind, text }) => kind === "other" ? " " : text).join("");
  const name = `["\`[]?([A-Za-z_][\\w$]*)["\`\\]]?`;
  const table = `(?:["\`[]?[\\w$]+["\`\\]]?\\s*\\.\\s*)*["\`[]?[\\w$]+["\`\\]]?`;
  const patterns = [
    new RegExp(`(?:\\bfrom|\\bjoin|,)\\s+${table}\\s+(?:as\\s+)?${name}`, "gi"),
    new RegExp(`\\)\\s*(?:as\\s+)?${name}`, "gi"),
    new RegExp(`(?:\\bwith|,|\\brecursive)\\s+${name}\\s*(?:\\([^)]*\\)\\s*)?as\\s*\\(`, "gi"),
  ];
  return new Set(
    patterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([, each = ""]) => each.toLowerCase())),
  );
}

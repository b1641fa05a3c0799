/** Rewriting of schemas, catalogs and names in SQL between the folder's vocabulary and an instance's. */

import type { RewriteRule } from "../instance.ts";
import type { Asset } from "../asset.ts";
import { textOf, type TreeMap } from "../tree.ts";

/** A direction of {@link rewriteAsset}. */
export type Direction = "to_instance" | "to_folder";

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
    const change = renamer(rules.filter((each) => each.field === field), { direction, matched });
    const text = field === "sql" ? rewriteSql(before, change) : change(before);
    if (text !== before) changes[field] = text;
  }
  if (Object.keys(changes).length === 0) return asset;
  // The keys keep their places.
  const tree: TreeMap = { ...asset.tree, ...changes };
  return { ...asset, tree };
}

/** Makes the function that rewrites one name. The first rule that fits a name is the only one that is applied. */
function renamer(
  rules: readonly RewriteRule[],
  { direction, matched = () => {} }: {
    readonly direction: Direction;
    readonly matched?: (rule: RewriteRule) => void;
  },
): (name: string) => string {
  return (name) => {
    for (const rule of rules) {
      const [from, to] = direction === "to_instance" ? [rule.from, rule.to] : [rule.to, rule.from];
      if (!name.startsWith(from)) continue;
      matched(rule);
      return `${to}${name.slice(from.length)}`;
    }
    return name;
  };
}

/** A name of the folder that would come back changed, such as one that begins with what a rule writes. */
export interface AmbiguousName {
  readonly rule: RewriteRule;
  readonly name: string;
}

/** Finds the names of a dataset of the folder that would come back changed, with the rule that changes each. */
export function ambiguousNames(asset: Asset, rules: readonly RewriteRule[]): readonly AmbiguousName[] {
  if (asset.kind !== "dataset") return [];
  return (["schema", "catalog", "sql"] as const).flatMap((field) => {
    const text = textOf(asset.tree, field);
    const own = rules.filter((rule) => rule.field === field);
    if (text === undefined || own.length === 0) return [];
    const forth = renamer(own, { direction: "to_instance" });
    // A schema that becomes equal to an alias of the statement is no schema on the way back.
    const local = field === "sql" ? localNames(text) : new Set<string>();
    return (field === "sql" ? namesOfSql(text) : [text]).flatMap((name): readonly AmbiguousName[] => {
      let last: RewriteRule | undefined;
      const back = renamer(own, { direction: "to_folder", matched: (rule) => last = rule });
      const there = forth(name);
      // What is left of an unquoted name has to be one, or it is not found on the way back.
      const lost = field === "sql" && NAME.test(name) && !NAME.test(there);
      const changed = back(there) !== name || lost || local.has(there.toLowerCase());
      const rule = last ?? own[0];
      return changed && rule !== undefined ? [{ rule, name }] : [];
    });
  });
}

/** A stretch of SQL. Only `code` holds names of schemas. */
interface Stretch {
  readonly kind: "code" | "quoted" | "other";
  readonly text: string;
}

/**
 * The parts of SQL that hold no names: literals, comments and Jinja. Quoted identifiers are names. The order matters: the
 * first alternative that fits at a place is taken. Jinja within a literal may hold quotes of its own.
 */
const JINJA = String.raw`\{\{[\s\S]*?(?:\}\}|$)|\{%[\s\S]*?(?:%\}|$)|\{#[\s\S]*?(?:#\}|$)`;
const PARTS = new RegExp(
  [
    JINJA,
    String.raw`--[^\n]*`,
    String.raw`\/\*[\s\S]*?(?:\*\/|$)`,
    String.raw`\$(\w*)\$[\s\S]*?(?:\$\1\$|$)`,
    String.raw`'(?:${JINJA}|[^'\\]|''|\\[\s\S])*(?:'|$)`,
    String.raw`"(?:${JINJA}|[^"]|"")*(?:"|$)`,
    "`(?:" + JINJA + "|[^`]|``)*(?:`|$)",
    String.raw`\[[^\]\n]*\]`,
  ].join("|"),
  "g",
);

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

const NAME = /^[A-Za-z_][\w$]*$/;
const NAME_BEFORE_DOT = /(?<![\w$])([A-Za-z_][\w$]*)(?=\s*\.)/g;

/** Changes each schema or catalog name that is followed by a dot. Tables, aliases and names of CTEs are no schemas. */
function rewriteSql(sql: string, rename: (name: string) => string): string {
  const local = localNames(sql);
  const change = (name: string) => local.has(name.toLowerCase()) ? name : rename(name);
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

/** Names that the statement itself declares, in lower case: tables, their aliases, and common table expressions. */
function localNames(sql: string): ReadonlySet<string> {
  const code = splitSql(sql).map(({ kind, text }) => kind === "other" ? " " : text).join("");
  const name = `["\`[]?([A-Za-z_][\\w$]*)["\`\\]]?`;
  const part = `["\`[]?[\\w$]+["\`\\]]?`;
  const table = `(?:${part}\\s*\\.\\s*)*${part}`;
  const aliased = `${table}(?:\\s+(?:as\\s+)?${part})?`;
  // Each pattern looks ahead, since the word after a table may be the next FROM or JOIN.
  const patterns = [
    new RegExp(`(?:\\bfrom|\\bjoin|,)(?=\\s+${table}\\s+(?:as\\s+)?${name})`, "gi"),
    new RegExp(`\\)(?=\\s*(?:as\\s+)?${name})`, "gi"),
    new RegExp(`(?:\\bwith|,|\\brecursive)(?=\\s+${name}\\s*(?:\\([^)]*\\)\\s*)?as\\s*\\()`, "gi"),
  ];
  // A table without an alias is known by its own name: `FROM mart.calls` allows `calls.port`.
  const lists = new RegExp(`(?:\\bfrom|\\bjoin)(?=\\s+(${aliased}(?:\\s*,\\s*${aliased})*))`, "gi");
  const tables = [...code.matchAll(lists)].flatMap(([, list = ""]) => list.split(",")).flatMap((each) =>
    new RegExp(`^\\s*(?:${part}\\s*\\.\\s*)*${name}`, "i").exec(each)?.[1] ?? []
  );
  return new Set(
    [...patterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([, each = ""]) => each)), ...tables]
      .map((each) => each.toLowerCase()),
  );
}

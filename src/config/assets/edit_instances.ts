/** Changes of `assets.instances` in the text of `showtime.yml`. Comments, order and the layout of the rest stay. */

import { Document, isMap, isScalar, type Pair, parseDocument, stringify, type YAMLMap } from "yaml";
import { usageError } from "../../lib/errors.ts";
import { withoutEnvironment } from "../yaml.ts";
import type { WrittenInstance } from "./written_instance.ts";

/** Adds an instance at the end of the others. Throws AppError (exit code 2) if there is one of that name. */
// deno-lint-ignore layers/few-parameters -- the text, and what is added to it
export function addInstance(text: string, name: string, instance: WrittenInstance): string {
  return withoutEnvironment(() => {
    const document = parse(text);
    const instances = mapAt(document, ["assets", "instances"]);
    if (instances?.has(name)) {
      throw usageError(
        "instance_exists",
        `Adding ${name}: assets.instances has an instance of that name`,
        `Choose another name, or run "showtime assets instances remove ${name}" first`,
      );
    }
    const wanted = structuredClone(document.toJS() ?? {}) as Record<string, unknown>;
    const section = entry(entry(wanted, "assets"), "instances");
    section[name] = instance;
    return firstThatSays(wanted, [
      () => insert(text, { map: instances, lines: renderInstance(name, instance) }),
      () => {
        const assets = mapAt(document, ["assets"]);
        const lines = ["instances:", ...indent(renderInstance(name, instance))];
        return assets !== undefined && !assets.has("instances")
          ? insert(text, { map: assets, lines })
          : undefined;
      },
      () => {
        const lines = ["assets:", "  instances:", ...indent(indent(renderInstance(name, instance)))];
        return mapAt(document, [])?.has("assets") ? undefined : append(text, lines);
      },
      () => {
        for (const path of [["assets"], ["assets", "instances"]]) {
          // A key without a value holds no section yet.
          if (document.hasIn(path) && mapAt(document, path) === undefined) document.deleteIn(path);
        }
        document.setIn(["assets", "instances", name], document.createNode(instance));
        return document.toString({ lineWidth: 0 });
      },
    ]);
  });
}

/** Removes an instance, and `assets.default` if it names it. Throws AppError (exit code 2) if there is no such instance. */
export function removeInstance(text: string, name: string): string {
  return withoutEnvironment(() => {
    const document = parse(text);
    const instances = mapAt(document, ["assets", "instances"]);
    if (instances === undefined || !instances.has(name)) {
      throw usageError(
        "instance_unknown",
        `Removing ${name}: assets.instances has no instance of that name`,
        `"showtime assets instances list" shows the names`,
      );
    }
    const isDefault = document.getIn(["assets", "default"]) === name;
    const cut = isDefault ? remove(text, mapAt(document, ["assets"]), "default") : text;
    const rest = cut === undefined ? undefined : parse(cut);
    const without = parse(text);
    if (isDefault) without.deleteIn(["assets", "default"]);
    const last = instances.items.length === 1;
    const path = last ? ["assets", "instances"] : ["assets", "instances", name];
    without.deleteIn(path);
    const emptied = mapAt(without, ["assets"])?.items.length === 0;
    if (emptied) without.deleteIn(["assets"]);
    const gone = emptied ? ["assets"] : path;
    return firstThatSays(without.toJS() ?? {}, [
      () =>
        cut === undefined || rest === undefined
          ? undefined
          : remove(cut, mapAt(rest, gone.slice(0, -1)), gone.at(-1) ?? ""),
      () => emptied && mapAt(document, [])?.items.length === 1 ? "" : undefined,
      () => without.toString({ lineWidth: 0 }),
    ]);
  });
}

/**
 * Writes entries into the database map of an instance. An entry that is there already gets the new value. Throws AppError
 * (exit code 2) if the file does not have the instance.
 */
// deno-lint-ignore layers/few-parameters -- the text, and what is added to it
export function addDatabases(text: string, name: string, entries: Readonly<Record<string, string>>): string {
  return withoutEnvironment(() =>
    Object.entries(entries).reduce((before, [from, to]) => addDatabase(before, { name, from, to }), text)
  );
}

function addDatabase(
  text: string,
  { name, from, to }: { readonly name: string; readonly from: string; readonly to: string },
): string {
  const document = parse(text);
  const path = ["assets", "instances", name, "databases", "map"];
  if (mapAt(document, path.slice(0, 3)) === undefined) {
    throw usageError(
      "instance_unknown",
      `Mapping the databases of ${name}: the file has no assets.instances.${name}`,
      "Write the map where the instance is configured",
    );
  }
  const wanted = structuredClone(document.toJS()) as Record<string, unknown>;
  path.reduce(entry, wanted)[from] = to;
  // The keys of the file that the entry lies in, from the inside out, with the keys that are missing below each.
  const places = [5, 4, 3].map((depth) => ({
    map: mapAt(document, path.slice(0, depth)),
    keys: [...path.slice(depth), from],
  }));
  return firstThatSays(wanted, [
    () => text,
    () => replaceValue(text, { map: places[0]?.map, key: from, value: to }),
    ...places.map(({ map, keys }) => () => insert(text, { map, lines: nest(keys, to) })),
    ...places.map(({ map, keys }) => () => insertInBraces(text, { map, keys, value: to })),
    () => {
      for (const place of [path.slice(0, 4), path]) {
        // A key without a value holds no section yet.
        if (!document.hasIn(place) || mapAt(document, place) !== undefined) continue;
        const section = document.createNode({});
        const { comment } = document.getIn(place, true) as { readonly comment?: string | null };
        section.commentBefore = comment ?? null;
        document.setIn(place, section);
      }
      document.setIn([...path, from], to);
      return document.toString({ lineWidth: 0 });
    },
  ]);
}

/** Writes keys below each other, each on a line, with a value behind the last one. */
function nest(keys: readonly string[], value: string): readonly string[] {
  const tree = keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return stringify(tree, { lineWidth: 0 }).trimEnd().split("\n");
}

function replaceValue(
  text: string,
  { map, key, value }: {
    readonly map: YAMLMap | undefined;
    readonly key: string;
    readonly value: string;
  },
): string | undefined {
  const node = map?.get(key, true);
  if (!isScalar(node) || !node.range) return undefined;
  return text.slice(0, node.range[0]) + JSON.stringify(value) + text.slice(node.range[1]);
}

/** Puts an entry behind the last one of a map that is written in braces. */
function insertInBraces(
  text: string,
  { map, keys, value }: {
    readonly map: YAMLMap | undefined;
    readonly keys: readonly string[];
    readonly value: string;
  },
): string | undefined {
  if (map?.flow !== true || !map.range) return undefined;
  const last = map.items.at(-1);
  const at = last === undefined ? map.range[0] + 1 : endOf(last);
  if (at === undefined) return undefined;
  const braces = keys.map((key) => `${JSON.stringify(key)}: `).join("{ ");
  const added = `${braces}${JSON.stringify(value)}${" }".repeat(keys.length - 1)}`;
  return text.slice(0, at) + (last === undefined ? ` ${added} ` : `, ${added}`) + text.slice(at);
}

/** Returns the first text that reads as the wanted data. The last one is made by the package, which may move blanks. */
function firstThatSays(wanted: unknown, makers: readonly (() => string | undefined)[]): string {
  const same = (text: string) => JSON.stringify(parseDocument(text).toJS() ?? {}) === JSON.stringify(wanted);
  for (const make of makers) {
    const text = make();
    if (text !== undefined && parseDocument(text).errors.length === 0 && same(text)) return text;
  }
  throw usageError(
    "config_unwritable",
    "Changing showtime.yml: its layout cannot be changed without changing its content",
    "Change it by hand",
  );
}

function parse(text: string): Document {
  const document = parseDocument(text, { version: "1.2", schema: "core", logLevel: "error" });
  if (document.errors.length === 0) return document;
  throw usageError(
    "config_invalid",
    "Changing showtime.yml: it is no valid YAML",
    "`showtime config` names the place",
  );
}

function mapAt(document: Document, path: readonly string[]): YAMLMap | undefined {
  const node = path.length === 0 ? document.contents : document.getIn(path);
  return isMap(node) ? node : undefined;
}

function entry(tree: Record<string, unknown>, key: string): Record<string, unknown> {
  const inner = tree[key];
  const section = typeof inner === "object" && inner !== null ? inner as Record<string, unknown> : {};
  tree[key] = section;
  return section;
}

function renderInstance(name: string, { url, insecure, auth }: WrittenInstance): readonly string[] {
  const login = new Document(auth);
  if (isMap(login.contents)) login.contents.flow = true;
  const rest = stringify({ url, ...(insecure ? { insecure } : {}) }, { lineWidth: 0 }).trimEnd().split("\n");
  return [`${name}:`, ...indent([...rest, `auth: ${login.toString({ lineWidth: 0 }).trimEnd()}`])];
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line === "" ? line : `  ${line}`);
}

/** Puts lines behind the last entry of a map in block style, with its indentation. */
function insert(
  text: string,
  { map, lines }: { readonly map: YAMLMap | undefined; readonly lines: readonly string[] },
): string | undefined {
  const last = map?.items.at(-1);
  if (map === undefined || map.flow || last === undefined) return undefined;
  const start = startOf(last);
  const end = endOf(last);
  if (start === undefined || end === undefined) return undefined;
  const column = start - (text.lastIndexOf("\n", start - 1) + 1);
  const blank = " ".repeat(column);
  const at = endOfLine(text, end);
  const before = text.slice(0, at).endsWith("\n") || at === 0 ? text.slice(0, at) : `${text.slice(0, at)}\n`;
  return before + lines.map((line) => `${blank}${line}\n`).join("") + text.slice(at);
}

function append(text: string, lines: readonly string[]): string {
  const gap = text.trim() === "" ? text : text.endsWith("\n") ? text : `${text}\n`;
  return `${gap}${lines.join("\n")}\n`;
}

/** Cuts the lines of an entry of a map in block style, with the comment directly above it. */
function remove(text: string, map: YAMLMap | undefined, key: string): string | undefined {
  const pair = map?.items.find((each) => isScalar(each.key) && each.key.value === key);
  if (map === undefined || map.flow || pair === undefined) return undefined;
  const [start, end] = [startOf(pair), endOf(pair)];
  if (start === undefined || end === undefined) return undefined;
  let from = text.lastIndexOf("\n", start - 1) + 1;
  if (text.slice(from, start).trim() !== "") return undefined;
  // The comment above the first entry may be about all of them.
  while (map.items[0] !== pair) {
    const above = text.lastIndexOf("\n", from - 2) + 1;
    if (from === 0 || !/^\s*#/.test(text.slice(above, from))) break;
    from = above;
  }
  return text.slice(0, from) + text.slice(endOfLine(text, end));
}

function startOf({ key }: Pair): number | undefined {
  return isScalar(key) ? key.range?.[0] : undefined;
}

/** The end of the value itself, without comments and blank lines behind it. */
function endOf({ key, value }: Pair): number | undefined {
  const inner = isMap(value) && !value.flow ? value.items.at(-1) : undefined;
  if (inner !== undefined) return endOf(inner);
  const node = value as { readonly range?: readonly [number, number, number] | null } | null;
  return node?.range?.[1] ?? (isScalar(key) ? key.range?.[1] : undefined);
}

/** The place behind the line break of the line that `at` is in. */
function endOfLine(text: string, at: number): number {
  // A block scalar's end is behind its last line break already.
  if (at > 0 && text[at - 1] === "\n") return at;
  const next = text.indexOf("\n", at);
  return next === -1 ? text.length : next + 1;
}

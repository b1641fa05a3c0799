import * as z from "zod";
import { ConfigFile } from "./environments/schema.ts";
import { isTree } from "./tree.ts";

/** The keys that lead to a setting in the file: `["environment", "health", "path"]`. */
export type SettingPath = readonly string[];

/**
 * The kind of a setting. `section`: the schema names its keys. `map`: the user does. `leaf`: a value or a
 * list.
 */
export type SettingKind = "section" | "map" | "leaf";

/** Finds the kind of the setting at a path of the file; undefined if no setting can be there. */
export function settingKind(path: SettingPath): SettingKind | undefined {
  const schema = schemaAt(path);
  if (schema === undefined) return undefined;
  if (schema instanceof z.ZodObject) return "section";
  return schema instanceof z.ZodRecord ? "map" : "leaf";
}

/** Lists the keys of the section at `path`; empty if it is not a section. */
export function keysAt(path: SettingPath): readonly string[] {
  const schema = schemaAt(path);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Whether a variable or a flag for `path` holds plain text rather than YAML. */
export function isText(path: SettingPath): boolean {
  const schema = schemaAt(path);
  return schema instanceof z.ZodString || schema instanceof z.ZodEnum;
}

/** Whether the setting at `path` can have that value. For null: whether it can be unset. */
export function accepts(path: SettingPath, value: unknown): boolean {
  return rawSchemaAt(path)?.safeParse(value).success ?? false;
}

/** Lists every leaf and map of the file, without sections, in the order of the schema. */
export function settingPaths(prefix: SettingPath = []): readonly SettingPath[] {
  return keysAt(prefix).flatMap((key) => {
    const path = [...prefix, key];
    return settingKind(path) === "section" ? settingPaths(path) : [path];
  });
}

/** Lists the leaves of a tree of settings with their values. Each entry of a map is a leaf. */
export function leavesOf(
  tree: unknown,
  path: SettingPath = [],
): readonly (readonly [SettingPath, unknown])[] {
  if (settingKind(path) === "leaf" || !isTree(tree)) return [[path, tree]];
  return Object.entries(tree).flatMap(([key, value]) => leavesOf(value, [...path, key]));
}

function schemaAt(path: SettingPath): z.ZodType | undefined {
  const schema = rawSchemaAt(path);
  return schema === undefined ? undefined : unwrap(schema);
}

function rawSchemaAt(path: SettingPath): z.ZodType | undefined {
  let schema: unknown = ConfigFile;
  for (const key of path) {
    const inner = unwrap(schema);
    if (inner instanceof z.ZodObject) schema = Object.hasOwn(inner.shape, key) ? inner.shape[key] : undefined;
    else if (inner instanceof z.ZodRecord) schema = inner.valueType;
    else schema = inner instanceof z.ZodArray ? inner.element : undefined;
  }
  return schema instanceof z.ZodType ? schema : undefined;
}

function unwrap(schema: unknown): z.ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unwrap(schema.unwrap());
  return schema instanceof z.ZodType ? schema : undefined;
}

import * as z from "zod";
import { ConfigFile } from "./environments/schema.ts";

/** The way to a setting in the file, key by key: `["environment", "health", "path"]`. */
export type SettingPath = readonly string[];

/** `section`: its keys are ours. `map`: its keys are the user's. `leaf`: a value, lists included. */
export type SettingKind = "section" | "map" | "leaf";

/** What stands at a path of the file, or undefined where no setting can stand there. */
export function settingKind(path: SettingPath): SettingKind | undefined {
  const schema = schemaAt(path);
  if (schema === undefined) return undefined;
  if (schema instanceof z.ZodObject) return "section";
  return schema instanceof z.ZodRecord ? "map" : "leaf";
}

/** The keys that the section at `path` can have; none where it is no section. */
export function keysAt(path: SettingPath): readonly string[] {
  const schema = schemaAt(path);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Whether a value at `path` is written as it is, not as YAML, when it comes from a variable or a flag. */
export function isText(path: SettingPath): boolean {
  const schema = schemaAt(path);
  return schema instanceof z.ZodString || schema instanceof z.ZodEnum;
}

/** Whether the setting at `path` can have that value. Null: whether it can be unset. */
export function accepts(path: SettingPath, value: unknown): boolean {
  return rawSchemaAt(path)?.safeParse(value).success ?? false;
}

/** Every leaf and map of the file, sections left out, in the order of the schema. */
export function settingPaths(prefix: SettingPath = []): readonly SettingPath[] {
  return keysAt(prefix).flatMap((key) => {
    const path = [...prefix, key];
    return settingKind(path) === "section" ? settingPaths(path) : [path];
  });
}

/** The leaves of a tree of settings with their values. Entries of maps are leaves of their own. */
export function leavesOf(
  tree: unknown,
  path: SettingPath = [],
): readonly (readonly [SettingPath, unknown])[] {
  if (settingKind(path) === "leaf" || !isTree(tree)) return [[path, tree]];
  return Object.entries(tree).flatMap(([key, value]) => leavesOf(value, [...path, key]));
}

/** A mapping of keys and values, of which nothing else is known. */
export type Tree = { readonly [key: string]: unknown };

/** Whether a value is a mapping. */
export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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

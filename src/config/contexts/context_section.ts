import type { ContextSettings } from "../../contexts/core/settings.ts";
import { toValue, type Value, type ValueMap } from "../../contexts/core/tree/value.ts";
import { usageError } from "../../lib/errors.ts";
import type { Variables } from "../../lib/variables.ts";
import { resolveFromFile } from "../file_paths.ts";
import type { Layer } from "../layer.ts";
import { isTree, type Tree } from "../tree.ts";
import { makeContextSettings } from "./context_settings.ts";
import type { ContextSection } from "./schema.ts";

/** The sources of the values that references lead to. */
export interface ReferenceSources {
  /** The folder that paths of the file count from, as a path from the working folder. */
  readonly folder?: string;
  readonly env: Variables;
  /** Whether the settings are checked only: a login of a store that refers to nothing stays as it is written. */
  readonly checksOnly?: boolean;
  /** Reads the file of a reference `${file:PATH}`; undefined if it cannot be read. */
  readonly readSecret?: (path: string) => string | undefined;
}

/** Merges the section `context` of all sources; a later one wins. Sections without a key stay. */
export function mergeContextLayers(layers: readonly Layer[]): ContextSection {
  const sections = layers.map(({ tree }) => isTree(tree) && isTree(tree["context"]) ? tree["context"] : {});
  return sections.reduce(mergeTrees, {}) as ContextSection;
}

const REFERENCE = /^\$\{(env|file):(.+)\}$/;

/** Whether a setting refers to its value. */
export function isReference(value: string): boolean {
  return REFERENCE.test(value);
}

/**
 * Makes the settings of a section without problems, and reads what its references lead to. Throws AppError `secret_missing`
 * (exit code 2) if the login of a store refers to nothing.
 */
export function resolveContextSection(
  section: ContextSection,
  { folder = ".", env, readSecret, checksOnly = false }: ReferenceSources,
): ContextSettings {
  const pathOf = (path: string) => resolveFromFile(path, folder);
  const resolve = (value: string | undefined) => {
    const [, kind, name = ""] = REFERENCE.exec(value ?? "") ?? [];
    if (kind === undefined) return value;
    return (kind === "env" ? env[name] : readSecret?.(pathOf(name))) || undefined;
  };
  const slackToken = resolve(section.slack?.token);
  const triggerToken = resolve(section.trigger?.token);
  const { slack, trigger } = section;
  const references = Object.entries({
    "slack.url": slack?.url,
    "slack.token": slack?.token,
    "trigger.url": trigger?.url,
    "trigger.token": trigger?.token,
  });
  const settings = makeContextSettings(section, {
    pathOf,
    resolve,
    needed(key, value) {
      const found = resolve(value);
      if (found !== undefined) return found;
      if (checksOnly) return value;
      throw usageError(
        "secret_missing",
        `Opening Redis: ${whyUnresolved(value)}`,
        `Set it; context.${key} refers to it`,
      );
    },
    slackToken,
    secretUrls: [section.slack?.url, section.trigger?.url].flatMap((url) => {
      const found = resolve(url);
      return found === undefined || found === url || isOriginOnly(found) ? [] : [found];
    }),
    autoArgs: toValue(section.trigger?.["auto-args"] ?? {}) as ValueMap,
    configData: new Map(),
    secretData: new Map([...tokenOf("slack", slackToken), ...tokenOf("trigger", triggerToken)]),
  });
  const unresolved = references.flatMap(([key, value]): readonly (readonly [string, string])[] =>
    value === undefined || resolve(value) !== undefined ? [] : [[key, whyUnresolved(value)]]
  );
  return { ...settings, unresolved: new Map(unresolved) };
}

function whyUnresolved(reference: string): string {
  const name = reference.replace(/^\$\{\w+:|\}$/g, "");
  return reference.startsWith("${env:")
    ? `the variable ${name} is not set`
    : `the file ${name} cannot be read`;
}

/** Returns the kind of the store that a section without problems keeps contexts in. */
export function primaryKind({ datasources = {} }: ContextSection): string {
  const entries = Object.entries(datasources);
  const primary = entries.find(([, entry]) => entry?.isPrimary === true) ?? entries[0];
  return primary?.[0] ?? "sqlite";
}

/** Whether a URL has nothing behind its origin that could be a secret. */
function isOriginOnly(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.href === `${url.origin}/`;
}

function tokenOf(name: string, token: string | undefined): readonly (readonly [string, Value])[] {
  return token === undefined ? [] : [[name, new Map([["token", token]])]];
}

function mergeTrees(earlier: Tree, later: Tree): Tree {
  const result: Record<string, unknown> = { ...earlier };
  for (const [key, value] of Object.entries(later)) {
    const old = result[key];
    result[key] = isTree(old) && isTree(value) ? mergeTrees(old, value) : value;
  }
  return result;
}

import { Redactor } from "../../../../lib/redact.ts";
import { maskPaths } from "../../mask_paths.ts";
import { valueAt } from "../../tree/operations.ts";
import type { Path } from "../../tree/path.ts";
import { pythonText } from "../../tree/python_text.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "../../tree/value.ts";
import type { EventRequest, HandlerSettings } from "../handler.ts";

const MASK = "***";

/** The places of secrets: the settings of a call, and the paths of the tree that are never printed. */
export interface SecretPlaces {
  readonly settings: Pick<HandlerSettings, "slack" | "secretData">;
  readonly redact: readonly Path[];
}

/**
 * Returns a function that masks secrets and the values at redacted paths in a text, in their usual spellings.
 */
export function makeConceal(tree: ValueMap, places: SecretPlaces): (text: string) => string {
  // Most calls print nothing, and a redacted part of the tree may be large.
  let mask: ((text: string) => string) | undefined;
  return (text) => (mask ??= makeMask(secretsOf(tree, places)))(text);
}

function secretsOf(tree: ValueMap, { settings, redact }: SecretPlaces): readonly string[] {
  const { slack, secretData } = settings;
  const found = redact.flatMap((path) => leaves(valueAt(tree, path)));
  return [...new Set([slack.token ?? "", ...leaves(secretData), ...found].map((each) => each.trim()))];
}

function makeMask(secrets: readonly string[]): (text: string) => string {
  const redactor = new Redactor({});
  redactor.keepAll(secrets);
  // The redactor leaves short texts, which are parts of ordinary words. Alone they are the value.
  const short = secrets.filter((each) => each !== "" && each.length < 6).map((each) =>
    each.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&")
  );
  const alone = short.length === 0 ? undefined : new RegExp(`(?<!\\w)(?:${short.join("|")})(?!\\w)`, "g");
  return (text) => {
    const masked = redactor.redact(text);
    return alone === undefined ? masked : masked.replace(alone, MASK);
  };
}

function leaves(value: Value | undefined): readonly string[] {
  if (isValueMap(value)) return [...value.values()].flatMap(leaves);
  if (isValueList(value)) return value.flatMap(leaves);
  return value === undefined || value === null || typeof value === "boolean" ? [] : [pythonText(value)];
}

/** Masks every value below a value. Its maps and lists stay, so that templates find their keys. */
export function maskLeaves(value: Value): Value {
  if (isValueMap(value)) return new Map([...value].map(([key, each]) => [key, maskLeaves(each)]));
  return isValueList(value) ? value.map(maskLeaves) : MASK;
}

/**
 * Returns the tree and the settings with every secret masked, so that a template has none of them to print.
 */
export function maskScope<Settings extends Pick<HandlerSettings, "slack" | "secretData">>(
  tree: ValueMap,
  { settings, redact }: { readonly settings: Settings; readonly redact: readonly Path[] },
): { readonly tree: ValueMap; readonly settings: Settings } {
  const masked = maskPaths(tree, redact);
  const { slack, secretData } = settings;
  const data = maskLeaves(secretData);
  return {
    tree: isValueMap(masked) ? masked : new Map(),
    settings: {
      ...settings,
      slack: { ...slack, token: slack.token === undefined ? undefined : MASK },
      secretData: isValueMap(data) ? data : new Map(),
    },
  };
}

/** Masks a request for output: its body is hidden as a whole where the masked templates give none. */
export function showRequest(
  real: EventRequest,
  { masked, secretUrls, conceal }: {
    readonly masked: EventRequest | undefined;
    readonly secretUrls: readonly string[];
    readonly conceal: (text: string) => string;
  },
): EventRequest {
  const headers = masked?.headers ??
    Object.fromEntries(Object.keys(real.headers).map((name) => [name, MASK]));
  return {
    method: real.method,
    url: conceal(masked === undefined || secretUrls.includes(real.url) ? originOnly(real.url) : masked.url),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, conceal(value)])),
    body: masked === undefined ? MASK : conceal(masked.body),
  };
}

function originOnly(url: string): string {
  return `${URL.parse(url)?.origin ?? MASK}/${MASK}`;
}

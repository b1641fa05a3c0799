import { findEntry } from "./entry.ts";
import { FILTERS } from "./filters.ts";
import { TESTS } from "./tests.ts";

const FOR_HTML: readonly string[] = ["e", "escape", "forceescape", "safe", "striptags", "urlize", "xmlattr"];

/** Says why a filter or test cannot be used; undefined if it can. */
export function objectionToUse(
  { kind, name }: { readonly kind: "filter" | "test"; readonly name: string },
): string | undefined {
  if (findEntry(kind === "filter" ? FILTERS : TESTS, name) !== undefined) return undefined;
  if (kind === "filter" && FOR_HTML.includes(name)) {
    return `the filter "${name}" is for HTML and not available`;
  }
  return kind === "filter" && name === "pprint"
    ? 'the filter "pprint" is not available: use "tojson" with an indent'
    : `no ${kind} is called "${name}"`;
}

import { findEntry } from "./entry.ts";
import { FILTERS, REFUSED_FILTERS } from "./filters.ts";
import { TESTS } from "./tests.ts";

/** Says why a filter or test cannot be used; undefined if it can. */
export function objectionToUse(
  { kind, name }: { readonly kind: "filter" | "test"; readonly name: string },
): string | undefined {
  if (findEntry(kind === "filter" ? FILTERS : TESTS, name) !== undefined) return undefined;
  if (kind === "filter" && REFUSED_FILTERS.has(name)) {
    return `the filter "${name}" is for HTML and not available`;
  }
  if (kind === "filter" && name === "pprint") {
    return 'the filter "pprint" is not available: use "tojson" with an indent';
  }
  return `no ${kind} is called "${name}"`;
}

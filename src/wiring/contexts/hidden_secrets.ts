import type { ContextSettings } from "../../contexts/core/settings.ts";
import { valueAt } from "../../contexts/core/tree/operations.ts";
import type { Path } from "../../contexts/core/tree/path.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "../../contexts/core/tree/value.ts";
import { urlLoginSecrets } from "../../lib/url_login.ts";
import type { ContextStore } from "../../contexts/ports/context_store.ts";

/** Masks secrets of the configuration in all output, and those of each tree that is read through the returned store. */
export function hideSecrets(
  store: ContextStore,
  { settings, keepSecret }: {
    readonly settings: Pick<
      ContextSettings,
      "redact" | "slack" | "secretUrls" | "secretData" | "primary" | "copies"
    >;
    readonly keepSecret: (value: string) => void;
  },
): ContextStore {
  const { slack, secretData, redact } = settings;
  if (slack.token !== undefined) keepSecret(slack.token);
  [...settings.secretUrls, ...textsIn(secretData)].forEach(keepSecret);
  for (const each of [settings.primary, ...settings.copies]) {
    if (each.kind === "redis") urlLoginSecrets(each.url).forEach(keepSecret);
  }
  const hide = (tree: ValueMap) =>
    redact.forEach((path: Path) => textsIn(valueAt(tree, path)).forEach(keepSecret));
  return {
    name: store.name,
    keepsHistory: store.keepsHistory,
    async read(id, signal) {
      const found = await store.read(id, signal);
      if (found !== undefined) hide(found.tree);
      return found;
    },
    async treeOf(id, version, signal) {
      const tree = await store.treeOf(id, version, signal);
      if (tree !== undefined) hide(tree);
      return tree;
    },
    newestVersion: (id, signal) => store.newestVersion(id, signal),
    commit: (next, signal) => store.commit(next, signal),
    list: (signal) => store.list(signal),
    history: (id, options, signal) => store.history(id, options, signal),
    remove: (id, signal) => store.remove(id, signal),
    claim: (id, key, signal) => store.claim(id, key, signal),
    swapClaim: (id, change, signal) => store.swapClaim(id, change, signal),
    close: () => store.close(),
  };
}

function textsIn(value: Value | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  if (isValueList(value)) return value.flatMap(textsIn);
  return isValueMap(value) ? [...value.values()].flatMap(textsIn) : [];
}

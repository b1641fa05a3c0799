import { dirname } from "node:path";
import type { CopySettings } from "../../contexts/core/settings.ts";
import { formatShellFile, type ShellFile } from "../../contexts/core/shell_file.ts";
import type { ContextCopy, StoredContext } from "../../contexts/ports/context_store.ts";
import { followLinks, writeWhole } from "./atomic_file.ts";
import { copyError } from "./explain_error.ts";
import { formatTree } from "./tree_format.ts";

/** The settings of a copy in a file. */
export type FileCopySettings =
  | { readonly kind: "yamlfile" | "jsonfile" | "idfile"; readonly path: string }
  | Extract<CopySettings, { readonly kind: "shellfile" }>;

/** Makes a copy that is one file. */
export function makeFileCopy(settings: FileCopySettings): ContextCopy {
  const name = `${settings.kind} ${settings.path}`;
  return {
    name,
    isMissing: () => Promise.resolve(!isFile(settings.path)),
    write: (context, signal) =>
      Promise.try(() => {
        const { text, warnings } = format(settings, context);
        signal.throwIfAborted();
        try {
          const path = followLinks(settings.path);
          Deno.mkdirSync(dirname(path), { recursive: true });
          // Other processes may write the same copy: each writes a file of its own first. The store has the values in any case.
          const half = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
          writeWhole(path, { half, text, lasting: false });
        } catch (error) {
          throw copyError(error, name);
        }
        return warnings;
      }),
  };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function format(settings: FileCopySettings, { id, tree }: Pick<StoredContext, "id" | "tree">): ShellFile {
  switch (settings.kind) {
    case "idfile":
      return { text: id, warnings: [] };
    case "shellfile":
      return formatShellFile(tree, settings);
    case "yamlfile":
    case "jsonfile":
      return { text: formatTree(tree, settings.kind), warnings: [] };
  }
}

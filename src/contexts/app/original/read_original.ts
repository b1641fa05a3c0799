import { printAsOriginal } from "../../core/original/original_text.ts";
import type { StoredContext } from "../../ports/context_store.ts";
import { readContext } from "../read_context.ts";
import { renderText } from "../render_scope.ts";
import { writeCopies } from "../write_context.ts";
import { findOriginal } from "./find_original.ts";
import type { OriginalCall, OriginalPorts } from "./original_ports.ts";
import { readOriginalVariables } from "./original_variables.ts";

/**
 * Finds what an expression names and returns it as `--get` of the original tool prints it: a text is rendered
 * as a template. Undefined if it prints nothing. Throws AppError `path_invalid`, `template_failed` and
 * `var_invalid`.
 */
export async function getOriginal(
  ports: OriginalPorts,
  { id, vars, expression }: OriginalCall & { readonly expression: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const stored = await readContext(ports.store, id, signal);
  await refreshCopies(ports, stored, signal);
  const { tree } = stored;
  const found = findOriginal(tree, expression);
  if (typeof found !== "string" || found === "") return printAsOriginal(found);
  const { random, settings: { configData } } = ports;
  const more = readOriginalVariables(tree, vars, { configData });
  return printAsOriginal(renderText(found, { tree, configData, more, random }, { at: expression }));
}

/** Writes the copies where the one that the original tool reads is absent, as in a new workspace. */
export async function refreshCopies(
  ports: OriginalPorts,
  stored: StoredContext,
  signal: AbortSignal,
): Promise<void> {
  if (await ports.lacksCopy()) await writeCopies(ports, stored, signal);
}

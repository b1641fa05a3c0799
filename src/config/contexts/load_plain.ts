import { readPlainFile } from "./plain_file.ts";
import { resolveContextSection } from "./context_section.ts";
import { contextProblems } from "./context_settings.ts";
import type { ContextSources, LoadedContext } from "./load_context.ts";
import { isPlainSection } from "./plain_section.ts";
import type { ContextSection } from "./schema.ts";

/**
 * Loads the settings of contexts from a file whose section has the usual form, without the packages for YAML and schemas. Returns
 * undefined for any other file, and if a variable is a setting: then `loadContextSettings` decides. Throws AppError as that
 * does.
 */
export function loadPlainContext(sources: ContextSources): LoadedContext | undefined {
  const { file, env, isForeign = false } = sources;
  if (file === undefined || Object.keys(env).some((name) => name.startsWith("SHOWTIME_CONTEXT__"))) {
    return undefined;
  }
  const tree = readPlainFile(file.text);
  if (tree === undefined) return undefined;
  const written = "context" in tree ? tree["context"] : {};
  if (!isPlainSection(written)) return undefined;
  const section = written as ContextSection;
  if (contextProblems(section).length > 0) return undefined;
  // A foreign file may not say where a password goes.
  if (isForeign && section.datasources?.redis !== undefined) return undefined;
  return { settings: resolveContextSection(section, sources), warnings: [] };
}

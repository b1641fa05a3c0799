/**
 * Settings of contexts, from the section `context` or from the files of the original tool. Only the commands of contexts
 * import this module: others would load the parser of PyYAML's YAML for nothing.
 *
 * @module
 */

export { assertBelow } from "./assert_below.ts";
export {
  type ContextSources,
  loadContextSettings,
  type LoadedContext,
  type NamedText,
} from "./load_context.ts";

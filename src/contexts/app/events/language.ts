import type { ContextSettings } from "../../core/settings.ts";
import type { EventRules } from "../../core/events/event_rules.ts";
import type { EventScope } from "../../core/events/event_scope.ts";
import { findValue } from "../find_value.ts";
import { findOriginal } from "../original/find_original.ts";
import { renderText } from "../render_scope.ts";

/** The things that templates of events use besides the tree. */
export interface LanguagePorts {
  readonly settings: Pick<ContextSettings, "configData">;
  readonly random: () => number;
}

/** Makes the functions by which handlers and generators render templates and find values. */
export function languageOf(
  { settings: { configData }, random }: LanguagePorts,
  { readsPaths }: Pick<EventRules, "readsPaths">,
): Pick<EventScope, "render" | "find"> {
  return {
    find: readsPaths ? findValue : findOriginal,
    render: (source, { tree, more }, { at }) =>
      renderText(source, { tree, configData, more, random }, { at }),
  };
}

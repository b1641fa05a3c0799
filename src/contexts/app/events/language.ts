import type { ContextSettings } from "../../core/settings.ts";
import type { EventScope } from "../../core/events/event_scope.ts";
import { findValue } from "../find_value.ts";
import { renderText } from "../render_scope.ts";

/** The things that templates of events use besides the tree. */
export interface LanguagePorts {
  readonly settings: Pick<ContextSettings, "configData">;
  readonly random: () => number;
}

/** Makes the functions by which handlers and generators render templates and find values. */
export function languageOf(
  { settings: { configData }, random }: LanguagePorts,
): Pick<EventScope, "render" | "find"> {
  return {
    find: findValue,
    render: (source, { tree, more }, { at }) =>
      renderText(source, { tree, configData, more, random }, { at }),
  };
}

/** Jinja templates over the values of a context. */

export { USUAL_LIMITS } from "./limits.ts";
export type { TemplateLimits } from "./limits.ts";
export type { FormatYaml, MacroText, RenderOptions, YamlLayout } from "./options.ts";
export { checkTemplate, renderTemplate } from "./run/render.ts";
export { TemplateError } from "./template_error.ts";

/**
 * Jinja templates over the values of a context, as Jinja2 3.1.6 renders them with Python's printing.
 *
 * The way of a template: `parse/` makes tokens and a syntax tree, `run/` walks the tree, `values/` has the
 * operations of Python on values, `text/` its texts and formats, `library/` the filters, tests, functions and
 * methods.
 *
 * What must not happen here: a member that leads out of the values, a change of a value, or work that no step
 * of the budget counts. Templates come from repositories that are not trusted.
 *
 * @module
 */

export { USUAL_LIMITS } from "./limits.ts";
export type { TemplateLimits } from "./limits.ts";
export type { FormatYaml, MacroText, RenderOptions, YamlLayout } from "./options.ts";
export { checkTemplate, renderTemplate } from "./run/render.ts";
export { TemplateError } from "./template_error.ts";

import { AppError } from "../../lib/errors.ts";
import { renderTemplate, TemplateError } from "../core/template/mod.ts";
import { formatPath, type Path } from "../core/tree/path.ts";
import { valueAt } from "../core/tree/operations.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "../core/tree/value.ts";
import { formatYaml } from "../core/yaml/mod.ts";

/** The things that templates see. */
export interface RenderScope {
  readonly tree: ValueMap;
  /** Undefined for the `variables` of an application file, which are rendered without it. */
  readonly configData?: ValueMap;
  /** Variables of the call and of the handler. They hide keys of the tree. */
  readonly more?: ValueMap;
  readonly random: () => number;
}

/** Names places in errors. */
interface PlaceNames {
  /** The place of the template. */
  readonly at: string;
  /** Returns the place of a macro; it is left out if undefined. */
  readonly placeOfMacro?: (name: string) => string;
}

/**
 * Renders a template of a context. Throws AppError `template_failed` (exit code 1) with
 * the place, or the macro, and the line in it.
 */
export function renderText(
  source: string,
  { tree, configData, more, random }: RenderScope,
  { at, placeOfMacro }: PlaceNames,
): string {
  const names: ValueMap[] = [tree];
  if (configData !== undefined) names.push(new Map([["configData", configData]]));
  if (more !== undefined) names.push(more);
  try {
    return renderTemplate(source, { names, macros: macrosOf(tree), random, formatYaml });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const macro = error.macro === undefined || placeOfMacro === undefined
      ? error.macro
      : `${error.macro} (${placeOfMacro(error.macro)})`;
    const place = macro === undefined ? at : `the macro ${macro}, for ${at}`;
    throw new AppError("template_failed", `Rendering ${place}, line ${error.line}: ${error.message}`, {
      hint: macro === undefined ? `Correct the template at ${at}` : `Correct the macro ${macro}`,
      cause: error,
    });
  }
}

/** The macros that stand before every template: one for each name, unless the joined text was set to something else. */
function macrosOf(tree: ValueMap): readonly { readonly name: string; readonly text: string }[] {
  const all = valueAt(tree, ["jinja2Macros", "all"]);
  const byName = valueAt(tree, ["jinja2Macros", "byName"]);
  if (typeof all !== "string" || all === "") return [];
  const single = isValueMap(byName)
    ? [...byName].map(([name, text]) => ({ name, text: typeof text === "string" ? text.trim() : "" }))
    : [];
  return single.map(({ text }) => text).join("") === all ? single : [{ name: "jinja2Macros.all", text: all }];
}

/** Renders every text of a value. Keys stay. */
export function renderDeep(value: Value, scope: RenderScope, { at }: { readonly at: Path }): Value {
  if (typeof value === "string") return renderText(value, scope, { at: formatPath(at) });
  if (isValueList(value)) return value.map((each, index) => renderDeep(each, scope, { at: [...at, index] }));
  if (!isValueMap(value)) return value;
  return new Map([...value].map(([key, each]) => [key, renderDeep(each, scope, { at: [...at, key] })]));
}

import { makeGlobals } from "../library/globals.ts";
import { objectionToUse } from "../library/known_names.ts";
import { Fault, PlacedFault, USUAL_LIMITS } from "../limits.ts";
import type { MacroText, RenderOptions } from "../options.ts";
import type { Body } from "../parse/nodes.ts";
import { parseTemplate } from "../parse/statement_parser.ts";
import { joinSource, type Source } from "../parse/source.ts";
import { TemplateError } from "../template_error.ts";
import { Executor } from "./execute.ts";
import { Machine } from "./machine.ts";
import { Scope } from "./scope.ts";

/** Renders a template. Throws {@link TemplateError}. */
export function renderTemplate(source: string, options: RenderOptions): string {
  const joined = joinSource(source, options.macros);
  return explaining(joined, () => {
    const statements = parse(joined, options.limits?.source);
    const machine = new Machine(options);
    const scope = new Scope([makeGlobals(machine), ...options.names]);
    return new Executor(machine).render(statements, scope);
  });
}

/** Parses a template without rendering it; returns its error, or undefined if it can be parsed. */
export function checkTemplate(
  source: string,
  options: { readonly macros?: readonly MacroText[] | undefined } = {},
): TemplateError | undefined {
  const joined = joinSource(source, options.macros);
  try {
    explaining(joined, () => parse(joined));
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
}

function parse(source: Source, limit = USUAL_LIMITS.source): Body {
  if (source.text.length > limit) {
    throw new PlacedFault(`the template and its macros have more than ${limit} characters`, 0);
  }
  return parseTemplate(source.text, objectionToUse);
}

/** Runs a function and converts its faults. */
function explaining<T>(source: Source, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof PlacedFault) throw source.errorAt(error.at, error.message);
    if (error instanceof Fault) throw source.errorAt(0, error.message);
    // The limits end a template before the stack ends. If a caller has used most of the stack, this remains.
    if (error instanceof RangeError) throw source.errorAt(0, `it needs too much: ${error.message}`);
    throw error;
  }
}

import type { MacroText } from "../options.ts";
import { TemplateError } from "../template_error.ts";

/** The text that is parsed: macros and template joined, with the place of each part. */
export interface Source {
  readonly text: string;
  /** Makes the error for an offset of the text. */
  errorAt(offset: number, message: string): TemplateError;
}

/** Joins macros and a template. Line breaks become `\n`, and one at the end is dropped, as Jinja does. */
export function joinSource(template: string, macros: readonly MacroText[] = []): Source {
  const text = [...macros.map((macro) => macro.text), template].join("")
    .replace(/\r\n?/g, "\n").replace(/\n$/, "");
  return {
    text,
    errorAt(offset, message) {
      let start = 0;
      for (const { name, text: macro } of macros) {
        const end = start + macro.replace(/\r\n?/g, "\n").length;
        if (offset < end) {
          return new TemplateError(message, { line: lineAt(text, start, offset), macro: name });
        }
        start = end;
      }
      return new TemplateError(message, { line: lineAt(text, start, offset) });
    },
  };
}

function lineAt(text: string, start: number, offset: number): number {
  return text.slice(start, offset).split("\n").length;
}

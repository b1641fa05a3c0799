import { Fault } from "../limits.ts";
import type { TemplateTools } from "../library/entry.ts";
import { Output } from "../output.ts";
import type { Arguments, Item } from "../values/item.ts";
import { convertItem } from "../values/print.ts";
import { formatItem } from "./format_spec.ts";

/** Replaces the fields of a text, as Python's `str.format()` does. A field cannot read into its value. */
export function formatText(text: string, args: Arguments, tools: TemplateTools): string {
  return new Fields(args, tools).replace(text, 0);
}

/** Fields of the format of another field are replaced too, but not deeper. */
const DEEPEST = 1;

class Fields {
  readonly #args: Arguments;
  readonly #tools: TemplateTools;
  /** The number of the next field without a number; undefined after one with a number. */
  #next: number | undefined = 0;

  constructor(args: Arguments, tools: TemplateTools) {
    this.#args = args;
    this.#tools = tools;
  }

  replace(text: string, depth: number): string {
    const output = new Output(this.#tools.budget);
    for (let at = 0; at < text.length;) {
      const brace = text.slice(at).search(/[{}]/);
      const end = brace < 0 ? text.length : at + brace;
      output.write(text.slice(at, end));
      if (brace < 0) break;
      if (text[end] === text[end + 1]) {
        output.write(text.charAt(end));
        at = end + 2;
        continue;
      }
      if (text[end] === "}") throw new Fault('a single "}" stands in the format');
      const close = closingBrace(text, end);
      output.write(this.#field(text.slice(end + 1, close), depth));
      at = close + 1;
    }
    return output.text();
  }

  #field(field: string, depth: number): string {
    if (depth > DEEPEST) throw new Fault("the fields of a format are nested too deeply");
    const [, name = "", conversion, spec = ""] = /^([^!:]*)(?:!([^:]*))?(?::([^]*))?$/.exec(field) ?? [];
    const value = this.#value(name);
    const format = /[{}]/.test(spec) ? this.replace(spec, depth + 1) : spec;
    const shown = conversion === undefined ? value : convertItem(value, conversion, this.#tools);
    return formatItem(shown, format, this.#tools);
  }

  #value(name: string): Item {
    if (/[.[]/.test(name)) throw new Fault("a field of a format cannot read into its value");
    const { positional, named } = this.#args;
    const key = name === "" || /^\d+$/.test(name) ? this.#index(name) : name;
    const value = typeof key === "number" ? positional[key] : named.get(key);
    if (value === undefined) throw new Fault(`the format has no argument ${JSON.stringify(key)}`);
    return value;
  }

  #index(name: string): number {
    const isAutomatic = name === "";
    if (isAutomatic ? this.#next === undefined : (this.#next ?? 0) > 0) {
      throw new Fault("a format has fields with and without numbers");
    }
    const index = isAutomatic ? this.#next ?? 0 : Number(name);
    this.#next = isAutomatic ? index + 1 : undefined;
    return index;
  }
}

function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let index = open; index < text.length; index++) {
    if (text[index] === "{") depth++;
    if (text[index] === "}" && --depth === 0) return index;
  }
  throw new Fault('a "{" of the format is not closed');
}

import { Fault } from "../limits.ts";
import type { TemplateTools } from "../library/entry.ts";
import type { Arguments, Item } from "../values/item.ts";
import { reprOf, textOf } from "../values/print.ts";
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
  #next: number | undefined = 0;
  #length = 0;

  constructor(args: Arguments, tools: TemplateTools) {
    this.#args = args;
    this.#tools = tools;
  }

  replace(text: string, depth: number): string {
    const parts: string[] = [];
    for (let at = 0; at < text.length;) {
      const brace = text.slice(at).search(/[{}]/);
      const end = brace < 0 ? text.length : at + brace;
      this.#add(parts, text.slice(at, end));
      if (end >= text.length) break;
      if (text[end] === text[end + 1]) {
        this.#add(parts, text.charAt(end));
        at = end + 2;
        continue;
      }
      if (text[end] === "}") throw new Fault('a single "}" stands in the format');
      const close = closingBrace(text, end);
      this.#add(parts, this.#field(text.slice(end + 1, close), depth));
      at = close + 1;
    }
    return parts.join("");
  }

  #add(parts: string[], part: string): void {
    this.#length += part.length;
    this.#tools.budget.output(this.#length, part.length);
    parts.push(part);
  }

  #field(field: string, depth: number): string {
    if (depth > DEEPEST) throw new Fault("the fields of a format are nested too deeply");
    const [, name = "", conversion, , spec = ""] = /^([^!:]*)(?:!([^:]*))?(:([^]*))?$/.exec(field) ?? [];
    const value = this.#value(name);
    const format = spec.includes("{") || spec.includes("}") ? this.replace(spec, depth + 1) : spec;
    return formatItem(
      conversion === undefined ? value : converted(value, conversion, this.#tools),
      format,
      this.#tools,
    );
  }

  #value(name: string): Item {
    if (/[.[]/.test(name)) throw new Fault("a field of a format cannot read into its value");
    const isAutomatic = name === "";
    if (isAutomatic || /^\d+$/.test(name)) {
      if (isAutomatic ? this.#next === undefined : (this.#next ?? 0) > 0) {
        throw new Fault("a format has fields with and without numbers");
      }
      const index = isAutomatic ? this.#next ?? 0 : Number(name);
      this.#next = isAutomatic ? index + 1 : undefined;
      const value = this.#args.positional[index];
      if (value === undefined) throw new Fault(`the format has no argument ${index}`);
      return value;
    }
    const value = this.#args.named.get(name);
    if (value === undefined) throw new Fault(`the format has no argument ${JSON.stringify(name)}`);
    return value;
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

function converted(value: Item, conversion: string, { budget }: TemplateTools): string {
  if (conversion === "s") return textOf(value, budget);
  if (conversion === "r") return reprOf(value, budget);
  if (conversion === "a") return escapeToAscii(reprOf(value, budget));
  throw new Fault(`the conversion ${JSON.stringify(conversion)} is not known`);
}

/** Escapes what is not ASCII, as Python's `ascii()` does to the text of `repr()`. */
export function escapeToAscii(text: string): string {
  return Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x80) return char;
    const hex = code.toString(16);
    return code < 0x100
      ? `\\x${hex}`
      : code < 0x10000
      ? `\\u${hex.padStart(4, "0")}`
      : `\\U${hex.padStart(8, "0")}`;
  }).join("");
}

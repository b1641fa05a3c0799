/** The shapes of handlers and generators in app files, by kind. */

import type { HandlerKind } from "../events/handler.ts";
import { isValueMap, type ValueMap } from "../tree/value.ts";

/**
 * The content of a key. `template`: a scalar that is rendered. `templates`: a map of them, of any kind of value. `flag`: true
 * or false. `data`: anything.
 */
export type Shape =
  | "template"
  | "templates"
  | "flag"
  | "data"
  | { readonly each: BlockShape }
  | { readonly named: BlockShape };

/** The keys of a block. */
export interface BlockShape {
  readonly needed: readonly string[];
  readonly fields: Readonly<Record<string, Shape>>;
  /** The content of further keys, which templates can see; undefined if no others are allowed. */
  readonly others?: Shape;
}

/** A kind of handler: one block, or a map of named blocks. */
export interface HandlerShape extends BlockShape {
  /** The key that says that there is one block. */
  readonly marker: string;
}

const SWITCHES = { if: "template", enabled: "flag" } as const;

const CAPTURES = {
  "capture-response-data": { each: { needed: ["from", "to"], fields: { from: "template", to: "template" } } },
} as const;

const CHOICE: BlockShape = {
  needed: ["header", "options"],
  fields: {
    header: "template",
    options: {
      each: {
        needed: ["text", "value"],
        fields: { text: "template", value: "template" },
        others: "data",
      },
    },
  },
  others: "data",
};

/** The kinds of handlers under an event. */
export const HANDLERS: Readonly<Record<HandlerKind, HandlerShape>> = {
  notify: {
    marker: "message",
    needed: ["message"],
    fields: { message: "template", ...SWITCHES, ...CAPTURES },
    others: "data",
  },
  "manual-choice": {
    marker: "title",
    needed: ["title"],
    fields: {
      title: "template",
      choices: { named: CHOICE },
      "choice-generators": {
        named: {
          needed: ["foreach", "iterator", "template"],
          fields: { foreach: "template", iterator: "data", template: "template" },
        },
      },
      ...SWITCHES,
      ...CAPTURES,
    },
    others: "data",
  },
  respond: {
    marker: "message",
    needed: ["message", "url"],
    fields: { message: "template", url: "template", ...SWITCHES },
    others: "template",
  },
  "trigger-pipeline": {
    marker: "name",
    // A named block needs no name: the name is data for templates.
    needed: [],
    fields: { name: "data", args: "templates", ...SWITCHES },
    others: "data",
  },
  "set-values": {
    marker: "set",
    needed: ["set"],
    fields: {
      set: { each: { needed: ["from", "to"], fields: { from: "template", to: "template" } } },
      ...SWITCHES,
    },
  },
  "github-comment": {
    marker: "message",
    needed: ["message"],
    fields: { message: "template", pr: "template", name: "template", ...SWITCHES },
  },
};

/** Whether a handler is one block, also one that lacks its marker. */
export function isOneBlock(handler: ValueMap, { marker, fields }: HandlerShape): boolean {
  if (handler.has(marker)) return true;
  const rest = [...handler].filter(([key]) => key !== "enabled");
  return rest.some(([key, value]) =>
    Object.hasOwn(fields, key) && !(isValueMap(value) && value.has(marker))
  ) || (rest.length > 0 && !rest.some(([, value]) => isValueMap(value)));
}

/** The shape of a handler that is one block: it needs its marker. */
export function asOneBlock(shape: HandlerShape): HandlerShape {
  return { ...shape, needed: [...new Set([shape.marker, ...shape.needed])] };
}

/** An item of a generator. */
export const GENERATOR_ITEM: BlockShape = {
  needed: ["set"],
  fields: {
    if: "template",
    set: { each: { needed: ["key", "value"], fields: { key: "template", value: "template" } } },
  },
};

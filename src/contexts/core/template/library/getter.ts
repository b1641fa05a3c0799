import { findItem } from "../values/attributes.ts";
import { type Item, Undefined } from "../values/item.ts";
import type { BudgetTools, TemplateTools } from "./entry.ts";

/** Makes the function that reads an attribute such as `a.b.0` of an item; without attribute, the item itself. */
export function makeGetter(
  attribute: Item | undefined,
  { tools, fallback, ignoreCase = false }: {
    readonly tools: TemplateTools;
    /** Stands for an absent attribute; None does not. */
    readonly fallback?: Item | undefined;
    readonly ignoreCase?: boolean;
  },
): (item: Item) => Item {
  const parts = attributeParts(attribute);
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = findItem(value, part, tools);
      if (value instanceof Undefined && fallback !== undefined && fallback !== null) value = fallback;
    }
    return ignoreCase ? withoutCase(value, tools) : value;
  };
}

/** Splits `a.b.0` into keys and positions. */
function attributeParts(attribute: Item | undefined): readonly Item[] {
  if (attribute === undefined || attribute === null) return [];
  if (typeof attribute !== "string") return [attribute];
  return attribute.split(".").map((part) => /^\d+$/.test(part) ? Number(part) : part);
}

/** Texts in lower case, anything else as it is: how sorting compares. */
export function withoutCase(item: Item, { budget }: BudgetTools): Item {
  if (typeof item !== "string") return item;
  budget.text(item.length);
  return item.toLowerCase();
}

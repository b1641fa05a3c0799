import { type Budget, Fault } from "../limits.ts";
import { charactersOf, isPlain } from "../text/characters.ts";
import { article } from "./compare.ts";
import { isInteger, isList, type Item, Range, Tuple, typeOf, Undefined } from "./item.ts";

/** The bounds of a slice; null where they are left out. */
export interface Bounds {
  readonly start: Item;
  readonly stop: Item;
  readonly step: Item;
  readonly budget: Budget;
}

/** The part of a text, list, tuple or range between bounds, as Python's `[start:stop:step]`. */
export function sliceItem(item: Item, bounds: Bounds): Item {
  if (item instanceof Undefined) throw new Fault(item.message);
  if (item instanceof Range) return sliceRange(item, bounds);
  const isText = typeof item === "string";
  const items = isText
    ? textElements(item)
    : isList(item)
    ? item
    : item instanceof Tuple
    ? item.items
    : undefined;
  if (items === undefined) throw new Fault(`${article(typeOf(item))} cannot be sliced`);
  const { start, stop, step } = resolveBounds(bounds, items.length);
  bounds.budget.text(items.length);
  if (isText && typeof items === "string" && step === 1) return items.slice(start, Math.max(start, stop));
  const picked: Item[] = [];
  for (let index = start; step > 0 ? index < stop : index > stop; index += step) {
    picked.push(items[index] ?? null);
  }
  if (isText) return picked.join("");
  return isList(item) ? picked : new Tuple(picked);
}

/** Characters by position; a text itself where units are characters. */
function textElements(text: string): string | readonly string[] {
  return isPlain(text) ? text : charactersOf(text);
}

function sliceRange(range: Range, bounds: Bounds): Range {
  const { start, stop, step } = resolveBounds(bounds, range.length);
  return new Range(range.at(start), range.at(stop), range.step * step);
}

function resolveBounds(
  bounds: Bounds,
  length: number,
): { readonly start: number; readonly stop: number; readonly step: number } {
  const step = boundOf(bounds.step) ?? 1;
  if (step === 0) throw new Fault("the step of a slice cannot be zero");
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (bound: number | undefined, absent: number) => {
    if (bound === undefined) return absent;
    return Math.min(highest, Math.max(lowest, bound < 0 ? bound + length : bound));
  };
  return {
    start: clamp(boundOf(bounds.start), step > 0 ? lowest : highest),
    stop: clamp(boundOf(bounds.stop), step > 0 ? highest : lowest),
    step,
  };
}

function boundOf(item: Item): number | undefined {
  if (item === null) return undefined;
  if (typeof item === "boolean") return Number(item);
  if (isInteger(item)) return Number(item);
  throw new Fault(`the bounds of a slice have to be integers, not ${article(typeOf(item))}`);
}

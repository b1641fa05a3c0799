import { resolveSlice, sliceList } from "../../tree/slice.ts";
import { type Budget, Fault } from "../limits.ts";
import { charactersOf, isPlain } from "../text/characters.ts";
import { article } from "./compare.ts";
import { assertDefined, isInteger, isList, type Item, Range, sequenceOf, Tuple, typeOf } from "./item.ts";

/** The bounds of a slice; null where they are left out. */
export interface Bounds {
  readonly start: Item;
  readonly stop: Item;
  readonly step: Item;
}

/** The part of a text, list, tuple or range between bounds, as Python's `[start:stop:step]`. */
export function sliceItem(
  item: Item,
  bounds: Bounds,
  { budget }: { readonly budget: Budget },
): Item {
  assertDefined(item);
  const step = boundOf(bounds.step) ?? 1;
  const slice = { start: boundOf(bounds.start), stop: boundOf(bounds.stop), step };
  if (step === 0) throw new Fault("the step of a slice cannot be zero");
  if (item instanceof Range) {
    const { start, stop } = resolveSlice(slice, item.length);
    return new Range(item.at(start), item.at(stop), item.step * step);
  }
  if (typeof item === "string") {
    budget.text(item.length);
    if (step !== 1 || !isPlain(item)) return sliceList(charactersOf(item), slice).join("");
    const { start, stop } = resolveSlice(slice, item.length);
    return item.slice(start, Math.max(start, stop));
  }
  const items = sequenceOf(item);
  if (items === undefined) throw new Fault(`${article(typeOf(item))} cannot be sliced`);
  budget.text(items.length);
  const picked = sliceList(items, slice);
  return isList(item) ? picked : new Tuple(picked);
}

function boundOf(item: Item): number | undefined {
  if (item === null) return undefined;
  if (typeof item === "boolean" || isInteger(item)) return Number(item);
  throw new Fault(`the bounds of a slice have to be integers, not ${article(typeOf(item))}`);
}

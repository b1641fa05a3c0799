import { isTrue, Undefined } from "../values/item.ts";
import { any, flag, type Library, onAny } from "./entry.ts";
import { FORMAT_FILTERS } from "./format_filters.ts";
import { LIST_FILTERS } from "./list_filters.ts";
import { NUMBER_FILTERS } from "./number_filters.ts";
import { ORDER_FILTERS } from "./order_filters.ts";
import { SELECT_FILTERS } from "./select_filters.ts";
import { TEXT_FILTERS } from "./text_filters.ts";

const DEFAULT = onAny(
  [any("default_value", ""), flag("boolean", false)],
  (subject, [fallback, boolean]) =>
    subject instanceof Undefined || (boolean && !isTrue(subject)) ? fallback : subject,
);

/** All filters. */
export const FILTERS: Library = {
  d: DEFAULT,
  default: DEFAULT,
  ...FORMAT_FILTERS,
  ...LIST_FILTERS,
  ...NUMBER_FILTERS,
  ...ORDER_FILTERS,
  ...SELECT_FILTERS,
  ...TEXT_FILTERS,
};

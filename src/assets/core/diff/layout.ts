/** The layout of a dashboard as people speak of it: tabs, rows and widths instead of keys. */

import { isMap, listOf, mapOf, textOf, type Tree, type TreeMap } from "../tree.ts";

/** A visible part of a layout. */
export interface LayoutPart {
  /** A chart's UUID, or the node's key: the same part has the same identity on both sides. */
  readonly id: string;
  readonly type: string;
  readonly label: string;
  /** The way to it: `tab Ports, row 2`. */
  readonly place: string;
  readonly width: Tree | undefined;
  readonly height: Tree | undefined;
  /** The text of a markdown part. */
  readonly code: string | undefined;
}

const VISIBLE = new Set(["CHART", "MARKDOWN", "TAB", "HEADER", "DIVIDER", "DYNAMIC"]);

/** Lists the visible parts of a layout, from top to bottom. `nameOf` returns the name of a chart by its UUID. */
export function partsOf(
  position: TreeMap,
  nameOf: (uuid: string) => string | undefined,
): ReadonlyMap<string, LayoutPart> {
  const parts = new Map<string, LayoutPart>();
  const seen = new Set<string>();
  const visit = (key: string, place: readonly string[]) => {
    const node = position[key];
    if (!isMap(node) || seen.has(key)) return;
    seen.add(key);
    const type = textOf(node, "type") ?? "";
    const meta = mapOf(node, "meta");
    if (VISIBLE.has(type) && key !== "HEADER_ID") {
      const part = describePart({ key, type, meta, place }, nameOf);
      parts.set(part.id, part);
    }
    let row = 0;
    for (const child of listOf(node, "children").map(String)) {
      const inner = position[child];
      const innerType = isMap(inner) ? textOf(inner, "type") : undefined;
      if (innerType === "ROW") row += 1;
      const step = innerType === "ROW"
        ? [`row ${row}`]
        : innerType === "TAB"
        ? [`tab ${isMap(inner) ? textOf(mapOf(inner, "meta"), "text") ?? child : child}`]
        : [];
      visit(child, [...place, ...step]);
    }
  };
  visit("ROOT_ID", []);
  // Parts that no other part holds are not visible, but a push writes them.
  for (const key of Object.keys(position)) if (!seen.has(key)) visit(key, ["nowhere"]);
  return parts;
}

function describePart(
  { key, type, meta, place }: {
    readonly key: string;
    readonly type: string;
    readonly meta: TreeMap;
    readonly place: readonly string[];
  },
  nameOf: (uuid: string) => string | undefined,
): LayoutPart {
  const uuid = textOf(meta, "uuid");
  const code = textOf(meta, "code");
  const label = type === "CHART"
    ? textOf(meta, "sliceNameOverride") ?? (uuid === undefined ? undefined : nameOf(uuid)) ??
      textOf(meta, "sliceName") ?? key
    : type === "MARKDOWN"
    ? `text "${(code ?? "").trim().split("\n")[0]?.slice(0, 40) ?? ""}"`
    : `${type.toLowerCase()} ${textOf(meta, "text") ?? ""}`.trim();
  return {
    id: type === "CHART" && uuid !== undefined ? uuid : key,
    type,
    label,
    place: (type === "TAB" ? place.slice(0, -1) : place).join(", ") || "top",
    width: meta["width"],
    height: meta["height"],
    code,
  };
}

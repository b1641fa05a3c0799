import {
  FIXED_LABELS,
  formatLabel,
  labelStyle,
  parseLabel,
  STATUS_PRECEDENCE,
} from "../../environments/core/labels/mod.ts";
import type { ShortSha } from "../../lib/ids.ts";
import { html } from "hono/html";
import { type Html, plain } from "./elements.ts";

/** A label as pages show it. */
export interface ShownLabel {
  readonly name: string;
  /** Six hex digits. */
  readonly color: string;
  readonly description: string | null;
}

/** The colour of a label without a definition. */
const UNKNOWN = "ededed";

/** Returns the relative luminance of a colour as WCAG 2 defines it, from 0 to 1. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Returns black or white, the one that stands out more. The contrast is at least 4.5 on every colour. */
export function textColorOn(color: string): "#000" | "#fff" {
  const light = luminance(color);
  return (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) ? "#000" : "#fff";
}

function hexOf(color: string): string {
  return /^[0-9a-f]{6}$/i.test(color) ? color.toLowerCase() : UNKNOWN;
}

/** Every colour that Showtime gives a label, and GitHub's own for a label without a definition. */
const KNOWN_COLORS: readonly string[] = [
  UNKNOWN,
  ...FIXED_LABELS,
  ...STATUS_PRECEDENCE.map((status) => ({ kind: "status", sha: "0000000" as ShortSha, status } as const)),
].map((each) => typeof each === "string" ? each : hexOf(labelStyle(each).color));

/**
 * Returns the address of the style sheet with the colours of Showtime's labels and of these. Pages must not have styles
 * of their own.
 */
export function labelSheet(labels: readonly ShownLabel[]): string {
  const colors = [...new Set([...KNOWN_COLORS, ...labels.map(({ color }) => hexOf(color))])].sort();
  return `/-/labels.css?colors=${colors.join(".")}`;
}

/** Renders the style sheet for the colours in the address. */
export function renderLabelSheet(colors: string): string {
  return colors.split(".").filter((color) => /^[0-9a-f]{6}$/.test(color)).map((color) =>
    `.label-${color}{background:#${color};color:${textColorOn(color)}}\n`
  ).join("");
}

/** Renders a label with its colour. */
export function label({ name, color, description }: ShownLabel): Html {
  return html`<span class="label label-${hexOf(color)}" title="${plain(description ?? "")}">${
    plain(name)
  }</span>`;
}

/** Returns a label by its name alone, as Showtime would define it: its definition is gone. */
export function goneLabel(name: string): ShownLabel {
  const parsed = parseLabel(name);
  const known = parsed.kind !== "foreign" && parsed.kind !== "other" && parsed.kind !== "unknown_status";
  return { name, ...(known ? labelStyle(parsed) : { color: UNKNOWN, description: null }) };
}

/** The names of the labels that people set and whose names never change. */
export const LABELS_OF_PEOPLE: readonly string[] = FIXED_LABELS.filter(({ kind }) => kind !== "marker").map(
  formatLabel,
);

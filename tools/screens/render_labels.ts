/** Labels as GitHub shows them beside a pull request, as a picture. */

import stringWidth from "string-width";

/** A label on a pull request. */
export interface LabelView {
  readonly name: string;
  /** Six hex digits. */
  readonly color: string;
}

const WIDTH = 760;
const MARGIN = 20;
const GAP = 8;
const HEIGHT = 26;
/** How wide a letter of 12.5 px is to be: whoever looks at it has a font that nobody knows here. */
const LETTER = 7.4;

interface Pill extends LabelView {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Draws labels in rows, each in its colour, under the title of their pull request; in the reader's own light or dark. */
export function renderLabels(
  labels: readonly LabelView[],
  title: { readonly text: string; readonly number: number },
): string {
  const pills = place(labels);
  const height = Math.max(...pills.map(({ y }) => y)) + HEIGHT + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${
      escape(`The labels of #${title.number}: ${labels.map(({ name }) => name).join(", ")}`)
    }</title>`,
    "<style>",
    `text { font-family: -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }`,
    ".card { fill: #ffffff; stroke: #d1d9e0; } .title { fill: #1f2328; } .number { fill: #59636e; }",
    "@media (prefers-color-scheme: dark) { .card { fill: #0d1117; stroke: #3d444d; } .title { fill: #f0f6fc; } .number { fill: #9198a1; } }",
    "</style>",
    `<rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    `<text class="title" x="${MARGIN}" y="38" font-size="20" font-weight="600">${
      escape(title.text)
    } <tspan class="number" font-weight="400">#${title.number}</tspan></text>`,
    ...pills.map(renderPill),
    "</svg>",
    "",
  ].join("\n");
}

function place(labels: readonly LabelView[]): readonly Pill[] {
  let [x, y] = [MARGIN, 56];
  return labels.map((label) => {
    const width = Math.round(stringWidth(label.name) * LETTER + 20);
    if (x + width > WIDTH - MARGIN) [x, y] = [MARGIN, y + HEIGHT + GAP];
    const pill = { ...label, x, y, width };
    x += width + GAP;
    return pill;
  });
}

function renderPill({ name, color, x, y, width }: Pill): string {
  const ink = luminance(color) > 0.45 ? "#1f2328" : "#ffffff";
  return `<rect x="${x}" y="${y}" width="${width}" height="${HEIGHT}" rx="${HEIGHT / 2}" fill="#${color}"/>` +
    `<text x="${x + width / 2}" y="${
      y + 17.5
    }" font-size="12.5" font-weight="600" text-anchor="middle" textLength="${
      width - 20
    }" lengthAdjust="spacingAndGlyphs" fill="${ink}">${escape(name)}</text>`;
}

/** How light a colour looks, from 0 to 1. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The signs of the label language, in the form they are written; reading ignores a variation selector. */

/** U+FE0F: asks for the coloured form of a sign. Keyboards and terminals add and drop it at will. */
export const VARIATION_SELECTOR = "\uFE0F";

/** What every label of ours starts with. */
export const TENT = "🎪";

/** The sign that tells what a label is about. */
export const SIGNS = {
  start: "⚡",
  stop: "🛑",
  sync: "🔄",
  freeze: "🧊",
  blocked: "🔒",
  ttl: "⌛",
  status: "🚦",
  active: "🎯",
  preparing: `🏗${VARIATION_SELECTOR}`,
  created: "📅",
  address: "🌐",
  requester: "🤡",
} as const;

/** Returns a sign without its variation selector, for comparing. Other words come back as they are. */
export function bareSign(word: string): string {
  return word.endsWith(VARIATION_SELECTOR) ? word.slice(0, -VARIATION_SELECTOR.length) : word;
}

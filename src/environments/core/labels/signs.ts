/** The signs of the label language in their canonical form. Parsing ignores a variation selector. */

/** U+FE0F asks for the colored form of a sign. Keyboards and terminals add and drop it without notice. */
export const VARIATION_SELECTOR = "\uFE0F";

/** The sign that every label of Showtime starts with. */
export const TENT = "🎪";

/** The signs that say what a label is about. */
export const SIGNS = {
  start: "⚡",
  stop: "🛑",
  sync: "🔄",
  sleep: "💤",
  freeze: "🧊",
  blocked: "🔒",
  ttl: "⌛",
  status: "🚦",
  active: "🎯",
  preparing: `🏗${VARIATION_SELECTOR}`,
  created: "📅",
  address: "🌐",
  requester: "🤡",
  serves: "⏩",
} as const;

/** Returns a sign without its variation selector, for comparison. Other words are returned as they are. */
export function bareSign(word: string): string {
  return word.endsWith(VARIATION_SELECTOR) ? word.slice(0, -VARIATION_SELECTOR.length) : word;
}

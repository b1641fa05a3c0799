import { parseShortSha } from "../../../lib/ids.ts";
import { nearest } from "../../../lib/nearest.ts";
import { lowerAscii } from "./names.ts";
import { parseLabel } from "./parse.ts";
import { bareSign, SIGNS, TENT } from "./signs.ts";
import { parseTtl } from "./ttl.ts";

/** A label that a person may have meant to write. */
export interface MeantLabel {
  /** The name from the label reference; `<…>` stands for a value to fill in. */
  readonly name: string;
  /** A description of that value; undefined if the name has none. */
  readonly fill?: string;
}

const TTL: MeantLabel = { name: `${TENT} ${SIGNS.ttl} <ttl>`, fill: "90m, 24h, 7d, 2w or close" };
const FLAG = "letters, digits and _, a letter first";
const FLAGS: ReadonlyMap<string, MeantLabel> = new Map(
  ["conf-enable", "conf-disable"].map((word) => [word, { name: `${TENT} ${word}-<FLAG>`, fill: FLAG }]),
);
const BY_SIGN: ReadonlyMap<string, MeantLabel> = new Map(
  ([["start", "trigger-start"], ["stop", "trigger-stop"], ["sync", "trigger-sync"], ["freeze", "freeze"], [
    "blocked",
    "blocked",
  ]] as const).map(([kind, word]) => [SIGNS[kind], { name: `${TENT} ${SIGNS[kind]} showtime-${word}` }]),
);
/** Every word that is a label by itself, and the parts of it that people write alone. */
const BY_WORD: ReadonlyMap<string, MeantLabel> = new Map(
  [...BY_SIGN.values()].flatMap((meant) => {
    const word = meant.name.split(" ").at(-1) ?? "";
    const short = word.slice("showtime-".length);
    const bare = short.replace("trigger-", "");
    return [word, `showtime-${bare}`, short, bare].map((each) => [each, meant] as const);
  }),
);

/**
 * Guesses which label a name outside the language was meant to be. The guess is shown as a question and never
 * acted upon. Undefined for names of the language, for names with a SHA (older versions wrote kinds that are
 * not known any more), and if no label is similar. Linear in the name's length; only words of up to 80
 * characters are compared.
 */
export function meantLabel(name: string): MeantLabel | undefined {
  if (parseLabel(name).kind !== "foreign") return undefined;
  const words = name.split(" ").filter((word) => word !== "").slice(1).map((word) => bareSign(word));
  if (words.some((word) => parseShortSha(word) !== undefined)) return undefined;
  if (words[0] === SIGNS.ttl || words.some((word) => parseTtl(word)?.kind === "duration")) return TTL;
  const parts = words.filter((word) => /[a-z]/i.test(word)).map(lowerAscii).join("-").split("-");
  const flag = parts.length < 3 ? undefined : nearest(parts.slice(0, 2).join("-"), FLAGS.keys());
  if (flag !== undefined) return FLAGS.get(flag);
  const word = nearest(parts.join("-"), BY_WORD.keys());
  return word === undefined ? BY_SIGN.get(words[0] ?? "") : BY_WORD.get(word);
}

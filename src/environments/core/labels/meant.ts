import { parseShortSha } from "../../../lib/ids.ts";
import { nearest } from "../../../lib/nearest.ts";
import { lowerAscii } from "./names.ts";
import { parseLabel } from "./parse.ts";
import { bareSign, SIGNS, TENT } from "./signs.ts";
import { parseTtl } from "./ttl.ts";

/** What a person may have meant to write. */
export interface MeantLabel {
  /** The name as the label reference has it, with `<…>` where something is to be filled in. */
  readonly name: string;
  /** What goes in there, in words; undefined where nothing does. */
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
/** Every word that is a label of its own, the parts of it that people write alone included. */
const BY_WORD: ReadonlyMap<string, MeantLabel> = new Map(
  [...BY_SIGN.values()].flatMap((meant) => {
    const word = meant.name.split(" ").at(-1) ?? "";
    const short = word.slice("showtime-".length);
    const bare = short.replace("trigger-", "");
    return [word, `showtime-${bare}`, short, bare].map((each) => [each, meant] as const);
  }),
);

/**
 * The label that a name which is not of the language was probably meant to be: only to be asked about, never to be
 * acted upon. Undefined for names of the language, for those that carry a SHA (older versions wrote more kinds than
 * are known now), and where nothing is near. Linear in the name's length but for words of 80 characters at most.
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

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
  ([["start", "trigger-start"], ["stop", "trigger-stop"], ["sync", "trigger-sync"], ["sleep", "sleep"], [
    "freeze",
    "freeze",
  ], ["blocked", "blocked"]] as const).map((
    [kind, word],
  ) => [SIGNS[kind], { name: `${TENT} ${SIGNS[kind]} showtime-${word}` }]),
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

/** The names of emoji between colons, as people type them where no picker helps, and signs that look alike. */
const SPELLED: readonly (readonly [RegExp, string])[] = [
  [/:?circus_tent:?/gi, TENT],
  [/:zap:|:high_voltage:|🌩\uFE0F?/giu, SIGNS.start],
  [/:octagonal_sign:|:stop_sign:|⛔\uFE0F?/giu, SIGNS.stop],
  [/:arrows_counterclockwise:|🔃\uFE0F?/giu, SIGNS.sync],
  [/:zzz:/gi, SIGNS.sleep],
  [/:ice_cube:|:ice:|❄\uFE0F?/giu, SIGNS.freeze],
  [/:lock:|:locked:/gi, SIGNS.blocked],
  [/:hourglass(?:_flowing_sand|_done)?:|⏳\uFE0F?/giu, SIGNS.ttl],
];
const SIGN = new RegExp(`(?:${[TENT, ...Object.values(SIGNS)].join("|")})\\uFE0F?`, "gu");
/** The words after `showtime` in a label that a person adds. */
const AFTER_SHOWTIME: ReadonlyMap<string, MeantLabel> = new Map(
  [...BY_WORD].filter(([word]) => !word.startsWith("showtime-")),
);

/**
 * Guesses which label a name outside the language was meant to be. The guess is shown as a question and never
 * acted upon. Undefined for names of the language, for names with a SHA (older versions wrote kinds that are
 * not known any more), and if no label is similar. A name without the tent has to name `showtime` or a trigger.
 * Linear in the name's length; only words of up to 80 characters are compared.
 */
export function meantLabel(name: string): MeantLabel | undefined {
  const { kind } = parseLabel(name);
  if (kind !== "foreign" && kind !== "other") return undefined;
  const [first, ...rest] = spellSigns(name);
  if (first === undefined) return undefined;
  const tent = bareSign(first) === TENT;
  const words = (tent ? rest : [first, ...rest]).map((word) => bareSign(word));
  if (words.some((word) => parseShortSha(word) !== undefined)) return undefined;
  return exactly(words, { tent }) ?? (tent ? similarLabel(words) : similarWithoutTent(words));
}

/** Finds the names that a person may have meant as a label of Showtime, sorted. */
export function findNearMisses(names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter((name) => meantLabel(name) !== undefined).sort();
}

/** Splits a name into words, with signs for the names of emoji. A sign is a word of its own. */
function spellSigns(name: string): readonly string[] {
  const spelled = SPELLED.reduce(
    (text, [pattern, sign]) => text.replace(pattern, ` ${sign} `),
    name.slice(0, 200),
  );
  return spelled.replace(SIGN, " $& ").split(/\s+/).filter((word) => word !== "");
}

/** Returns the label that the words are, once signs are spelled as signs and a tent precedes them. */
function exactly(words: readonly string[], { tent }: { readonly tent: boolean }): MeantLabel | undefined {
  const label = parseLabel([TENT, ...words].join(" "));
  switch (label.kind) {
    case "trigger":
      return label.trigger !== "sleep" || isShowtimes(words, { tent })
        ? BY_SIGN.get(SIGNS[label.trigger])
        : undefined;
    case "freeze":
    case "blocked":
      return isShowtimes(words, { tent }) ? BY_SIGN.get(SIGNS[label.kind]) : undefined;
    case "flag":
      return FLAGS.get(label.on ? "conf-enable" : "conf-disable");
    case "pr_ttl":
      return TTL;
    default:
      return undefined;
  }
}

/** Whether words that other people's labels have too stand beside a sign or a name that only Showtime uses. */
function isShowtimes(words: readonly string[], { tent }: { readonly tent: boolean }): boolean {
  return tent || words.length > 1 || /showtime/i.test(words.join(" "));
}

function similarLabel(words: readonly string[]): MeantLabel | undefined {
  if (words[0] === SIGNS.ttl || words.some((word) => parseTtl(word)?.kind === "duration")) return TTL;
  const parts = words.filter((word) => /[a-z]/i.test(word)).map(lowerAscii).join("-").split(/[-_]/);
  const flag = parts.length < 3 ? undefined : nearest(parts.slice(0, 2).join("-"), FLAGS.keys());
  if (flag !== undefined) return FLAGS.get(flag);
  const word = nearest(parts.join("-"), BY_WORD.keys());
  return word === undefined ? BY_SIGN.get(words[0] ?? "") : BY_WORD.get(word);
}

/** Compares more strictly: labels without the tent are other people's. */
function similarWithoutTent(words: readonly string[]): MeantLabel | undefined {
  const parts = words.filter((word) => /[a-z]/i.test(word)).map(lowerAscii).join("-").split(/[-_:/]+/)
    .filter((part) => part !== "");
  const at = parts.findIndex((part) => part.length > 5 && nearest(part, ["showtime"]) !== undefined);
  if (at < 0) return undefined;
  const word = nearest(parts.slice(at + 1).join("-"), AFTER_SHOWTIME.keys());
  return word === undefined ? undefined : AFTER_SHOWTIME.get(word);
}

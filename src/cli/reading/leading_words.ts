import type { OptionSpec } from "../command.ts";
import { DRY_RUN, ENVIRONMENT_OPTIONS } from "../environment_options.ts";
import { GLOBAL_OPTIONS } from "../global_options.ts";

/** The flags that may stand before the command. Users of superset-showtime write those of environments there too. */
export const LEADING_OPTIONS: readonly OptionSpec[] = [...GLOBAL_OPTIONS, DRY_RUN, ...ENVIRONMENT_OPTIONS];

/** The first thing in a command line that decides what it is about. */
export type Leading =
  | { readonly kind: "word"; readonly word: string; readonly rest: readonly string[] }
  | { readonly kind: "asks"; readonly about: "help" | "version" }
  | { readonly kind: "unknown_flag"; readonly flag: string }
  | { readonly kind: "value_missing"; readonly option: OptionSpec }
  | { readonly kind: "nothing" };

/** Finds the first word of a command line that is no flag and no flag's value. `rest` is the line without it. */
export function readLeading(words: readonly string[]): Leading {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--") {
      const next = words[index + 1];
      return next === undefined ? { kind: "nothing" } : found(words, index + 1);
    }
    if (!word.startsWith("-") || word === "-") return found(words, index);
    const flag = readFlag(word);
    if (typeof flag === "string") return { kind: "asks", about: flag };
    if (flag === undefined) return { kind: "unknown_flag", flag: word };
    if (!flag.takesNext) continue;
    if (index + 1 >= words.length) return { kind: "value_missing", option: flag.option };
    index++;
  }
  return { kind: "nothing" };
}

/** Returns the text that flags ask for, help or the version. Words after `--` are no flags. */
export function asksForText(words: readonly string[]): "help" | "version" | undefined {
  const end = words.indexOf("--");
  for (const word of end < 0 ? words : words.slice(0, end)) {
    if (word === "-h" || word === "--help") return "help";
    if (word === "-V" || word === "--version") return "version";
  }
  return undefined;
}

function found(words: readonly string[], index: number): Leading {
  return { kind: "word", word: words[index] ?? "", rest: words.toSpliced(index, 1) };
}

type Flag = { readonly option: OptionSpec; readonly takesNext: boolean };

function readFlag(word: string): Flag | "help" | "version" | undefined {
  const asks = asksForText([word]);
  if (asks !== undefined) return asks;
  if (word.startsWith("--")) {
    const [name = "", value] = word.slice(2).split("=", 2);
    const option = LEADING_OPTIONS.find((each) => each.name === name);
    if (option === undefined) return undefined;
    return { option, takesNext: option.value !== undefined && value === undefined };
  }
  // Letters stand together, as in -qv. A letter that takes a value takes the rest of the word, or the next one.
  const letters = [...word.slice(1)];
  for (const [index, letter] of letters.entries()) {
    const option = LEADING_OPTIONS.find(({ short }) => short === letter);
    if (option === undefined) return undefined;
    const isLast = index === letters.length - 1;
    if (option.value !== undefined) return { option, takesNext: isLast };
    if (isLast) return { option, takesNext: false };
  }
  return undefined;
}

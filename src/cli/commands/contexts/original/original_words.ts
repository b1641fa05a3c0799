/** Reads the words of the original tool's command line as Python's argparse does. */

import { type AppError, usageError } from "../../../../lib/errors.ts";
import type { OptionSpec } from "../../../command.ts";
import { ORIGINAL_OPTIONS } from "./page.ts";

/** The values that were given, by the name of their flag and in their order. */
export class OriginalWords {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  /** Takes the values by name without dashes. A flag without a value has an empty text. */
  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /** The last value of a flag; undefined if it is empty or was not given. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1) || undefined;
  }

  /** Every value of a flag. */
  texts(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** Whether a flag was given. */
  has(name: string): boolean {
    return this.#values.has(name);
  }
}

/** A word as it is classified before any is used. */
type Word =
  | { readonly kind: "value" | "unknown"; readonly text: string }
  | { readonly kind: "help"; readonly text: string; readonly explicit: string | undefined }
  | { readonly kind: "flag"; readonly option: OptionSpec; readonly explicit: string | undefined };

/**
 * Reads the words; undefined if they ask for help. A long flag may be shortened while it is the only one that
 * begins so. Throws AppError with exit code 2.
 */
export function readOriginalWords(words: readonly string[]): OriginalWords | undefined {
  const end = words.indexOf("--");
  const classified = words.map((text, index): Word => {
    if (end >= 0 && index >= end) return { kind: index === end ? "unknown" : "value", text };
    return classify(text);
  });
  const values = new Map<string, string[]>();
  const extras: string[] = [];
  for (let index = 0; index < classified.length; index++) {
    const word = classified[index];
    if (word === undefined) continue;
    if (word.kind === "help") {
      if (word.explicit !== undefined) throw ignoredValue("-h/--help", word.explicit);
      return undefined;
    }
    if (word.kind !== "flag") {
      extras.push(word.text);
      continue;
    }
    const { option, explicit } = word;
    const given = values.get(option.name) ?? [];
    values.set(option.name, given);
    if (option.value === undefined) {
      if (explicit !== undefined) throw ignoredValue(`--${option.name}`, explicit);
      given.push("");
    } else if (explicit !== undefined) given.push(explicit);
    else {
      const next = classified[++index];
      if (next?.kind !== "value") {
        const { name, value } = option;
        const hint =
          `Write it as --${name} <${value}>, or as --${name}=<${value}> if the value begins with "-"`;
        throw misread("value_missing", `--${name} needs a value`, hint);
      }
      given.push(next.text);
    }
  }
  if (extras.length > 0) {
    const words = extras.map((each) => `"${each}"`).join(", ");
    const hint = "Each value belongs to a flag; --help lists the flags";
    throw misread("argument_unexpected", `${words} cannot be read`, hint);
  }
  return new OriginalWords(values);
}

function classify(text: string): Word {
  if (!text.startsWith("-") || text === "-") return { kind: "value", text };
  const [name = "", ...rest] = text.split("=");
  const explicit = rest.length === 0 ? undefined : rest.join("=");
  if (text.startsWith("--")) {
    const names = ["help", ...ORIGINAL_OPTIONS.map((option) => option.name)];
    const exact = names.find((each) => `--${each}` === name);
    const meant = exact === undefined ? names.filter((each) => `--${each}`.startsWith(name)) : [exact];
    if (meant.length > 1) {
      const names = meant.map((each) => `--${each}`).join(", ");
      throw misread("flag_ambiguous", `${name} may be ${names}`, "Write the flag in full");
    }
    const option = ORIGINAL_OPTIONS.find((each) => each.name === meant[0]);
    if (option !== undefined) return { kind: "flag", option, explicit };
    if (meant[0] === "help") return { kind: "help", text, explicit };
  } else {
    const letter = text[1];
    const option = ORIGINAL_OPTIONS.find(({ short }) => short === letter);
    const glued = name.length === 2 ? explicit : text.slice(2);
    if (option !== undefined) return { kind: "flag", option, explicit: glued };
    if (letter === "h") return { kind: "help", text, explicit: glued };
  }
  // A negative number, and a text with a space, may be the value of a flag.
  return { kind: /^-(?:\d+|\d*\.\d+)$/.test(text) || text.includes(" ") ? "value" : "unknown", text };
}

/** Makes the error for words that cannot be read. */
function misread(code: string, state: string, hint: string): AppError {
  return usageError(code, `Reading the command line: ${state}`, hint);
}

function ignoredValue(flag: string, explicit: string): AppError {
  return misread(
    "value_unexpected",
    `${flag} takes no value, and "${explicit}" is given`,
    "Leave the value out",
  );
}

import { spellingsOf } from "../../../lib/output/secret_spellings.ts";
import { cleanLine } from "../../../lib/sanitize.ts";
import { MaskStream } from "./mask_stream.ts";
import { SecretPatterns } from "./secret_patterns.ts";

/** The length of the shortest value that is masked. A shorter one is a part of ordinary words. */
const SHORTEST_SECRET = 4;

/** The secrets of a build as its output may show them. */
export interface SecretsToMask {
  readonly patterns: SecretPatterns;
  /** The names of the secrets that are too short to be masked, sorted. */
  readonly tooShort: readonly string[];
}

/** Gathers the spellings of all secrets, by name. An empty value is no secret. */
export function gatherSecrets(secrets: ReadonlyMap<string, string>): SecretsToMask {
  const values = new Set<string>();
  const tooShort: string[] = [];
  for (const [name, value] of secrets) {
    if (value === "") continue;
    if ([...value].length < SHORTEST_SECRET) tooShort.push(name);
    else values.add(value).add(value.trim());
  }
  const spellings = [...values].flatMap(spellingsOf).filter(({ length }) => length >= SHORTEST_SECRET);
  return { patterns: new SecretPatterns(spellings), tooShort: tooShort.sort() };
}

/** Masks a whole text of one line. */
export function maskText(text: string, patterns: SecretPatterns): string {
  return maskCleaned(maskWhole(text, patterns), patterns);
}

/**
 * Masks the secrets that a line shows when its escape sequences are removed: `grep --color` writes them into the middle of
 * a secret. Such a line loses them; another line stays as it is.
 */
export function maskCleaned(line: string, patterns: SecretPatterns): string {
  if (patterns.isEmpty) return line;
  const clean = cleanLine(line);
  if (clean === line) return line;
  const masked = maskWhole(clean, patterns);
  return masked === clean ? line : masked;
}

function maskWhole(text: string, patterns: SecretPatterns): string {
  const stream = new MaskStream(patterns);
  return stream.push(text) + stream.end();
}

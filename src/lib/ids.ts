/** Identifiers that are easily mixed up, branded so that the compiler keeps them apart. */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** The number of a pull request, a positive integer. */
export type PrNumber = Brand<number, "PrNumber">;
/** A whole commit hash: 40 lower-case hex digits. */
export type FullSha = Brand<string, "FullSha">;
/** The first 7 hex digits of a commit hash in lower case, as labels and names carry them. */
export type ShortSha = Brand<string, "ShortSha">;
/** The name of the service that runs an environment, as `pr-<n>-<sha7>-service`. */
export type ServiceName = Brand<string, "ServiceName">;

/** Parses a pull request number of up to ten digits, with or without `#`; undefined for anything else. */
export function parsePrNumber(value: string | number): PrNumber | undefined {
  const text = String(value).replace(/^#/, "");
  if (!/^[1-9]\d{0,9}$/.test(text)) return undefined;
  return Number(text) as PrNumber;
}

/** Parses a full hash in any letter case; undefined if it is not 40 hex digits. */
export function parseFullSha(value: string): FullSha | undefined {
  const text = value.toLowerCase();
  return /^[0-9a-f]{40}$/.test(text) ? text as FullSha : undefined;
}

/** Parses a hash of 7 to 40 hex digits, in any letter case, into its short form; undefined otherwise. */
export function parseShortSha(value: string): ShortSha | undefined {
  const text = value.toLowerCase();
  return /^[0-9a-f]{7,40}$/.test(text) ? text.slice(0, 7) as ShortSha : undefined;
}

/** Shortens a full hash to the 7 digits that labels and names carry. */
export function shortSha(sha: FullSha): ShortSha {
  return sha.slice(0, 7) as ShortSha;
}

/** Brands a number as a pull request number. Throws RangeError if it cannot be one. */
export function prNumber(value: number): PrNumber {
  const parsed = parsePrNumber(value);
  if (parsed === undefined) throw new RangeError(`Reading a pull request number: "${value}" is not one`);
  return parsed;
}

/** Brands a hash as full. Throws RangeError if it is not 40 hex digits. */
export function fullSha(value: string): FullSha {
  const parsed = parseFullSha(value);
  if (parsed === undefined) throw new RangeError(`Reading a commit hash: "${value}" is not 40 hex digits`);
  return parsed;
}

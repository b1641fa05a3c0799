/** Identifiers that get mixed up, branded so that the compiler keeps them apart. */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** The number of a pull request, a positive integer. */
export type PrNumber = Brand<number, "PrNumber">;
/** A whole commit hash: 40 lower-case hex digits. */
export type FullSha = Brand<string, "FullSha">;
/** The first 7 hex digits of a commit hash, lower case: what labels and names carry. */
export type ShortSha = Brand<string, "ShortSha">;
/** The name of the service that runs an environment, as `pr-<n>-<sha7>-service`. */
export type ServiceName = Brand<string, "ServiceName">;

/** Returns the pull request number in `value`, or undefined where it is not a positive safe integer. */
export function parsePrNumber(value: string | number): PrNumber | undefined {
  const text = String(value).replace(/^#/, "");
  if (!/^[1-9]\d{0,9}$/.test(text)) return undefined;
  return Number(text) as PrNumber;
}

/** Returns the full hash in `value` (any letter case), or undefined where it is not 40 hex digits. */
export function parseFullSha(value: string): FullSha | undefined {
  const text = value.toLowerCase();
  return /^[0-9a-f]{40}$/.test(text) ? text as FullSha : undefined;
}

/** Returns the short form of a hash of 7 to 40 hex digits (any letter case), or undefined. */
export function parseShortSha(value: string): ShortSha | undefined {
  const text = value.toLowerCase();
  return /^[0-9a-f]{7,40}$/.test(text) ? text.slice(0, 7) as ShortSha : undefined;
}

/** Shortens a full hash to the 7 digits that labels and names carry. */
export function shortSha(sha: FullSha): ShortSha {
  return sha.slice(0, 7) as ShortSha;
}

/** Marks a number that is known to be a pull request number. Throws RangeError where it cannot be one. */
export function prNumber(value: number): PrNumber {
  const parsed = parsePrNumber(value);
  if (parsed === undefined) throw new RangeError(`Reading a pull request number: "${value}" is none`);
  return parsed;
}

/** Marks a hash that is known to be full. Throws RangeError where it is not 40 hex digits. */
export function fullSha(value: string): FullSha {
  const parsed = parseFullSha(value);
  if (parsed === undefined) throw new RangeError(`Reading a commit hash: "${value}" is not 40 hex digits`);
  return parsed;
}

/** Floats in decimal digits, rounded once from their exact value and halves to even, as Python does. */

/** The most digits that JavaScript gives of a float. */
const MOST = 100;

/** A number in decimal digits. */
interface Digits {
  readonly digits: string;
  /** The power of ten of the first digit. */
  readonly exponent: number;
}

/** Rounds a float that is not negative to a number of significant digits. JavaScript rounds halves up. */
function significantDigits(value: number, count: number): Digits {
  const exact = splitExponent(value.toExponential(MOST));
  const kept = exact.digits.slice(0, count);
  return isHalf(exact.digits.slice(count)) && isEven(kept)
    ? { ...exact, digits: kept }
    : splitExponent(value.toExponential(count - 1));
}

function splitExponent(text: string): Digits {
  const [mantissa = "", exponent] = text.split("e");
  return { digits: mantissa.replace(".", ""), exponent: Number(exponent) };
}

function isHalf(rest: string): boolean {
  return /^50*$/.test(rest);
}

function isEven(digits: string): boolean {
  return /[02468]\.?$/.test(digits);
}

/** Formats a float that is not negative with a fixed number of digits after the point. */
export function fixedDigits(value: number, precision: number): string {
  if (value >= 1e21) return withFraction(BigInt(value).toString(), "0".repeat(precision));
  const exact = value.toFixed(MOST);
  const end = exact.indexOf(".") + 1 + precision;
  const kept = exact.slice(0, end);
  return isHalf(exact.slice(end)) && isEven(kept) ? kept.replace(/\.$/, "") : value.toFixed(precision);
}

function withFraction(whole: string, fraction: string): string {
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** Formats a float that is not negative as `1.5e+20`. */
export function exponentDigits(value: number, precision: number): string {
  const { digits, exponent } = significantDigits(value, precision + 1);
  return withFraction(digits.charAt(0), digits.slice(1)) + exponentText(exponent);
}

/** Formats a float that is not negative as `%g` does: the shorter of both forms. */
export function generalDigits(
  value: number,
  { precision, keepZeros, atLeastOne = false }: {
    readonly precision: number;
    readonly keepZeros: boolean;
    /** Keeps `.0`, as `format(1.0, ".3")` does. */
    readonly atLeastOne?: boolean;
  },
): string {
  const count = Math.max(1, precision);
  const { digits, exponent } = significantDigits(value, count);
  const isScientific = exponent < -4 || exponent >= (atLeastOne ? count - 1 : count);
  const point = isScientific ? 1 : exponent + 1;
  const text = point > 0
    ? withFraction(digits.slice(0, point), digits.slice(point))
    : `0.${"0".repeat(-point)}${digits}`;
  const whole = keepZeros && !text.includes(".") ? `${text}.` : text;
  const short = keepZeros || !whole.includes(".") ? whole : whole.replace(/\.?0+$/, "");
  if (isScientific) return short + exponentText(exponent);
  return atLeastOne && !short.includes(".") ? `${short}.0` : short;
}

function exponentText(exponent: number): string {
  return `e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

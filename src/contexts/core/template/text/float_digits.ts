/** Floats in decimal digits, rounded once from their exact value and halves to even, as Python does. */

/** A number in decimal digits. */
export interface Digits {
  /** Without a leading zero, except for zero. */
  readonly digits: string;
  /** The power of ten of the first digit. */
  readonly exponent: number;
}

/** The most digits that JavaScript gives of a float. */
const MOST = 100;

/** Rounds a float that is not negative to a number of significant digits. */
export function significantDigits(value: number, count: number): Digits {
  const [mantissa = "0", exponentText = "0"] = value.toExponential(MOST).split("e");
  const all = mantissa.replace(".", "");
  const exponent = Number(exponentText);
  if (count < 0) return { digits: "0", exponent };
  if (count >= all.length) return { digits: all.padEnd(Math.min(count, 1000), "0"), exponent };
  const kept = all.slice(0, count);
  if (!roundsUp(kept, all.slice(count))) return { digits: kept === "" ? "0" : kept, exponent };
  const raised = (BigInt(kept === "" ? "0" : kept) + 1n).toString();
  const isLonger = raised.length > kept.length;
  return {
    digits: isLonger && count > 0 ? raised.slice(0, count) : raised,
    exponent: isLonger ? exponent + 1 : exponent,
  };
}

function roundsUp(kept: string, rest: string): boolean {
  const first = rest.charAt(0);
  if (first !== "5") return first > "5";
  if (/[1-9]/.test(rest.slice(1))) return true;
  return "13579".includes(kept.slice(-1)) && kept !== "";
}

/** Formats a float that is not negative with a fixed number of digits after the point. */
export function fixedDigits(value: number, precision: number): string {
  if (value >= 1e21) return withFraction(BigInt(value).toString(), "0".repeat(precision));
  const { exponent: power } = significantDigits(value, MOST);
  const { digits, exponent } = significantDigits(value, value === 0 ? 1 : power + 1 + precision);
  if (/^0*$/.test(digits)) return withFraction("0", "0".repeat(precision));
  // Rounding up may have added a digit.
  const full = digits.padEnd(Math.max(0, exponent + 1 + precision), "0");
  const padded = exponent < 0 ? "0".repeat(-exponent) + full : full;
  const whole = padded.slice(0, Math.max(1, exponent + 1));
  return withFraction(whole, padded.slice(whole.length).slice(0, precision).padEnd(precision, "0"));
}

function withFraction(whole: string, fraction: string): string {
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** Formats a float that is not negative as `1.5e+20`. */
export function exponentDigits(value: number, precision: number): string {
  const { digits, exponent } = significantDigits(value, precision + 1);
  const text = digits.padEnd(precision + 1, "0");
  return withFraction(text.charAt(0), text.slice(1)) + exponentText(value === 0 ? 0 : exponent);
}

/** Formats a float that is not negative as `%g` does: the shorter of both forms. */
export function generalDigits(
  value: number,
  { precision, keepZeros, atLeastOne }: {
    readonly precision: number;
    readonly keepZeros: boolean;
    /** Keeps `.0`, as `format(1.0, ".3")` does. */
    readonly atLeastOne?: boolean;
  },
): string {
  const count = Math.max(1, precision);
  const { digits, exponent } = significantDigits(value, count);
  const power = value === 0 ? 0 : exponent;
  const most = atLeastOne === true ? count - 1 : count;
  const isScientific = power < -4 || power >= most;
  const text = isScientific
    ? withFraction(digits.charAt(0), digits.slice(1).padEnd(count - 1, "0"))
    : fixedDigits(value, Math.max(0, count - 1 - power));
  const whole = keepZeros && !text.includes(".") ? `${text}.` : text;
  const short = keepZeros || !whole.includes(".") ? whole : whole.replace(/\.?0+$/, "");
  if (isScientific) return short + exponentText(power);
  return atLeastOne === true && !short.includes(".") ? `${short}.0` : short;
}

function exponentText(exponent: number): string {
  return `e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** Rounds a float to a number of digits after the point, halves to even. */
export function roundFloat(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 322) return value;
  const size = Math.abs(value);
  if (digits >= 0) {
    return size >= 1e21
      ? value
      : Number(`${value < 0 || Object.is(value, -0) ? "-" : ""}${fixedDigits(size, digits)}`);
  }
  const { exponent: power } = significantDigits(size, MOST);
  const { digits: kept, exponent } = significantDigits(size, power + 1 + digits);
  const result = Number(`${kept.charAt(0)}.${kept.slice(1)}e${exponent}`);
  return value < 0 || Object.is(value, -0) ? -result : result;
}

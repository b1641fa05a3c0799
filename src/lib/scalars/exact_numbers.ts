/** Numbers as YAML and JSON write them: an integer and a float stay apart, and no digit is lost. */

/** A float without a fraction, such as `1.0` or `1e21`. A plain number stands for an integer there. */
export class WholeFloat {
  readonly value: number;

  /** Takes a number without a fraction. */
  constructor(value: number) {
    this.value = value;
  }
}

/**
 * Formats a float as YAML 1.1 and JSON both read it: with a dot before the exponent. PyYAML reads `1e-7` as
 * text.
 */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value < 0 ? "-.inf" : ".inf";
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  if (text.includes("e")) return text.includes(".") ? text : text.replace("e", ".0e");
  return text.includes(".") ? text : `${text}.0`;
}

/** Formats a number of a tree. */
export function formatNumber(value: number | bigint | WholeFloat): string {
  if (value instanceof WholeFloat) return formatFloat(value.value);
  if (typeof value === "bigint" || (Number.isInteger(value) && !Object.is(value, -0))) return String(value);
  return formatFloat(value);
}

/** Converts the text of a number into a value: `2` is an integer, `2.0` a float, and both keep their kind. */
export function parseNumber(source: string, value: number): number | bigint | WholeFloat {
  if (/^-?\d+$/.test(source)) return Number.isSafeInteger(value) ? value : BigInt(source);
  return Number.isInteger(value) && !Object.is(value, -0) ? new WholeFloat(value) : value;
}

/** Formats a float as Python's `repr` does: `1.0`, `1e+16`, `1e-05`. JSON and YAML 1.1 read it alike. */
export function formatPythonFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const digits = String(Math.abs(exponent)).padStart(2, "0");
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${digits}`;
  }
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
}

import type { WholeFloat } from "../../../lib/scalars/exact_numbers.ts";
import {
  isTooLong,
  resolveBoolean,
  resolveFloat,
  resolveInteger,
} from "../../../lib/scalars/pyyaml_scalars.ts";

/** A scalar of a context. */
export type Scalar = null | boolean | number | bigint | WholeFloat | string;

const CORE = "tag:yaml.org,2002:";

/** A scalar that PyYAML refuses, or that JSON cannot say. */
export class ScalarFault extends Error {}

/** A number that JSON cannot say. */
export class NotFinite extends ScalarFault {}

/** Reads a scalar without quotes. Dates stay text. Throws {@link ScalarFault}. */
export function resolvePlain(source: string): Scalar {
  // Most texts begin with a character that begins nothing else.
  if (!/^(?:[-+.0-9~nNtTfFyYoO<=]|$)/.test(source)) return source;
  if (/^(?:~|null|Null|NULL|)$/.test(source)) return null;
  if (source === "=" || source === "<<") {
    throw new ScalarFault(`\`${source}\` without quotes is a sign of YAML: write "${source}"`);
  }
  if (/^[a-zA-Z]/.test(source)) return resolveBoolean(source) ?? source;
  if (isTooLong(source)) throw new ScalarFault("the number has too many digits: quote it to make it a text");
  return resolveBoolean(source) ?? resolveInteger(source) ?? finiteFloat(source) ?? source;
}

/** Reads a scalar with a tag such as `!!int`, in the text as it is written. Throws {@link ScalarFault}. */
export function resolveTagged(tag: string, source: string): Scalar {
  switch (coreTag(tag)) {
    case "":
      return resolvePlain(source);
    case "str":
    case "timestamp":
      return source;
    case "null":
      return null;
    case "bool":
      return resolveBoolean(source.toLowerCase()) ?? refuse(tag, source);
    case "int":
      return resolveInteger(source) ?? refuse(tag, source);
    case "float": {
      const whole = resolveInteger(source);
      return finiteFloat(whole === undefined ? source : `${source}.0`) ?? refuse(tag, source);
    }
    default:
      throw unknownTag(tag);
  }
}

/** Throws {@link ScalarFault} if a map or a list has a tag other than its own. */
export function assertCollectionTag(tag: string, wanted: "map" | "seq"): void {
  const core = coreTag(tag);
  if (core !== "" && core !== wanted) throw unknownTag(tag);
}

/** The name of a tag of YAML itself; empty for `!`, which says nothing; undefined for every other tag. */
function coreTag(tag: string): string | undefined {
  if (tag === "!") return "";
  if (tag.startsWith("!!")) return tag.slice(2);
  return tag.startsWith(`!<${CORE}`) ? tag.slice(`!<${CORE}`.length, -1) : undefined;
}

function finiteFloat(source: string): number | WholeFloat | undefined {
  const float = resolveFloat(source);
  const number = typeof float === "object" ? float.value : float;
  if (number === undefined || Number.isFinite(number)) return float;
  throw new NotFinite(`\`${source}\` is not a finite number: write "${source}" to make it a text`);
}

function refuse(tag: string, source: string): never {
  throw new ScalarFault(`${JSON.stringify(source)} does not fit the tag ${tag}`);
}

function unknownTag(tag: string): ScalarFault {
  return new ScalarFault(
    `the tag ${tag} is not supported: use text, numbers, booleans, null, lists and maps`,
  );
}

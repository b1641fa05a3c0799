import { AppError } from "../../../../lib/errors.ts";

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// deno-lint-ignore no-control-regex -- control characters are what a header may not have
const FORBIDDEN = /[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]/;

/**
 * Adds a header. A name in another case is the same header. Throws AppError `header_invalid` (exit code 1),
 * which names the place and never the value.
 */
export function withHeader(
  headers: Readonly<Record<string, string>>,
  { name, value, at }: { readonly name: string; readonly value: string; readonly at: string },
): Readonly<Record<string, string>> {
  const problem = !NAME.test(name)
    ? `${JSON.stringify(name)} is not the name of a header`
    : FORBIDDEN.test(value)
    ? "its value has characters that a header may not have"
    : undefined;
  if (problem !== undefined) {
    throw new AppError("header_invalid", `Making the header of ${at}: ${problem}`, { hint: `Correct ${at}` });
  }
  const others = Object.entries(headers).filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  return Object.fromEntries([...others, [name, value.trim()]]);
}

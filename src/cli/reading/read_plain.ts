import { parseArgs } from "node:util";
import type { NamedCommand, OptionSpec } from "../command.ts";
import { GLOBAL_OPTIONS, readGlobalFlags } from "../global_options.ts";
import { defaultsOf } from "../registry.ts";
import { Values } from "../values.ts";
import type { Invocation } from "./invocation.ts";

/**
 * Reads a plain command line: long flags, their values and the right number of arguments. Returns undefined for any other,
 * which may be a mistake: then `parse_command.ts` decides, whose package takes longer to load than a short command works.
 */
export function readPlain(command: NamedCommand, words: readonly string[]): Invocation | undefined {
  if (words.includes("--")) return undefined;
  const specs = [...GLOBAL_OPTIONS, ...command.options];
  const options = Object.fromEntries(specs.map(({ name, value, repeats = false }) => [
    name,
    { type: value === undefined ? "boolean" : "string", multiple: repeats } as const,
  ]));
  const parsed = parseOrNothing({ args: [...words], options, allowPositionals: true });
  if (parsed === undefined) return undefined;
  const { values: given, positionals } = parsed;
  const { args } = command;
  const required = args.filter((each) => each.required).length;
  const isRepeated = args.at(-1)?.repeats === true;
  if (positionals.length < required || (positionals.length > args.length && !isRepeated)) return undefined;
  const isListed = specs.every((spec) => isChoice(given[spec.name], spec)) &&
    args.every((spec, index) => isChoice(positionals[index], spec));
  if (!isListed) return undefined;
  const values = new Values(
    new Map<string, unknown>([...defaultsOf(command.options), ...Object.entries(given)]),
  );
  return {
    kind: "command",
    command,
    args: isRepeated ? positionals : args.map((_, index) => positionals[index]),
    values,
    flags: readGlobalFlags(values),
  };
}

function parseOrNothing(config: NonNullable<Parameters<typeof parseArgs>[0]>) {
  try {
    return parseArgs(config);
  } catch {
    // The other parser finds the mistake, and the words for it.
    return undefined;
  }
}

/** Whether a value is absent, or choices as they are written. */
function isChoice(
  value: unknown,
  { choices, several = false }: Pick<OptionSpec, "choices" | "several">,
): boolean {
  if (typeof value !== "string" || choices === undefined) return value === undefined || choices === undefined;
  return (several ? value.split(",") : [value]).every((word) => choices.includes(word));
}

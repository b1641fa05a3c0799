import { quote } from "../../lib/quote.ts";

/** The outputs that a step wrote, or the first line that is no output. */
export type OutputsAnswer =
  | { readonly kind: "values"; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: "bad_line"; readonly line: number; readonly reason: string };

/**
 * Parses the lines `name=value` of a step's outputs. Blank lines have no effect. The last line with a name counts. A value is
 * the text after the first `=`, as it stands.
 */
export function parseOutputs(text: string): OutputsAnswer {
  const values: Record<string, string> = Object.create(null);
  for (const [index, line] of text.replace(/^\uFEFF/, "").split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const equals = line.indexOf("=");
    if (equals < 0) return { kind: "bad_line", line: index + 1, reason: 'it has no "="' };
    const name = line.slice(0, equals);
    if (!/^[A-Za-z_][\w.-]*$/.test(name)) {
      const reason = `${
        quote(name)
      } is no name: a name has letters, digits and _ . - and begins with no digit`;
      return { kind: "bad_line", line: index + 1, reason };
    }
    const value = line.slice(equals + 1);
    const fault = faultOf(name, value);
    if (fault !== undefined) return { kind: "bad_line", line: index + 1, reason: fault };
    values[name] = value;
  }
  return { kind: "values", values };
}

/** Linux takes 128 KB for one variable. */
const MOST_VALUE_BYTES = 100_000;
/** Linux takes 2 MB for all arguments and variables of a program, and macOS takes 1 MB. The caller's variables count too. */
const MOST_BYTES = 500_000;
/** The bytes that a variable takes beside its name and its value. */
const BESIDE = 10;

/** Finds out why a value cannot be a variable: no later step could start, and no tear-down. */
function faultOf(name: string, value: string): string | undefined {
  if (value.includes("\0")) return `the value of ${name} has a zero byte in it`;
  return bytesOf(value) > MOST_VALUE_BYTES
    ? `the value of ${name} has more than ${MOST_VALUE_BYTES} bytes`
    : undefined;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Formats the variable in which later steps see an output. */
export function outputVariable(stepName: string, name: string): string {
  return `OUT_${stepName}_${name}`.replace(/[^A-Za-z0-9_]/gu, "_").toUpperCase();
}

/** The outputs of all steps so far, as variables. */
export class OutputVariables {
  readonly #values = new Map<string, string>();
  /** The step and the name that each variable stands for. */
  readonly #sources = new Map<string, string>();
  #record: Readonly<Record<string, string>> = {};
  #bytes = 0;

  /** The values by variable. The object changes only when outputs are added. */
  get record(): Readonly<Record<string, string>> {
    return this.#record;
  }

  /**
   * Adds the outputs of a step. If a variable stands for another output already, or if all outputs are too long together, it
   * adds none of them and returns the reason.
   */
  add(
    step: { readonly name: string; readonly path: string },
    values: Readonly<Record<string, string>>,
  ): string | undefined {
    const added = new Map<string, { readonly source: string; readonly value: string }>();
    let bytes = this.#bytes;
    for (const [name, value] of Object.entries(values)) {
      const variable = outputVariable(step.name, name);
      const other = this.#sources.get(variable) ?? added.get(variable)?.source;
      const source = `the output ${name} of ${step.path}`;
      if (other !== undefined) return `${source} has the same variable as ${other}: ${variable}`;
      added.set(variable, { source, value });
      bytes += variable.length + bytesOf(value) + BESIDE;
    }
    if (bytes > MOST_BYTES) return `the outputs of all steps so far have more than ${MOST_BYTES} bytes`;
    this.#bytes = bytes;
    for (const [variable, { source, value }] of added) {
      this.#sources.set(variable, source);
      this.#values.set(variable, value);
    }
    if (added.size > 0) this.#record = Object.fromEntries(this.#values);
    return undefined;
  }
}

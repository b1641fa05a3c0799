/** Files of variables and secrets: one `KEY=value` a line, as `--env-file`, `--secrets-file` and the server read them. */

/** A finding about a line. It never quotes the line, which may be a secret. */
export interface VariableLine {
  /** Counted from 1. */
  readonly line: number;
  /** The state of the line, without a final period. */
  readonly message: string;
  /** The step that corrects it. */
  readonly hint: string;
}

/** The variables of a file, in its order. */
export interface VariableFile {
  readonly values: ReadonlyMap<string, string>;
  /** The values are of use only if there is no problem. */
  readonly problems: readonly VariableLine[];
  readonly warnings: readonly VariableLine[];
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Parses a file of variables. A line is split at its first `=`, and the value is what follows, as it is: quotes and spaces
 * belong to it, and no line break does. Blank lines and lines that begin with `#` have no meaning. `export` before a name
 * is allowed, so that a shell can read the file too. The last of several values of a name counts.
 */
export function parseVariableFile(text: string): VariableFile {
  const values = new Map<string, string>();
  const lines = new Map<string, number>();
  const problems: VariableLine[] = [];
  const warnings: VariableLine[] = [];
  for (const [index, written] of text.replace(/^\uFEFF/, "").split(/\r\n|[\r\n]/).entries()) {
    const line = index + 1;
    const content = written.trimStart();
    if (content === "" || content.startsWith("#")) continue;
    const split = content.indexOf("=");
    const name = content.slice(0, split).replace(/^export\s+/, "");
    const fault = split < 0 ? NO_EQUALS : faultOfName(name) ?? faultOfValue(content);
    if (fault !== undefined) {
      problems.push({ line, ...fault });
      continue;
    }
    const value = content.slice(split + 1);
    const earlier = lines.get(name);
    if (earlier !== undefined) warnings.push({ line, ...describeSecond(name, earlier) });
    if (/^(["']).*\1$/s.test(value) && value.length > 1) warnings.push({ line, ...describeQuotes(name) });
    values.set(name, value);
    lines.set(name, line);
  }
  return { values, problems, warnings };
}

type Words = Omit<VariableLine, "line">;

const NO_EQUALS: Words = {
  message: "the line has no =",
  hint: "Write NAME=value on one line, or put # before a comment; a value cannot go on in the next line",
};

function faultOfName(name: string): Words | undefined {
  if (NAME.test(name)) return undefined;
  if (NAME.test(name.trimEnd())) {
    return { message: "there is a space before the =", hint: "Write NAME=value without spaces around the =" };
  }
  return {
    message: name === "" ? "there is no name before the =" : "the text before the = is no name of a variable",
    hint: "Use letters, digits and _ for the name, and no digit first",
  };
}

function faultOfValue(content: string): Words | undefined {
  if (!content.includes("\0")) return undefined;
  return { message: "the value contains a NUL character", hint: "Save the file as UTF-8 text without it" };
}

function describeSecond(name: string, earlier: number): Words {
  return {
    message: `${name} is here for the second time, and this value counts`,
    hint: `Remove one of them (the first is on line ${earlier})`,
  };
}

function describeQuotes(name: string): Words {
  return {
    message: `the quotes around the value of ${name} belong to the value`,
    hint: "Remove them, unless the value has them: no quotes are needed, not for spaces either",
  };
}

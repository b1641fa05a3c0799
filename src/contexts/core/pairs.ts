import { usageError } from "../../lib/errors.ts";
import { touches } from "./mask_paths.ts";
import type { Operation } from "./tree/operations.ts";
import { parseJson } from "./tree/parse_json.ts";
import { formatPath, type Path, readPath } from "./tree/path.ts";
import type { Value } from "./tree/value.ts";

/** A pair of a command line: a place, and what to do there with which text. */
export interface Pair {
  readonly op: "set" | "append" | "append_unique";
  readonly path: Path;
  /** `text` as it is, `json`, or the content of the `file` that the text names. */
  readonly source: "text" | "json" | "file";
  readonly text: string;
}

const OPERATOR = /^(\[\]|\{\})?(:=|@=|=)/;

/**
 * Parses `a.b=text`, `a.b:=JSON`, `a.b@=FILE`, `list[]=text` and `list{}=text`. Throws AppError `pair_invalid` (exit code
 * 2).
 */
export function parsePair(text: string): Pair {
  const { path, rest } = readPath(text);
  const operator = OPERATOR.exec(rest);
  if (path.length === 0 || operator === null) {
    // A person may have forgotten the sign before a secret: the message has the path alone.
    throw usageError(
      "pair_invalid",
      path.length === 0
        ? `Reading the pair ${JSON.stringify(text.slice(0, 20))}: it does not begin with a path`
        : `Reading the pair for ${formatPath(path)}: ${strayIn(rest)}`,
      "Write path=text, path:=JSON, path[]=text, path{}=text or path@=FILE",
    );
  }
  const [all, list, sign] = operator;
  if (sign === "@=" && all.length === rest.length) {
    throw usageError(
      "pair_invalid",
      `Reading the pair ${JSON.stringify(text)}: there is no file after "@="`,
      "Write the path of a file, as in state.report@=report.json",
    );
  }
  return {
    op: list === "[]" ? "append" : list === "{}" ? "append_unique" : "set",
    path,
    source: sign === ":=" ? "json" : sign === "@=" ? "file" : "text",
    text: rest.slice(all.length),
  };
}

/**
 * Makes the operation of a pair; `file` is the content of the file that it names. Throws AppError `json_invalid` (exit code
 * 2), which shows nothing of a value at `redact`.
 */
export function pairOperation(
  { op, path, source, text }: Pair,
  file: Value | undefined,
  { redact = [] }: { readonly redact?: readonly Path[] } = {},
): Operation {
  if (source === "text") return { op, path, value: text };
  if (source === "file") return { op, path, value: file ?? null };
  const outcome = parseJson(text);
  if ("value" in outcome) return { op, path, value: outcome.value };
  const problem = touches(path, redact) ? "it is not JSON" : outcome.problem.message;
  throw usageError(
    "json_invalid",
    `Reading the JSON for ${formatPath(path)} after ":=": ${problem}`,
    'Quote it for the shell, as in name:=\'["a", 1]\', or use "=" for text',
  );
}

/** Says what is wrong with the text after a path. Only what looks like a path is shown of it. */
function strayIn(rest: string): string {
  const more = /^[.[*,][^=:]*(?=[=:])/.exec(rest)?.[0];
  return more === undefined
    ? 'there is no "=" after the path'
    : `${JSON.stringify(more)} is not expected in a path`;
}

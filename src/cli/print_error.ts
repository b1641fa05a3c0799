import { AppError, toError } from "../lib/errors.ts";
import { defuseWorkflowCommand, stripControls } from "../lib/sanitize.ts";
import { renderJson, renderJsonLine } from "./render/json.ts";
import type { Style } from "./render/style.ts";

/** Lines of a failed build or container that are shown; the comment on the pull request has more. */
const LOG_LINES = 20;

/** An error for programs: `{"code", "message", "hint"}`, and `problems` where it has them. */
export function errorDocument(error: Error): Readonly<Record<string, unknown>> {
  const problems = problemsOf(error);
  return {
    code: error instanceof AppError ? error.code : "internal",
    message: plain(error.message),
    hint: hintOf(error),
    ...(problems === undefined ? {} : { problems }),
  };
}

/** The document on stdout where a command failed; `oneLine` where it stands among lines of JSON. */
export function renderErrorJson(error: Error, { oneLine }: { readonly oneLine: boolean }): string {
  const document = { error: errorDocument(error) };
  return oneLine ? renderJsonLine(document) : renderJson(document);
}

/** An error for people. The stack and what caused it are for those who asked for `--verbose`. */
export function renderError(
  error: Error,
  options: { readonly style: Style; readonly verbose: boolean; readonly inActions: boolean },
): readonly string[] {
  const { style, verbose, inActions } = options;
  const tail = error instanceof AppError ? error.logTail.slice(-LOG_LINES) : [];
  const lines = [
    ...plain(error.message).split("\n").map((line, index) =>
      index === 0 ? `${style.bad("error:")} ${line}` : line
    ),
    ...(tail.length === 0
      ? []
      : ["the last lines of its output:", ...tail.map((line) => `  ${stripControls(line)}`)]),
    `${style.warm("hint:")} ${plain(hintOf(error))}`,
    ...(verbose ? storyOf(error).map((line) => style.dim(line)) : []),
  ];
  return inActions ? lines.map(defuseWorkflowCommand) : lines;
}

function hintOf(error: Error): string {
  if (error instanceof AppError) {
    return error.hint ?? 'Run it again with --verbose to see more; "showtime doctor" looks for causes';
  }
  return "This is a mistake in Showtime: please report it with the output of --verbose";
}

/** The stack of the error and of whatever caused it. */
function storyOf(error: Error): readonly string[] {
  const lines: string[] = [];
  let current: unknown = error;
  for (let depth = 0; current !== undefined && depth < 8; depth++) {
    const each = toError(current);
    const story = (each.stack ?? `${each.name}: ${each.message}`).split("\n").map((line) =>
      stripControls(line)
    );
    lines.push(`${depth === 0 ? "" : "caused by: "}${story[0] ?? ""}`, ...story.slice(1));
    current = each.cause;
  }
  return lines;
}

/** Several lines, each without control characters. */
function plain(text: string): string {
  return text.split(/\r?\n/).map(stripControls).join("\n");
}

// By its shape: the error's class would load the configuration's packages for every command.
function problemsOf(error: Error): readonly unknown[] | undefined {
  const problems: unknown = "problems" in error ? error.problems : undefined;
  return Array.isArray(problems) ? problems : undefined;
}

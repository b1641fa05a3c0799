import { AppError, toError } from "../lib/errors.ts";
import {
  defuseWorkflowCommand,
  escapeWorkflowCommand,
  escapeWorkflowProperty,
  stripControls,
} from "../lib/sanitize.ts";
import { renderJson, renderJsonLine } from "./render/json.ts";
import type { Style } from "./render/style.ts";
import type { WrapTalk } from "./wrap_talk.ts";

const ERROR = "error:";
const HINT = "hint:";

/** The number of log lines shown of a failed build or container. The comment on the pull request has more. */
const LOG_LINES = 20;
/** The number of log lines in an annotation, which shows little more. */
const ANNOTATED_LINES = 5;

/** Returns an error for programs: `{"code", "message", "hint"}`, and `problems` if it has any. */
export function errorDocument(error: Error): Readonly<Record<string, unknown>> {
  const problems = problemsOf(error);
  return {
    code: error instanceof AppError ? error.code : "internal",
    message: plain(error.message),
    hint: hintOf(error),
    ...(problems === undefined ? {} : { problems }),
  };
}

/** Renders the document on stdout for a failed command. `oneLine` is for output with one document on each line. */
export function renderErrorJson(error: Error, { oneLine }: { readonly oneLine: boolean }): string {
  const document = { error: errorDocument(error) };
  return oneLine ? renderJsonLine(document) : renderJson(document);
}

/** Renders an error for people. `--verbose` adds the stack and the causes. */
export function renderError(
  error: Error,
  options: {
    readonly style: Style;
    readonly verbose: boolean;
    readonly inActions: boolean;
    /** Breaks long lines; undefined if stderr is no terminal. */
    readonly wrapTalk: WrapTalk | undefined;
  },
): readonly string[] {
  const { style, verbose, inActions, wrapTalk = (text) => text.split("\n") } = options;
  const tail = error instanceof AppError ? error.logTail.slice(-LOG_LINES) : [];
  const lines = [
    ...painted(ERROR, wrapTalk(`${ERROR} ${plain(error.message)}`), style.bad),
    ...(tail.length === 0
      ? []
      : ["the last lines of its output:", ...tail.map((line) => `  ${stripControls(line)}`)]),
    ...painted(HINT, wrapTalk(`${HINT} ${plain(hintOf(error))}`), style.warm),
    ...(verbose ? storyOf(error).map((line) => style.dim(line)) : []),
  ];
  return inActions ? lines.map(defuseWorkflowCommand) : lines;
}

/**
 * Renders the annotation of a failure in Actions, which a run's page and the pull request's checks show. With `about`,
 * which names what failed, it has the end of its log too.
 */
export function renderAnnotation(
  error: Error,
  { command, about, redact }: {
    readonly command: string | undefined;
    readonly about?: string | undefined;
    readonly redact: (text: string) => string;
  },
): string {
  const words = ["showtime", ...(command === undefined ? [] : [command])].join(" ");
  const title = about === undefined ? words : `${words}: ${about}`;
  const tail = about !== undefined && error instanceof AppError ? error.logTail.slice(-ANNOTATED_LINES) : [];
  // Escapes come last: a secret in escaped form would not be recognized.
  const text = redact(
    [plain(error.message), plain(hintOf(error)), ...tail.map((line) => `  ${stripControls(line)}`)].join(
      "\n",
    ),
  );
  return `::error title=${escapeWorkflowProperty(title)}::${escapeWorkflowCommand(text)}`;
}

/** Paints the heading at the start of the first line. */
function painted(
  heading: string,
  [first = "", ...rest]: readonly string[],
  paint: (text: string) => string,
): readonly string[] {
  return [first.startsWith(heading) ? paint(heading) + first.slice(heading.length) : first, ...rest];
}

function hintOf(error: Error): string {
  if (error instanceof AppError) {
    return error.hint ?? 'Run it again with --verbose to see more; "showtime doctor" looks for causes';
  }
  return "This is a bug in Showtime: please report it with the output of --verbose";
}

/** Returns the stacks of the error and of its causes. */
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

/** Removes control characters from each line. */
function plain(text: string): string {
  return text.split(/\r?\n/).map(stripControls).join("\n");
}

// The check is by shape, because the error's class would load the configuration's packages for every command.
function problemsOf(error: Error): readonly unknown[] | undefined {
  const problems: unknown = "problems" in error ? error.problems : undefined;
  return Array.isArray(problems) ? problems : undefined;
}

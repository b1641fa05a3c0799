import { AppError } from "../../../../lib/errors.ts";
import { parsePrNumber, type PrNumber } from "../../../../lib/ids.ts";
import { defuseMentions } from "../../../../lib/sanitize.ts";
import type { ContextId } from "../../context_id.ts";
import { valueAt } from "../../tree/operations.ts";
import { formatPath, type Path } from "../../tree/path.ts";
import { pythonText } from "../../tree/python_text.ts";
import type { ValueMap } from "../../tree/value.ts";
import { type OpenBlock, renderKey } from "../event_scope.ts";
import type { HandlerAction } from "../handler.ts";

/** The length that a message stays under. GitHub refuses more than 65,536 characters. */
const LONGEST = 60_000;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Makes the comment of `github-comment`. A blank message is skipped. Mentions are defused, since values may
 * come from anyone. Throws AppError `comment_invalid` (exit code 1).
 */
export function planComment(
  open: OpenBlock,
  { id }: { readonly id: ContextId },
): HandlerAction {
  const { scope, block } = open;
  const render = (key: string) => renderKey(open, key).trim();
  const message = defuseMentions(render("message"));
  if (message === "") return { kind: "skip", why: "its `message` is blank" };
  const name = block.has("name") ? render("name") : nameOf(open.at);
  if (!NAME.test(name)) {
    throw invalid(open.at, "name", "it is not a name of letters, digits, `.`, `_` and `-`");
  }
  const marker = `<!-- showtime-context:${name} -->`;
  return {
    kind: "comment",
    comment: {
      pr: pullOf(scope.tree, { id, at: open.at, written: block.has("pr") ? render("pr") : undefined }),
      marker,
      body: `${marker}\n${cut(message)}\n`,
    },
  };
}

/** Cuts a text that is too long, between characters. */
function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, "")}\n\n…`;
}

/** A named block gives its comment its name. */
function nameOf(at: Path): string {
  const last = at.at(-1);
  return at.length > 5 && typeof last === "string" ? last : "default";
}

interface PullPlace {
  readonly id: ContextId;
  readonly at: Path;
  /** The rendered `pr`. */
  readonly written: string | undefined;
}

function pullOf(tree: ValueMap, { id, at, written }: PullPlace): PrNumber {
  const pr = parsePrNumber(written ?? contextPull(tree, id) ?? "");
  if (pr !== undefined) return pr;
  throw invalid(
    at,
    "pr",
    written === undefined
      ? "the context belongs to no pull request"
      : "it is not the number of a pull request",
  );
}

/** The pull request of a context: the number in `state.pr`, or that of an ID `pr-<n>`. */
function contextPull(tree: ValueMap, id: ContextId): string | undefined {
  const value = valueAt(tree, ["state", "pr"]);
  const text = typeof value === "number" || typeof value === "string" ? pythonText(value) : "";
  return /^\d+$/.test(text) ? text : /^pr-(\d+)$/.exec(id)?.[1];
}

function invalid(at: Path, key: string, problem: string): AppError {
  const place = formatPath([...at, key]);
  return new AppError("comment_invalid", `Making the comment of ${place}: ${problem}`, {
    hint: key === "pr" ? "Give `pr`, or set state.pr" : `Correct ${place}`,
  });
}

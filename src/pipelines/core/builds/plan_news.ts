import { type Build, type BuildState, OPEN_STATES } from "./build.ts";
import type { NewsMessage, NewsOccasion, PipelineNews } from "./notification.ts";

/** A build that ended, with what its messages say about it. */
export interface NewsFacts {
  readonly build: Build;
  /** The state of the build of the same pipeline and ref that ended before it; undefined without such a build. */
  readonly previous: BuildState | undefined;
  readonly url: string | undefined;
  readonly traceUrl: string | undefined;
  readonly author: string | undefined;
  readonly authorEmail: string | undefined;
}

/** A message with its variables filled in. */
export type FilledMessage =
  | {
    readonly kind: "email";
    readonly to: readonly string[];
    readonly subject: string;
    /** Plain text. */
    readonly text: string;
    readonly html: string;
  }
  | { readonly kind: "webhook"; readonly url: string; readonly document: Readonly<Record<string, unknown>> };

/** Plans the messages about a build that has ended. A cancelled build is no news. */
export function planNews(news: PipelineNews, facts: NewsFacts): readonly FilledMessage[] {
  return occasionsOf(facts).flatMap((occasion) =>
    (news[occasion] ?? []).map((message) => fill(message, { occasion, facts }))
  );
}

function occasionsOf({ build: { state }, previous }: NewsFacts): readonly NewsOccasion[] {
  if (OPEN_STATES.includes(state) || state === "cancelled" || state === "handed_over") return [];
  if (state !== "passed") return ["onFailure"];
  return isFailure(previous) ? ["onSuccess", "onFixed"] : ["onSuccess"];
}

function isFailure(state: BuildState | undefined): boolean {
  return state === "failed" || state === "timed_out" || state === "lost";
}

/** The variables that messages may use, by name. */
export function newsVariables(facts: NewsFacts): Readonly<Record<string, string>> {
  const { build } = facts;
  return {
    PIPELINE_NAME: build.pipeline,
    TRACEID: build.traceId,
    TRACEURL: facts.traceUrl ?? "",
    URL: facts.url ?? "",
    STATUS: build.state,
    REASON: build.reason ?? "",
    REF: build.ref ?? "",
    SHA: build.sha ?? "",
    AUTHOR: facts.author ?? "",
    AUTHOR_EMAIL: facts.authorEmail ?? "",
  };
}

function fill(
  message: NewsMessage,
  { occasion, facts }: { readonly occasion: NewsOccasion; readonly facts: NewsFacts },
): FilledMessage {
  const variables = newsVariables(facts);
  if (message.kind === "webhook") {
    const { build } = facts;
    return {
      kind: "webhook",
      url: message.url,
      document: {
        occasion,
        pipeline: build.pipeline,
        build: build.id,
        state: build.state,
        reason: build.reason ?? null,
        ref: build.ref ?? null,
        sha: build.sha ?? null,
        trace_id: build.traceId,
        url: facts.url ?? null,
      },
    };
  }
  // A line break would begin another header.
  const inHeader = (text: string) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return {
    kind: "email",
    to: message.to.map((each) => inHeader(replace(each, variables))).filter((each) => each.includes("@")),
    subject: inHeader(replace(message.subject, variables)),
    text: replace(message.body, variables),
    html: replace(
      message.body,
      Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, escapeHtml(value)])),
    ),
  };
}

/** Replaces `$NAME` and `${NAME}`. Unknown names stay. */
function replace(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:\{([A-Z_]+)\}|([A-Z_]+))/g,
    (whole, braced, plain) => variables[braced ?? plain] ?? whole,
  );
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (found) => entities[found] ?? found);
}

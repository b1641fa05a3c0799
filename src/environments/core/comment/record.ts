/**
 * The record that the comment keeps between runs, hidden in it as `<!-- showtime:data … -->`. Its loss does
 * no harm, because labels and platform have the state; the record only avoids repetition.
 */

import { readRecordedSleep, type RecordedSleep } from "../sleep/mod.ts";
import { type FailureReason, failureReason } from "../environment/failure.ts";
import type { EngineIdentity } from "../environment/environment.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import { type FullSha, parseFullSha, parseShortSha, type ShortSha, shortSha } from "../../../lib/ids.ts";

/** An event in the comment's list. `at`: milliseconds since 1970. */
export interface CommentEvent {
  readonly at: number;
  /** A sentence that is already safe in Markdown. */
  readonly text: string;
  /** No label or deployment records the event, so the history takes it from here. */
  readonly unlabeled?: true;
}

/**
 * The reason why a commit did not come up, for `status`. The text is raw: the code that shows it makes it
 * safe.
 */
export interface RememberedFailure {
  readonly sha: ShortSha;
  readonly reason: FailureReason;
  readonly message: string;
  readonly hint: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The record that is hidden in the comment. */
export interface CommentRecord {
  /** Attempts to bring a commit up, by its first 7 digits. */
  readonly attempts: Readonly<Record<string, number>>;
  /** Full hashes, by their first 7 digits, of commits that were brought up and not removed since. */
  readonly shas?: Readonly<Record<string, FullSha>>;
  /** The head commit, and since when runs have seen it there without another, in milliseconds since 1970. */
  readonly head?: { readonly sha: FullSha; readonly since: number };
  readonly size: string | undefined;
  readonly notice: string | undefined;
  /** The environments that the comment shows, by `describeShown()`. Records of older versions lack it. */
  readonly shown?: string;
  /** The newest failure. A later attempt or a removal clears it. */
  readonly failure?: RememberedFailure | undefined;
  /** The newest failed update of an environment that serves on. Its next success or removal clears it. */
  readonly update?: FailedUpdate | undefined;
  /** The newest push of content into an environment. */
  readonly content?: RecordedContent | undefined;
  /** The environment that was put to sleep. Its wake or removal clears it. */
  readonly sleep?: RecordedSleep | undefined;
  /** The times since which environments do not answer, in milliseconds since 1970. */
  readonly silent?: Readonly<Record<ShortSha, number>>;
  /** The engine on which an environment was last brought up, if the platform is an engine of one machine. */
  readonly engine?: EngineIdentity | undefined;
  /** Oldest first, at most {@link EVENT_LIMIT}. */
  readonly events: readonly CommentEvent[];
}

/** The failed update in place of an environment that serves on. */
export interface FailedUpdate {
  readonly sha: ShortSha;
  /** The settings that it was to get, in a form that can be compared. */
  readonly settings: string;
  /** How often the update to these settings failed. */
  readonly failures: number;
}

/** A push of content into an environment. The text is raw: the code that shows it makes it safe. */
export interface RecordedContent {
  readonly sha: ShortSha;
  /** `host:port` of the environment at that time. A new container has another one. */
  readonly address: string;
  /** The key of the settings that were in force. */
  readonly key: string;
  readonly failed: boolean;
  readonly text: string;
}

/** The number of events that a comment keeps. */
export const EVENT_LIMIT = 10;

/** The record of a comment that does not exist yet. */
export const EMPTY_RECORD: CommentRecord = { attempts: {}, size: undefined, notice: undefined, events: [] };

/** The maximum length of a failure's sentences. Longer ones are cut. */
const SENTENCE_LIMIT = 300;

/** The maximum length of settings in the record. Longer ones are never equal to others. */
const SETTINGS_LIMIT = 4000;

const DATA = /<!-- showtime:data ([A-Za-z0-9+/=]{0,40000}) -->/;

/** Formats a record as the comment hides it. */
export function formatRecord(record: CommentRecord): string {
  const { failure, content } = record;
  const short = {
    ...(failure === undefined ? {} : {
      failure: { ...failure, message: cut(failure.message), hint: failure.hint && cut(failure.hint) },
    }),
    ...(content === undefined ? {} : { content: { ...content, text: cut(content.text) } }),
  };
  const bytes = new TextEncoder().encode(JSON.stringify({ v: 1, ...record, ...short }));
  return `<!-- showtime:data ${btoa(String.fromCharCode(...bytes))} -->`;
}

/**
 * Parses the record in a comment's body. Returns an empty record if the body has no record or if it cannot be read.
 */
export function parseRecord(body: string): CommentRecord {
  const text = DATA.exec(body)?.[1];
  if (text === undefined) return EMPTY_RECORD;
  try {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    return readRecord(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return EMPTY_RECORD;
  }
}

/** Whether a value is a time that a date can express. An entry with any other value is not an event. */
function isInstant(at: unknown): boolean {
  return Number.isInteger(at) && !Number.isNaN(new Date(Number(at)).getTime()) && Number(at) >= 0 &&
    Number(at) < Date.UTC(10_000, 0);
}

function readRecord(data: unknown): CommentRecord {
  if (typeof data !== "object" || data === null) return EMPTY_RECORD;
  const {
    attempts,
    shas,
    head,
    size,
    notice,
    shown,
    failure,
    silent,
    update,
    content,
    sleep,
    engine,
    events,
  } = data as Record<string, unknown>;
  const counts: Record<ShortSha, number> = {};
  if (typeof attempts === "object" && attempts !== null) {
    for (const [key, value] of Object.entries(attempts)) {
      const sha = parseShortSha(key);
      if (sha !== undefined && typeof value === "number" && value >= 0 && value < 1000) {
        counts[sha] = Math.floor(value);
      }
    }
  }
  const whole: Record<ShortSha, FullSha> = {};
  for (const value of typeof shas === "object" && shas !== null ? Object.values(shas) : []) {
    const sha = typeof value === "string" ? parseFullSha(value) : undefined;
    if (sha !== undefined) whole[shortSha(sha)] = sha;
  }
  const seen = readHead(head);
  const failed = readFailure(failure);
  const updated = readUpdate(update);
  const pushed = readContent(content);
  const on = readEngine(engine);
  const slept = readRecordedSleep(sleep);
  const quiet: Record<ShortSha, number> = {};
  for (const [key, at] of typeof silent === "object" && silent !== null ? Object.entries(silent) : []) {
    const sha = parseShortSha(key);
    if (sha !== undefined && isInstant(at)) quiet[sha] = Number(at);
  }
  const list = Array.isArray(events) ? events : [];
  return {
    attempts: counts,
    ...(Object.keys(whole).length === 0 ? {} : { shas: whole }),
    ...(seen === undefined ? {} : { head: seen }),
    size: typeof size === "string" && /^[\w-]{1,40}$/.test(size) ? size : undefined,
    notice: typeof notice === "string" ? notice.slice(0, 200) : undefined,
    ...(typeof shown === "string" ? { shown: shown.slice(0, 2000) } : {}),
    ...(failed === undefined ? {} : { failure: failed }),
    ...(updated === undefined ? {} : { update: updated }),
    ...(pushed === undefined ? {} : { content: pushed }),
    ...(on === undefined ? {} : { engine: on }),
    ...(slept === undefined ? {} : { sleep: slept }),
    ...(Object.keys(quiet).length === 0 ? {} : { silent: quiet }),
    events: list.filter((each): each is CommentEvent =>
      typeof each === "object" && each !== null && isInstant(each.at) && typeof each.text === "string"
    ).map(({ at, text, unlabeled }) => ({
      at,
      text: text.slice(0, 500),
      ...(unlabeled === true ? { unlabeled } : {}),
    })).slice(-EVENT_LIMIT),
  };
}

function readHead(data: unknown): CommentRecord["head"] {
  if (typeof data !== "object" || data === null) return undefined;
  const { sha, since } = data as Record<string, unknown>;
  const full = typeof sha === "string" ? parseFullSha(sha) : undefined;
  return full === undefined || !isInstant(since) ? undefined : { sha: full, since: Number(since) };
}

function readFailure(data: unknown): RememberedFailure | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { sha, reason, message, hint, at } = data as Record<string, unknown>;
  const short = typeof sha === "string" ? parseShortSha(sha) : undefined;
  if (short === undefined || typeof reason !== "string" || typeof message !== "string" || !isInstant(at)) {
    return undefined;
  }
  return {
    sha: short,
    reason: failureReason(reason),
    message: cut(message),
    hint: typeof hint === "string" ? cut(hint) : undefined,
    at: Number(at),
  };
}

function readUpdate(data: unknown): FailedUpdate | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { sha, settings, failures } = data as Record<string, unknown>;
  const short = typeof sha === "string" ? parseShortSha(sha) : undefined;
  if (short === undefined || typeof settings !== "string" || typeof failures !== "number") return undefined;
  return { sha: short, settings: settings.slice(0, SETTINGS_LIMIT), failures: Math.min(failures, 1000) };
}

function readContent(data: unknown): RecordedContent | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { sha, address, key, failed, text } = data as Record<string, unknown>;
  const short = typeof sha === "string" ? parseShortSha(sha) : undefined;
  if (short === undefined || typeof address !== "string" || typeof key !== "string") return undefined;
  return {
    sha: short,
    address: address.slice(0, SENTENCE_LIMIT),
    key: key.slice(0, SENTENCE_LIMIT),
    failed: failed === true,
    text: typeof text === "string" ? cut(text) : "",
  };
}

function readEngine(data: unknown): EngineIdentity | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { id, name } = data as Record<string, unknown>;
  if (typeof id !== "string" || id === "" || typeof name !== "string") return undefined;
  return { id: id.slice(0, SENTENCE_LIMIT), name: stripControls(name).slice(0, SENTENCE_LIMIT) };
}

function cut(text: string): string {
  return text.length <= SENTENCE_LIMIT ? text : `${text.slice(0, SENTENCE_LIMIT - 1)}…`;
}

import { type EnvironmentView, timeLeft } from "../../environments/app/show/environment_view.ts";
import type { FailureView } from "../../environments/app/show/failure_view.ts";
import { formatUrl } from "../../environments/core/environment/names.ts";
import { shownHost } from "../../environments/core/environment/stable_url.ts";
import { FAILURE_WORDS, failureReason } from "../../environments/core/environment/failure.ts";
import { statusWord, statusWords } from "../../environments/core/environment/status_words.ts";
import { formatAge, formatAgo, parseDuration, UNIT_MS } from "../../lib/duration.ts";
import { costWords, formatCost } from "../../environments/app/show/cost_words.ts";
import { formatInstant } from "../../lib/instant.ts";
import { stripControls } from "../../lib/sanitize.ts";
import type { Style } from "./style.ts";
import { type Cell, type Column, renderTable } from "./table.ts";
import { wrapFact, wrapText } from "./wrap_text.ts";

/** The options for showing environments. */
export interface EnvironmentStyle {
  readonly style: Style;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The reasons of failed environments, if they were read. */
  readonly failures?: readonly FailureView[];
  /** Whether a run works on the pull request, if that is known. */
  readonly worked?: boolean;
  /** Whether only labels describe the environments, because the platform did not answer. */
  readonly unverified?: boolean;
  /** Sentences about the active environment: `1 commit behind abc123f`. */
  readonly notes?: readonly string[];
}

/** The statuses of an environment that a run works on. */
const IN_PROGRESS: readonly string[] = ["building", "built", "deploying", "updating", "stopping"];

/** The title of a column that is there only if cost is shown. */
const COST = "COST";

const COLUMNS: readonly Column[] = [
  { title: "PR" },
  { title: "STATUS" },
  { title: "TYPE" },
  { title: "COMMIT" },
  // An address is never cut, because half of one is useless.
  { title: "ADDRESS" },
  { title: "AGE" },
  { title: "LEFT" },
  { title: "BY", shrinks: true },
];
/** The address of the commit itself, beside one that stays. */
const OWN: Column = { title: "OWN ADDRESS" };
const NOTE: Column = { title: "NOTE", wraps: true };
const WIDE_COLUMNS: readonly Column[] = [
  ...COLUMNS,
  { title: "TTL" },
  { title: "SIZE" },
  { title: COST },
  { title: "PLATFORM" },
  { title: "SERVICE" },
  { title: "IMAGE" },
  { title: "FLAGS" },
];

/** Renders one row for each environment, with a heading. `wide` shows everything in full on any terminal. */
export function renderEnvironmentTable(
  environments: readonly EnvironmentView[],
  options: Pick<EnvironmentStyle, "style" | "now"> & {
    readonly wide: boolean;
    /** Whether only labels describe the environments. */
    readonly unverified?: boolean;
    /** Notes by environment. Without any there is no column for them. */
    readonly notes?: ReadonlyMap<EnvironmentView, string>;
  },
): readonly string[] {
  const { style, now, wide, unverified } = options;
  const noteOf = (view: EnvironmentView) => options.notes?.get(view) ?? "";
  const stays = environments.some((view) => ownUrl(view) !== undefined);
  const priced = environments.some(({ cost }) => cost !== undefined);
  const noted = environments.some((view) => noteOf(view) !== "");
  const rows = environments.map((view): readonly Cell[] => [
    { text: `#${view.pr}`, url: view.links["pull_request"] },
    {
      text: `${signOf(view)} ${statusWord(view.status)}${unverified === true ? " (unverified)" : ""}`,
      paint: painter(view, style),
    },
    { text: view.type },
    { text: view.short_sha ?? "-", url: view.links["commit"] },
    isLost(view) ? { text: "-" } : { text: addressToOpen(view) ?? "-", url: view.url ?? undefined },
    { text: ageOf(view, now) ?? "-" },
    { text: describeLeft(view, now) },
    { text: view.requested_by ?? "-" },
    ...(wide ? wideCells(view, { priced }) : []),
    ...(wide && stays ? [ownCell(view)] : []),
    ...(noted ? [{ text: noteOf(view) }] : []),
  ]);
  const wideColumns = WIDE_COLUMNS.filter(({ title }) => priced || title !== COST);
  const columns = [
    ...(wide ? wideColumns : COLUMNS),
    ...(wide && stays ? [OWN] : []),
    ...(noted ? [NOTE] : []),
  ];
  return renderTable(columns, rows, { style: wide ? { ...style, columns: undefined } : style });
}

function wideCells(
  view: EnvironmentView,
  { priced }: { readonly priced: boolean },
): readonly Cell[] {
  const texts = [
    readableTtl(view.ttl),
    view.size,
    ...(priced ? [formatCost(view)] : []),
    view.platform,
    view.service,
    view.image,
    flagsOf(view),
  ];
  return texts.map((text) => ({ text: text === null || text === "" ? "-" : text }));
}

/** Renders one environment as a block of lines: a heading, then a line for each known fact. */
export function renderEnvironment(view: EnvironmentView, options: EnvironmentStyle): readonly string[] {
  const { style, now } = options;
  const paint = painter(view, style);
  const commit = style.link(style.bold(view.short_sha ?? "no commit"), view.links["commit"]);
  const type = view.type === "active" ? "" : ` (${view.type})`;
  const links = Object.entries(view.links).filter(([title]) =>
    title !== "pull_request" && title !== "commit"
  );
  const failure = options.failures?.find(({ short_sha }) => short_sha === view.short_sha);
  const gone = (view.status === "failed" || view.status === "drifted") && view.image === null;
  const facts: readonly (readonly [string, string | null])[] = [
    ["wakes by", view.status === "asleep" ? `"showtime wake ${view.pr}"` : null],
    ["address", view.url === null || gone ? null : style.link(clean(view.url), view.url)],
    ["own address", gone ? null : describeOwn(view, style)],
    [
      "created",
      view.created_at === null
        ? null
        : `${instant(view.created_at)} (${formatAgo(now - Date.parse(view.created_at))})`,
    ],
    ["expires", view.expires_at === null ? null : `${instant(view.expires_at)} (${leftWords(view, now)})`],
    ["ttl", view.ttl === "close" ? "close: until the pull request closes" : readableTtl(view.ttl)],
    ["requested by", view.requested_by === null ? null : clean(view.requested_by)],
    ["platform", view.service === null || gone ? view.platform : `${view.platform}, ${view.service}`],
    ["image", view.image === null ? null : clean(view.image)],
    ["size", view.size === null ? null : clean(view.size)],
    ["flags", clean(flagsOf(view)) || null],
    ["cost", costWords(view)],
    ...links.map(([title, url]): readonly [string, string] => [title, style.link(clean(url), url)]),
  ];
  const word = view.status === "drifted"
    ? statusWords(view.status).replace(/^is /, "")
    : statusWord(view.status);
  const failed = failure !== undefined && view.status !== "failed" ? "; the last update failed" : "";
  const doubt = options.unverified === true ? " (unverified)" : "";
  return [
    `${signOf(view)} ${commit} ${paint(word)}${failed}${doubt}${type}${
      view.active ? ", people are sent here" : ""
    }`,
    ...(view.active ? options.notes ?? [] : []).flatMap((note) =>
      wrapText(`   ${clean(note)}`, { columns: style.columns, indent: 5 })
    ),
    ...(options.worked === false && IN_PROGRESS.includes(view.status)
      ? [`   no run works on it: "showtime sync ${view.pr}" continues`]
      : []),
    ...(failure === undefined ? [] : describeFailure(failure, options)),
    ...facts.flatMap(([name, value]) => value === null ? [] : [`   ${style.dim(name.padEnd(14))}${value}`]),
  ];
}

/** Returns the URL of the environment's own address if people are sent to another one that stays. */
function ownUrl({ address, url }: EnvironmentView): string | undefined {
  if (address === null || url === null) return undefined;
  const own = formatUrl(address);
  return own === url ? undefined : own;
}

function addressToOpen(view: EnvironmentView): string | null {
  const stays = view.address === null || ownUrl(view) !== undefined;
  return view.url !== null && stays ? clean(shownHost(view.url)) : view.address;
}

function ownCell(view: EnvironmentView): Cell {
  return view.address === null
    ? { text: "-" }
    : { text: view.address, url: ownUrl(view) ?? view.url ?? undefined };
}

/** Describes the address of the commit itself, below one that stays. */
function describeOwn(view: EnvironmentView, style: Style): string | null {
  const own = ownUrl(view);
  if (own === undefined) return null;
  const since = view.created_at === null ? "" : ` since ${instant(view.created_at)}`;
  return `${style.link(clean(own), own)} (${view.short_sha ?? "no commit"}${since})`;
}

/** Whether the platform has nothing at the address that the labels give. */
function isLost({ status, image }: EnvironmentView): boolean {
  return status === "drifted" && image === null;
}

function describeFailure(
  { code, message, hint, at }: FailureView,
  { style, now }: EnvironmentStyle,
): readonly string[] {
  const facts: readonly (readonly [string, string | null])[] = [
    [
      "why",
      code === null || message === null
        ? "not on record; see the output of the run that failed"
        : clean(`${FAILURE_WORDS[failureReason(code)]} (${code}): ${message}`),
    ],
    ["failed at", at === null ? null : `${instant(at)} (${formatAgo(now - Date.parse(at))})`],
    ["hint", hint === null ? null : clean(hint)],
  ];
  return facts.flatMap(([name, value]) =>
    value === null ? [] : wrapFact({ name, value }, { style, indent: 3, width: 14 })
  );
}

function clean(text: string): string {
  return stripControls(text);
}

function instant(text: string): string {
  return formatInstant(Date.parse(text));
}

/** Returns the sign of a status, for output without colour. */
function signOf(view: EnvironmentView): string {
  if (view.status === "running") return view.active ? "🎯" : "✅";
  if (view.status === "failed" || view.status === "drifted") return "❌";
  if (view.status === "asleep") return "💤";
  if (view.status === "stopping") return "🛑";
  return view.type === "building" ? "🏗️" : "❔";
}

function painter(view: EnvironmentView, style: Style): (text: string) => string {
  if (view.status === "running") return style.good;
  return view.status === "failed" || view.status === "drifted" ? style.bad : style.warm;
}

function ageOf(view: EnvironmentView, now: number): string | undefined {
  return view.created_at === null ? undefined : formatAge(now - Date.parse(view.created_at));
}

/** Describes the time left, for a table: `45h`, `expired`, `close`, `-`. */
export function describeLeft(view: EnvironmentView, now: number): string {
  const left = timeLeft(view, now);
  if (left === undefined) return view.ttl === "close" ? "close" : "-";
  return left <= 0 ? "expired" : formatAge(left);
}

function leftWords(view: EnvironmentView, now: number): string {
  const left = timeLeft(view, now) ?? 0;
  return left <= 0 ? "expired" : `${formatAge(left)} left`;
}

/** The most hours that are still easy to read. */
const READABLE_HOURS = 99;

/** Formats a time to live, which counts from the creation. Many hours are shown as days and hours. */
function readableTtl(ttl: string | null): string | null {
  const ms = ttl === null || !/[mh]$/.test(ttl) ? 0 : parseDuration(ttl) ?? 0;
  return ms > READABLE_HOURS * UNIT_MS.h ? formatAge(ms) : ttl;
}

function flagsOf(view: EnvironmentView): string {
  return Object.entries(view.flags).map(([name, on]) => `${name}=${on ? "on" : "off"}`).join(" ");
}

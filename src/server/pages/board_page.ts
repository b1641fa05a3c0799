import { html } from "hono/html";
import { statusWord } from "../../environments/core/environment/status_words.ts";
import { type EnvironmentView, timeLeft } from "../../environments/app/show/environment_view.ts";
import { costWords, formatCost } from "../../environments/app/show/cost_words.ts";
import type { Ttl } from "../../environments/core/labels/label.ts";
import { formatAge } from "../../lib/duration.ts";
import type { PrNumber } from "../../lib/ids.ts";
import { commit, type Html, link, plain, state, toneOf } from "./elements.ts";

/** A pull request of one of the repositories on the board. */
export interface BoardPull {
  /** `owner/name`. */
  readonly repository: string;
  readonly pr: PrNumber;
}

/** An environment on the board. */
export interface BoardEnvironment {
  /** `owner/name`. */
  readonly repository: string;
  readonly view: EnvironmentView;
  /** A note for people: `frozen, 1 commit behind`. Empty if there is nothing to note. */
  readonly note: string;
}

/** The environments at one time, with sentences about everything that could not be read. */
export interface BoardListing {
  readonly environments: readonly BoardEnvironment[];
  readonly incomplete: readonly string[];
  /** Sentences about what all environments cost; empty if no prices are configured. */
  readonly totals: readonly string[];
  /** Milliseconds since 1970, by the clock that environments expire by. */
  readonly now: number;
}

/** The environments of some repositories, and the changes that the reader of the page may make. */
export interface BoardSource {
  /** As `owner/name`. */
  readonly repositories: readonly string[];
  /** Sentences about what is real here. */
  readonly setting: readonly string[];
  list(signal: AbortSignal): Promise<BoardListing>;
  /** Stops the environments of a pull request. Undefined if the reader of the page may not. Throws AppError. */
  readonly stop: ((pull: BoardPull) => Promise<void>) | undefined;
  /** Lets the active environment live that long from now. Undefined if the reader may not. Throws AppError. */
  readonly extend: ((pull: BoardPull, ttl: Ttl) => Promise<void>) | undefined;
}

/** The costs that an estimate leaves out. */
const NOT_IN_IT = "Logs, images and data transfer are not in it.";

/** The times that the board offers for an extension. */
const TTLS = ["24h", "48h", "7d", "close"] as const;

/** Renders the board of environments. */
export function renderBoard(source: BoardSource, listing: BoardListing): Html {
  const { environments, incomplete } = listing;
  const priced = environments.some(({ view }) => view.cost !== undefined);
  const acts = source.stop !== undefined || source.extend !== undefined;
  const [only, ...others] = source.repositories;
  return html`<h1>Environments${only === undefined || others.length > 0 ? "" : ` of ${plain(only)}`}</h1>
${source.setting.map((sentence) => html`<p class="note">${plain(sentence)}</p>`)}
<div id="board" data-live>
${incomplete.map((sentence) => html`<p class="note">${plain(sentence)}</p>`)}
${
    environments.length === 0 ? html`<p>No environment is running.</p>` : html`
      <div class="scroll" role="region" aria-label="Environments" tabindex="0">
        <table>
          <thead>
            <tr><th scope="col">Pull request</th><th scope="col">State</th><th scope="col">Address</th>
      <th scope="col">Commit</th><th scope="col">Age</th><th scope="col">Time left</th>${priced
        ? html`<th scope="col">Cost</th>`
        : ""}<th scope="col">Who</th>${acts ? html`<th scope="col">Change</th>` : ""}</tr>
          </thead>
          <tbody>${environments.map((each) => row(each, { source, priced, now: listing.now }))}</tbody>
        </table>
      </div>
    `
  }${listing.totals.map((total) => html`<p class="note">${plain(`${total}. ${NOT_IN_IT}`)}</p>`)}
</div>`;
}

function row(
  environment: BoardEnvironment,
  { source, priced, now }: { readonly source: BoardSource; readonly priced: boolean; readonly now: number },
): Html {
  const { view, note } = environment;
  const { status, url, short_sha, created_at, requested_by } = view;
  return html`<tr>
<th scope="row">${link(view.links["pull_request"] ?? "", pullName(environment, source))}</th>
<td>${state(statusWord(status), toneOf(status))}${view.active ? " active" : ""}${
    note === "" ? "" : html`<br><small>${plain(note)}</small>`
  }</td>
<td>${url === null ? "none" : link(url, url)}</td>
<td>${short_sha === null ? "unknown" : commit(short_sha)}</td>
<td>${created_at === null ? "unknown" : formatAge(now - Date.parse(created_at))}</td>
<td>${leftWords(view, now)}</td>${
    priced ? html`<td title="${costWords(view) ?? ""}">${costCell(view)}</td>` : ""
  }
<td>${requested_by === null ? "unknown" : plain(requested_by)}</td>
${
    source.stop === undefined && source.extend === undefined
      ? ""
      : html`<td>${changes(environment, source)}</td>`
  }
</tr>`;
}

/** Returns what an environment has cost so far, as an estimate. */
function costCell(view: EnvironmentView): string {
  if (view.cost === undefined) return "none";
  return view.cost.so_far === null ? "unknown" : `about ${formatCost(view).slice(1)}`;
}

/** Names a pull request as briefly as the board allows. */
function pullName({ repository, view: { pr } }: BoardEnvironment, { repositories }: BoardSource): string {
  return repositories.length > 1 ? `${repository}#${pr}` : `#${pr}`;
}

function leftWords(view: EnvironmentView, now: number): string {
  const left = timeLeft(view, now);
  if (left === undefined) return view.ttl === "close" ? "until it closes" : "unknown";
  return left <= 0 ? "expired" : formatAge(left);
}

/** Renders the forms of a row. Extending is about the active environment of a pull request. */
function changes(environment: BoardEnvironment, source: BoardSource): Html {
  const { repository, view: { pr, active, service } } = environment;
  const path = `/environments/${repository}/${pr}`;
  const id = `${repository.replaceAll("/", "-")}-${pr}-${service ?? ""}`;
  const name = plain(pullName(environment, source));
  return html`${
    source.stop === undefined ? "" : html`<form method="post" action="${path}/stop"><button id="stop-${id}"
 aria-label="Stop the environments of ${name}">Stop</button></form>`
  }${
    source.extend === undefined || !active ? "" : html`<form method="post" action="${path}/extend">
<label>Keep <span class="hidden">that of ${name}, from now, </span><select name="ttl" id="ttl-${id}">${
      TTLS.map((ttl) =>
        html`<option value="${ttl}">${ttl === "close" ? "until it closes" : `for ${ttl}`}</option>`
      )
    }</select></label> <button id="extend-${id}" aria-label="Extend the environment of ${name}">Extend</button></form>`
  }`;
}

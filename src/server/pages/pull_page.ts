import { html, raw } from "hono/html";
import { formatUrl } from "../../environments/core/environment/names.ts";
import { statusWord } from "../../environments/core/environment/status_words.ts";
import { readLabels } from "../../environments/core/labels/mod.ts";
import { commit, type Html, link, plain, state, time, toneOf } from "./elements.ts";
import { goneLabel, label, LABELS_OF_PEOPLE } from "./label_colors.ts";
import type { RenderMarkdown } from "./markdown.ts";
import type { Checks, PullHappening, PullModel, PullSource } from "./pull_model.ts";

/** How many groups of the timeline's entries a page shows. */
const EVENTS = 30;

/** Renders the list of pull requests. */
export function renderPullList({ repo, list }: Pick<PullSource, "repo" | "list">): Html {
  return html`<h1>Pull requests of ${repo}</h1>
<ul class="pulls" id="pulls" data-live>${
    list().map((pull) =>
      html`<li>${state(pull.state, toneOf(pull.state))}
<a href="/${pull.repo}/pull/${pull.number}">${plain(pull.title)}</a> #${pull.number} by ${pull.author}
${pull.labels.map(label)}</li>`
    )
  }</ul>`;
}

/** Renders the page of a pull request. */
export function renderPull(
  pull: PullModel,
  { source, markdown }: { readonly source: PullSource; readonly markdown: RenderMarkdown },
): Html {
  const many = pull.commits.length === 1 ? "1 commit" : `${pull.commits.length} commits`;
  const checks = source.checks(pull.number);
  return html`
    <p class="crumb">${pull.repo}</p>
    <div id="head" data-live>
      <h1>${plain(pull.title)} <span class="number">#${pull.number}</span></h1>
      <p>${state(pull.draft && pull.state === "open" ? "draft" : pull.state, toneOf(pull.state))}
    <b>${pull.author}</b> wants to merge ${many} into <code>${plain(pull.base)}</code> from <code>${plain(
      pull.head,
    )}</code></p>
    </div>
    <div class="columns">
      <aside aria-label="State">
        <section aria-labelledby="labels-title">
          <h2 id="labels-title">Labels</h2>
          <ul class="labels" id="labels" data-live>${labels(pull, source)}</ul>
        </section>
        <section aria-labelledby="environments-title">
          <h2 id="environments-title">Environments</h2>
          <ul id="environments" role="list" aria-live="polite" data-live>${environments(pull)}</ul>
        </section>
        <section aria-labelledby="deployments-title">
          <h2 id="deployments-title">Deployments</h2>
          <ul id="deployments" data-live>${deployments(pull)}</ul>
        </section>
        <section aria-labelledby="commits-title">
          <h2 id="commits-title">Commits</h2>
          <ol id="commits" reversed data-live>${pull.commits.toReversed().map((sha) =>
            html`<li id="commit-${sha}">${commit(sha)}</li>`
          )}</ol>
        </section>
      </aside>
      <div>
    ${source.setting.map((sentence) => html`<p class="note">${plain(sentence)}</p>`)}
    ${source.people.length === 0 ? "" : controls(pull, source)}
    <section aria-labelledby="checks-title" id="checks" data-live>${checks === undefined
      ? ""
      : automation(checks)}</section>
    <section aria-labelledby="talk-title"><h2 id="talk-title">Conversation</h2>
    <div id="talk" data-live>
    ${pull.body === "" ? "" : html`
      <article class="comment">
        <h3>${pull.author}</h3>
        <div class="text">${raw(markdown(pull.body))}</div>
      </article>
    `}
    ${pull.comments.map(({ author, body, at }) =>
      html`
        <article class="comment">
          <h3>${author} <small>${time(at)}</small></h3>
          <div class="text">${raw(markdown(body))}</div>
        </article>
      `
    )}
    </div></section>
    <section aria-labelledby="events-title"><h2 id="events-title">Activity</h2>
    <ol class="events" id="events" data-live>${groupEvents(pull.events).slice(0, EVENTS).map((group) =>
      activity(group, pull)
    )}</ol>
    </section>
      </div>
    </div>
  `;
}

function labels(pull: PullModel, { people }: PullSource): Html | readonly Html[] {
  if (pull.labels.length === 0) return html`<li>None yet</li>`;
  return pull.labels.map((each) =>
    html`<li>${label(each)}${
      people.length === 0 ? "" : html`
        <button class="small" form="play" name="remove" value="${each.name}"
          aria-label="Remove the label ${plain(each.name)}" id="remove-${each.name.replaceAll(
            /\s/g,
            "_",
          )}">×</button>
      `
    }</li>`
  );
}

function environments({ labels: shown }: PullModel): Html | readonly Html[] {
  const { environments: found, active } = readLabels(shown.map(({ name }) => name));
  const all = [...found.values()].filter(({ status }) => status !== undefined);
  if (all.length === 0) return html`<li>None</li>`;
  return all.map(({ sha, status, address }) => {
    const url = address === undefined ? undefined : formatUrl(address);
    return html`<li>${state(statusWord(String(status)), toneOf(String(status)))} ${commit(sha)}${
      active.includes(sha) ? " active" : ""
    }${
      url === undefined ? "" : html`
        ${link(url, url)}
      `
    }</li>`;
  });
}

function deployments(pull: PullModel): Html | readonly Html[] {
  if (pull.deployments.length === 0) return html`<li>None</li>`;
  return pull.deployments.toReversed().map(({ sha, state: is, url, description }) =>
    html`<li>${state(is.replace("_", " "), toneOf(is))} ${commit(sha)}${
      url === "" ? "" : html`
        ${link(url, "View deployment")}
      `
    }${description === "" ? "" : html`<br><small>${plain(description)}</small>`}</li>`
  );
}

function automation({ busy, lines }: Checks): Html {
  return html`<h2 id="checks-title">Checks</h2>
<p><code>showtime sync</code> ${
    busy ? state("in progress", "busy") : state("waits for an event", "quiet")
  }</p>
${
    lines.length === 0
      ? ""
      : html`<ol class="log">${lines.map((line) => html`<li>${plain(line)}</li>`)}</ol>`
  }`;
}

function controls(pull: PullModel, { people }: PullSource): Html {
  const [start = "", stop = "", sync = "", sleep = "", freeze = ""] = LABELS_OF_PEOPLE;
  const add = (name: string, text: string) =>
    html`<button name="add" value="${name}" id="do-${text.toLowerCase()}">${text}</button>`;
  return html`
    <form method="post" id="play" class="play" aria-labelledby="play-title">
      <h2 id="play-title">Play a person</h2>
      <p><label for="actor">Act as</label> <select name="actor" id="actor">${people.map(({ login, role }) =>
        html`<option value="${login}">${login} (${role})</option>`
      )}</select>
        <label for="label">Label</label> <input name="label" id="label" list="known" maxlength="50" autocomplete="off">
        <button name="act" value="label" id="do-label">Add label</button></p>
      <datalist id="known">${LABELS_OF_PEOPLE.map((name) =>
        html`<option value="${name}"></option>`
      )}</datalist>
      <p class="row"><button class="primary" name="add" value="${start}" id="do-start">Start</button>
        <button name="act" value="push" id="do-push">Push a commit</button>
        ${add(freeze, "Freeze")}${add(sync, "Sync")}${add(sleep, "Sleep")}${add(stop, "Stop")}
        <button name="hours" value="3" id="do-pass">Let three hours pass</button>
        <button name="hours" value="48" id="do-pass-48">Let two days pass</button>
    <span id="state-button" data-live>${pull.state === "open"
      ? html`<button name="state" value="closed" id="do-state">Close pull request</button>`
      : html`<button name="state" value="open" id="do-state">Reopen pull request</button>`}</span></p>
    </form>
  `;
}

const WORDS = {
  labeled: "added",
  unlabeled: "removed",
  commit: "pushed",
  force_push: "force-pushed",
  closed: "closed this",
  reopened: "reopened this",
} as const;

/** Puts changes of labels that one account made one after the other together, as GitHub does. Newest first. */
function groupEvents(events: readonly PullHappening[]): readonly (readonly PullHappening[])[] {
  const groups: PullHappening[][] = [];
  const isLabel = ({ kind }: PullHappening) => kind === "labeled" || kind === "unlabeled";
  for (const event of events) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    const joins = before !== undefined && before.actor === event.actor && isLabel(before) && isLabel(event);
    if (joins) last?.push(event);
    else groups.push([event]);
  }
  return groups.toReversed();
}

function activity(group: readonly PullHappening[], pull: PullModel): Html {
  const labelOf = (name: string) => label(pull.labels.find((each) => each.name === name) ?? goneLabel(name));
  const what = group.map(({ kind, about = "" }, at) => {
    const word = group[at - 1]?.kind === kind ? "" : WORDS[kind];
    const isLabel = kind === "labeled" || kind === "unlabeled";
    return html`
      ${word} ${about === "" ? "" : isLabel ? labelOf(about) : commit(about)}
    `;
  });
  const { actor = "The author", at } = group.at(-1) ?? {};
  return html`<li><b>${actor}</b> ${what}${at === undefined ? "" : html`<small>${time(at)}</small>`}</li>`;
}

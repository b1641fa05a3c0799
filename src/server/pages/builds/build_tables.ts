import { html } from "hono/html";
import type { Build } from "../../../pipelines/core/builds/build.ts";
import type { ServerPipeline } from "../../../pipelines/core/builds/server_pipeline.ts";
import type { WorkerRow } from "../../../pipelines/ports/build_store.ts";
import { formatAgo, formatDuration } from "../../../lib/duration.ts";
import { type Html, plain } from "../elements.ts";
import { causeWords, instant, revision, stateOf, tookOf } from "./build_words.ts";

/** Renders builds as a table. `name` says which they are. */
export function buildTable(
  builds: readonly Build[],
  { name, now, none }: { readonly name: string; readonly now: number; readonly none: string },
): Html {
  if (builds.length === 0) return html`<p>${none}</p>`;
  return html`
    <div class="scroll" role="region" aria-label="${name}" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Build</th>
            <th scope="col">Pipeline</th>
            <th scope="col">State</th>
            <th scope="col">Revision</th>
            <th scope="col">Cause</th>
            <th scope="col">Queued</th>
            <th scope="col">Duration</th>
          </tr>
        </thead>
        <tbody>${builds.map((build) =>
          html`
            <tr>
              <th scope="row"><a href="/builds/${build.id}" id="build-${build.id}"
            aria-label="Build ${build.id}">${build.id}</a></th>
              <td>${pipelineLink(build.pipeline)}</td>
              <td>${stateOf(build.state)}${build.reason === undefined
                ? ""
                : html`<br><small>${plain(build.reason)}</small>`}</td>
              <td>${revision(build)}</td>
              <td>${causeWords(build.cause)}</td>
              <td>${instant(build.queuedAt)}</td>
              <td>${tookOf(build, now) ?? "none yet"}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
}

function pipelineLink(name: string): Html {
  return html`<a href="/pipelines/${encodeURIComponent(name)}">${plain(name)}</a>`;
}

/** The builds, workers and pipelines of a server. */
export interface Overview {
  readonly now: number;
  /** Builds that have not ended, oldest first, and how many there are of them. */
  readonly open: readonly Build[];
  readonly openCount: number;
  /** The last of the waiting builds, if more of them wait. */
  readonly nextWaiting: string | undefined;
  /** Builds in the order of the store, from `next` on an older page. */
  readonly builds: readonly Build[];
  readonly next: string | undefined;
  readonly workers: readonly WorkerRow[];
  readonly pipelines: readonly string[];
}

/** Renders the first page: the queue, the workers, the pipelines and all builds. */
export function renderOverview(shown: Overview): Html {
  const { now, open, openCount, nextWaiting, builds, next, workers, pipelines } = shown;
  return html`
    <h1>Builds</h1>
    <section aria-labelledby="queue-title">
      <h2 id="queue-title">Waiting and running</h2>
      <div id="queue" data-live>${open.length < openCount
        ? html`<p>${open.length} of ${openCount} are shown.</p>`
        : ""}
    ${buildTable(open, {
      name: "Builds that wait or run",
      now,
      none: "No build waits or runs.",
    })}${nextWaiting === undefined
      ? ""
      : html`<p><a href="/?waiting=${nextWaiting}">Builds that wait behind these</a></p>`}</div>
    </section>
    <section aria-labelledby="workers-title">
      <h2 id="workers-title">Workers</h2>
      <ul id="workers" class="pulls" data-live>${workers.length === 0
        ? html`<li>No worker has asked for work. Start one with <code>showtime worker</code>.</li>`
        : ""}${workers.map(({ name, tags, seenAt, build }) =>
          html`<li><b>${plain(name)}</b> ${
            build === undefined ? "is free" : html`runs <a href="/builds/${build}">build ${build}</a>`
          }, seen ${formatAgo(now - seenAt)}${
            tags.length === 0 ? "" : `, with the tags ${plain(tags.join(", "))}`
          }</li>`
        )}</ul>
    </section>
    <section aria-labelledby="pipelines-title">
      <h2 id="pipelines-title">Pipelines</h2>
      <ul id="pipelines" class="pulls" data-live>${pipelines.map((name) =>
        html`<li>${pipelineLink(name)}</li>`
      )}</ul>
    </section>
    <section aria-labelledby="all-title">
      <h2 id="all-title">All builds, newest first</h2>
      <div id="all" data-live>${buildTable(builds, {
        name: "All builds",
        now,
        none: "There is no build yet.",
      })}${older("/", next)}</div>
    </section>
  `;
}

function older(path: string, next: string | undefined): Html | "" {
  return next === undefined ? "" : html`<p><a href="${path}?after=${next}">Older builds</a></p>`;
}

/** Renders the page of a pipeline: its trigger and its builds. A pipeline that is gone from the file has only builds. */
export function renderPipeline(
  { name, pipeline, builds, next, now, mayTrigger }: {
    readonly name: string;
    readonly pipeline: ServerPipeline | undefined;
    readonly builds: readonly Build[];
    readonly next: string | undefined;
    readonly now: number;
    readonly mayTrigger: boolean;
  },
): Html {
  const path = `/pipelines/${encodeURIComponent(name)}`;
  return html`<h1>Pipeline ${plain(name)}</h1>
${
    pipeline === undefined
      ? html`<p class="note">The server's file has no pipeline of this name any more.</p>`
      : facts(pipeline)
  }${
    pipeline === undefined || !mayTrigger ? "" : html`
      <form method="post" action="${path}/trigger" class="play">
        <p>
      <label for="ref">Branch, tag or commit</label> <input name="ref" id="ref" maxlength="200" placeholder="${plain(
        pipeline.ref,
      )}">
      <button class="primary" id="do-trigger">Build it</button></p>
      </form>
    `
  }
<h2>Builds, newest first</h2><div id="builds" data-live>${
    buildTable(builds, { name: "Builds of the pipeline", now, none: "There is no build yet." })
  }${older(path, next)}</div>`;
}

function facts({ repository, ref, workerTags, on, concurrency }: ServerPipeline): Html {
  const triggers = [
    on.webhook ? "webhooks" : "",
    on.pushBranches === undefined ? "" : `pushes to ${on.pushBranches.join(", ")}`,
    on.pullRequestForks === undefined ? "" : "pull requests",
    on.pollMs === undefined ? "" : `a look at the repository every ${formatDuration(on.pollMs)}`,
    on.schedule === undefined ? "" : `the schedule ${on.schedule} (UTC)`,
  ].filter((each) => each !== "");
  return html`<dl class="facts"><div><dt>Repository</dt><dd><code>${
    plain(withoutLogin(repository))
  }</code></dd></div>
<div><dt>Builds</dt><dd><code>${plain(ref)}</code> unless the trigger names another revision</dd></div>
<div><dt>Triggers</dt><dd>${plain(triggers.join("; ") || "only people")}</dd></div>
${
    workerTags.length === 0 ? "" : html`
      <div>
        <dt>Worker tags</dt>
        <dd>${plain(workerTags.join(", "))}</dd>
      </div>
    `
  }${
    concurrency === undefined ? "" : html`
      <div>
        <dt>At once</dt>
        <dd>${concurrency.limit} of ${plain(concurrency.group)}</dd>
      </div>
    `
  }</dl>`;
}

/** Removes the login and the password of an address. */
function withoutLogin(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, "$1");
}

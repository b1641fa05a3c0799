/** Words, colours and numbers for builds and steps. */

import { html } from "hono/html";
import { formatAge, UNIT_MS } from "../../../lib/duration.ts";
import type { Build, BuildCause } from "../../../pipelines/core/builds/build.ts";
import type { BuildStep } from "../../../pipelines/core/builds/step_tree.ts";
import { type Html, plain, state, time, type Tone } from "../elements.ts";
import { formatIso } from "../../../lib/instant.ts";

const TONES: Readonly<Record<Build["state"] | BuildStep["status"], Tone>> = {
  queued: "quiet",
  running: "busy",
  cancelling: "busy",
  passed: "good",
  failed: "bad",
  timed_out: "bad",
  cancelled: "quiet",
  lost: "bad",
  handed_over: "quiet",
  skipped: "quiet",
};

/** The colour of a state. */
export function toneOfBuild(status: Build["state"] | BuildStep["status"]): Tone {
  return TONES[status];
}

/** Renders the state of a build or a step in words. */
export function stateOf(status: Build["state"] | BuildStep["status"]): Html {
  return state(status.replace("_", " "), toneOfBuild(status));
}

/** Formats a duration for people: `0.3 s`, `12 s`, `2 min 5 s`, `3h 20m`. */
export function formatTook(ms: number): string {
  if (ms < 10 * UNIT_MS.s) return `${(Math.max(0, ms) / UNIT_MS.s).toFixed(1)} s`;
  const seconds = Math.floor(ms / UNIT_MS.s);
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : formatAge(ms);
}

const CAUSES: Readonly<Record<BuildCause["kind"], string>> = {
  webhook: "a webhook",
  push: "a push",
  pull_request: "a pull request",
  poll: "a change that polling found",
  schedule: "its schedule",
  api: "a request",
  rerun: "a rerun",
};

/** Names the cause of a build. */
export function causeWords({ kind, by, rerunOf }: BuildCause): string {
  const of = rerunOf === undefined ? "" : ` of build ${rerunOf}`;
  return `${CAUSES[kind]}${of}${by === undefined ? "" : ` by ${plain(by)}`}`;
}

/** Renders an instant in milliseconds since 1970. */
export function instant(at: number): Html {
  return time(formatIso(at));
}

/** Renders the ref and the commit of a build, as far as they are known. */
export function revision({ ref, sha, pr }: Build): Html {
  return html`${ref === undefined ? "" : plain(ref)}${pr === undefined ? "" : ` (pull request ${pr})`} ${
    sha === undefined ? "" : html`<code title="${plain(sha)}">${plain(sha.slice(0, 7))}</code>`
  }`;
}

/** The duration of a build until now; undefined if it has not started. */
export function tookOf({ startedAt, endedAt }: Build, now: number): string | undefined {
  return startedAt === undefined ? undefined : formatTook((endedAt ?? now) - startedAt);
}

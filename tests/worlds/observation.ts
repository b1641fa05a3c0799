/** Observations for tests of the planner: a quiet pull request, changed in what a test is about. */

import type { PlatformEnvironment } from "../../src/environments/core/environment/environment.ts";
import { formatServiceName } from "../../src/environments/core/environment/names.ts";
import {
  type FullSha,
  fullSha,
  prNumber,
  type ServiceName,
  type ShortSha,
  shortSha,
} from "../../src/lib/ids.ts";
import { readLabels } from "../../src/environments/core/labels/mod.ts";
import type {
  LabelOrigin,
  Observation,
  PermissionAnswer,
  Policy,
} from "../../src/environments/core/plan/mod.ts";

export const PR = prNumber(1234);
export const REPO = "apache/superset";
/** 2024-01-15T14:30:00Z. */
export const NOW = Date.UTC(2024, 0, 15, 14, 30);
export const HOUR = 3_600_000;

/** The head commit, and two others of the same pull request. */
export const A = fullSha("aaaaaaa".padEnd(40, "0"));
export const B = fullSha("bbbbbbb".padEnd(40, "0"));
export const C = fullSha("ccccccc".padEnd(40, "0"));

export const START = "🎪 ⚡ showtime-trigger-start";
export const SYNC = "🎪 🔄 showtime-trigger-sync";
export const SLEEP = "🎪 💤 showtime-sleep";
export const STOP = "🎪 🛑 showtime-trigger-stop";
export const FREEZE = "🎪 🧊 showtime-freeze";
export const BLOCKED = "🎪 🔒 showtime-blocked";
export const MARKER = "🎪 showtime";

export const POLICY: Policy = {
  comments: true,
  autoSync: "trusted",
  retries: 1,
  defaultTtl: { kind: "duration", amount: 48, unit: "h" },
  ttl: undefined,
  size: undefined,
  login: "admin/admin",
  imageOf: (short) => `apache/superset:pr-${PR}-${short}-ci`,
  givenImage: undefined,
};

export const PEOPLE: ReadonlyMap<string, PermissionAnswer> = new Map([
  ["maxime", { kind: "known", permission: "admin" }],
  ["ana", { kind: "known", permission: "write" }],
  ["tri", { kind: "known", permission: "triage" }],
  ["rando", { kind: "known", permission: "read" }],
  ["ghost", { kind: "not_found" }],
  ["flaky", { kind: "error", message: "500" }],
]);

/** Every label that an environment in good order carries. */
export function labelsOf(
  sha: FullSha,
  status: string,
  options: { readonly active?: boolean } = {},
): readonly string[] {
  const short = shortSha(sha);
  return [
    MARKER,
    `🎪 ${short} 🚦 ${status}`,
    `🎪 ${short} 📅 2024-01-15T10-00`,
    `🎪 ${short} ⌛ 48h`,
    `🎪 ${short} 🤡 maxime`,
    ...(status === "running" ? [`🎪 ${short} 🌐 10.0.0.1:8080`] : []),
    ...(options.active ?? ["running", "asleep"].includes(status) ? [`🎪 🎯 ${short}`] : []),
  ];
}

/** An environment on the platform, healthy and ours. */
export function deployed(sha: FullSha, change: Partial<PlatformEnvironment> = {}): PlatformEnvironment {
  const short = shortSha(sha);
  return {
    platform: "docker",
    pr: PR,
    sha,
    short,
    service: formatServiceName(PR, short),
    address: "10.0.0.1:8080",
    healthy: true,
    condition: "running",
    image: POLICY.imageOf(short),
    settings: { size: "standard", flags: {}, login: "admin/admin" },
    requestedBy: "maxime",
    createdAt: Date.UTC(2024, 0, 15, 10),
    expiresAt: Date.UTC(2024, 0, 17, 10),
    epoch: 1,
    repo: REPO,
    managed: true,
    legacy: false,
    unsettled: false,
    ...change,
  };
}

/** An environment of the scheme without a SHA in its name. */
export function legacyService(change: Partial<PlatformEnvironment> = {}): PlatformEnvironment {
  return {
    ...deployed(A),
    sha: undefined,
    short: undefined,
    service: `pr-${PR}-service` as ServiceName,
    managed: false,
    legacy: true,
    repo: undefined,
    ...change,
  };
}

/** What a test says about a pull request; everything else is quiet. */
export interface ObservationChange extends Partial<Omit<Observation, "labels" | "allLabels">> {
  readonly labels?: readonly string[];
  /** Who set which label; `maxime` set those that are not named, on the head, an hour ago. */
  readonly setBy?: Readonly<Record<string, string>>;
}

/** The record of a run that brought up each of these commits. */
const RECORDED: ReadonlyMap<ShortSha, FullSha> = new Map([A, B, C].map((sha) => [shortSha(sha), sha]));

/**
 * An open pull request from a fork with head {@link A}, looked at by maxime, an admin. Earlier runs recorded the
 * full hashes of its commits.
 */
export function observe(change: ObservationChange = {}): Observation {
  const { labels: names = [], setBy = {}, record, ...rest } = change;
  const target = change.target ?? change.headSha ?? A;
  const origin = (name: string): LabelOrigin => ({
    login: setBy[name] ?? "maxime",
    bot: false,
    own: false,
    at: NOW - HOUR,
    approves: target,
  });
  return {
    repo: REPO,
    now: NOW,
    pr: PR,
    open: true,
    body: "",
    headRepo: "rando/superset",
    headSha: A,
    target,
    commits: [C, B, A],
    labels: readLabels(names),
    allLabels: readLabels(names),
    origins: new Map(names.map((name) => [name, origin(name)])),
    platform: [],
    lock: { kind: "free" },
    actor: "maxime",
    people: PEOPLE,
    event: undefined,
    record: {
      attempts: new Map(),
      shas: RECORDED,
      size: undefined,
      notice: undefined,
      present: false,
      ...record,
    },
    request: undefined,
    imageExists: undefined,
    ...rest,
  };
}

/** The lock of another run. */
export function heldLock(alive: boolean): Observation["lock"] {
  const owner = { nonce: "abcdefgh", run: { id: 7, attempt: 1 }, expiresAt: NOW + HOUR, login: "ana" };
  return { kind: "held", owner, alive };
}

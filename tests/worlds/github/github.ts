import type { CommitStatuses } from "../../../src/ports/commit_status.ts";
/** The GitHub driver on a simulated GitHub, in this process. */

import assert from "node:assert/strict";
import { prNumber } from "../../../src/lib/ids.ts";
import {
  type Delays,
  type GithubForgeOptions,
  makeGithubCommitStatuses,
  makeGithubForge,
  makeGithubPullComments,
  makeGithubReviewComments,
} from "../../../src/drivers/github/mod.ts";
import type { PullComments } from "../../../src/contexts/ports/comments.ts";
import type { ReviewComments } from "../../../src/assets/ports/review_comment.ts";
import { type Fault, makeSimulator, parseSeed, type Simulator } from "../../../src/simulators/github/mod.ts";
import type { Forge } from "../../../src/environments/ports/forge.ts";
import { loadConformance, wrapHandler } from "./conformance.ts";

/** The pull request that {@link simulate} plants. */
export const PR = prNumber(9);
/** Its head commit. */
export const HEAD = "abc123f000000000000000000000000000000000";

/** The gates that check all traffic of {@link simulate}'s drivers. The last test of a file asks them. */
export const gates = loadConformance();

/** A simulated GitHub and the driver that talks to it. */
export interface SimulatedForge {
  readonly simulator: Simulator;
  readonly forge: Forge;
  /** The times that the driver asked to sleep, in milliseconds. It does not really sleep. */
  readonly slept: readonly number[];
  /** Makes a driver of another run, or with another token. */
  another(options?: { readonly token?: string }): Forge;
  /** Makes the driver of comments with plans. */
  reviewComments(options?: { readonly token?: string }): ReviewComments;
  /** Makes the driver of comments that are found by a marker. */
  pullComments(options?: { readonly token?: string; readonly trustedBots?: readonly string[] }): PullComments;
  /** Makes the driver of statuses of commits. */
  commitStatuses(options?: { readonly token?: string }): CommitStatuses;
  /** Counts the requests that `act` sends. */
  requestsOf(act: () => Promise<unknown>): Promise<number>;
  /** Replaces all faults in force. */
  faults(...list: readonly Fault[]): void;
  labels(): readonly string[];
}

/** Plants a repository `o/r` with one pull request; `seed` and `pull` add to it. */
export function simulate(
  seed: Readonly<Record<string, unknown>> = {},
  options: {
    readonly pull?: Readonly<Record<string, unknown>>;
    readonly delays?: Delays;
    readonly prefix?: string;
  } = {},
): SimulatedForge {
  const simulator = makeSimulator(parseSeed({
    repository: "o/r",
    token_owner: "maxime",
    tokens: { "ana-token": "ana", "tri-token": "tri", "app-token": "github-actions[bot]", "bad-token": null },
    collaborators: { maxime: "admin", ana: "write", tri: "triage", rando: "read" },
    labels: [],
    files: { "showtime.yml": "version: 1\n" },
    pulls: [{
      number: PR,
      title: "Add charts",
      author: "rando",
      state: "open",
      draft: false,
      head: { sha: HEAD, ref: "charts", repo: "rando/r" },
      pusher: "rando",
      labels: [],
      ...options.pull,
    }],
    runs: [{ id: 101, run_attempt: 2, status: "in_progress" }],
    ...seed,
  }));
  const slept: number[] = [];
  const handle = wrapHandler(gates, simulator.handle, { basePath: `${options.prefix ?? ""}/v3` });
  const optionsOf = (token: string): GithubForgeOptions => {
    return {
      token,
      repo: "o/r",
      restUrl: `https://github.example${options.prefix === undefined ? "" : `${options.prefix}/v3`}`,
      graphqlUrl: `https://github.example${options.prefix ?? ""}/graphql`,
      userAgent: "showtime/0.0.0 run/101.2",
      clock: {
        now: () => simulator.now(),
        sleep: (ms) => {
          slept.push(ms);
          return Promise.resolve();
        },
      },
      fetch: (input, init) => handle(new Request(input, init)),
      ...(options.delays === undefined ? {} : { delays: options.delays }),
    };
  };
  const another: SimulatedForge["another"] = ({ token = "token" } = {}) => makeGithubForge(optionsOf(token));
  return {
    simulator,
    forge: another(),
    slept,
    another,
    reviewComments: ({ token = "token" } = {}) => makeGithubReviewComments(optionsOf(token)),
    pullComments: ({ token = "token", trustedBots = [] } = {}) =>
      makeGithubPullComments({ ...optionsOf(token), trustedBots }),
    commitStatuses: ({ token = "token" } = {}) => makeGithubCommitStatuses(optionsOf(token)),
    requestsOf: async (act) => {
      const before = simulator.requests().length;
      await act();
      return simulator.requests().length - before;
    },
    faults: (...list) => simulator.faults(list),
    labels: () => {
      const pull = simulator.state().pulls.find(({ number }) => number === PR);
      assert.ok(pull !== undefined);
      return pull.labels;
    },
  };
}

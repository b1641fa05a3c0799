/**
 * Values of one run of the program. They are not ports: a use-case takes the values that it uses along with
 * its ports.
 */

import type { PlatformKind } from "../core/environment/environment.ts";
import type { FullSha, PrNumber, ShortSha } from "../../lib/ids.ts";
import type { Ttl } from "../core/labels/label.ts";
import type { EnvironmentSettings } from "../core/environment/settings.ts";
import type { Mentioned } from "../core/news/mod.ts";
import type { RunEvent } from "../core/plan/mod.ts";

/** The identity of this process: the person it acts for, and its workflow run. */
export interface RunIdentity {
  /**
   * `GITHUB_TRIGGERING_ACTOR`, else `GITHUB_ACTOR`; undefined outside Actions, where the actor is the token's
   * owner.
   */
  readonly actor: string | undefined;
  readonly inActions: boolean;
  readonly run: { readonly id: number; readonly attempt: number } | undefined;
  readonly event: RunEvent | undefined;
  /**
   * Why GitHub gives this run a token that only reads: it is Dependabot's, or of a pull request from a fork.
   * Undefined for all other runs.
   */
  readonly limited?: "dependabot" | "fork" | undefined;
  /** Random lower-case letters and digits that identify this process as the holder of a lock. */
  readonly nonce: string;
}

/** The settings the use-cases need. */
export interface AppSettings extends EnvironmentSettings {
  readonly imageOf: (pr: PrNumber, short: ShortSha) => string;
  /** Makes the address of a pull request that stays from commit to commit; undefined without `environment.url`. */
  readonly urlOf?: (pr: PrNumber) => string | undefined;
  readonly commentEnabled: boolean;
  readonly deploymentsEnabled: boolean;
  /** Whom a comment with news mentions; undefined if there is no such comment. */
  readonly mention?: Mentioned | undefined;
  /** Returns the name of the environment on GitHub in which a pull request's Deployments are; `showtime` if left out. */
  readonly deploymentEnvironment?: ((pr: PrNumber) => string) | undefined;
}

/** Options of one command besides the pull request. */
export interface RunOptions {
  readonly ttl: Ttl | undefined;
  readonly size: string | undefined;
  readonly givenImage: string | undefined;
  /** A full or short hash; resolved against the pull request. */
  readonly sha: string | undefined;
}

/** Makes links for people. */
export interface LinkMaker {
  pull(pr: PrNumber): string;
  commit(sha: FullSha): string;
  run(id: number): string;
  /** Links to an environment's pages in the platform's console, by title. */
  console(service: string): Readonly<Record<string, string>>;
}

/** The values of one run that use-cases about environments read. */
export interface RunValues {
  /** `owner/name`. */
  readonly repo: string;
  /** For example `https://github.com`. */
  readonly serverUrl: string;
  readonly platformKind: PlatformKind;
  /** The labels stand in for the platform (a dry run of the platform). */
  readonly platformAsLabels: boolean;
  /**
   * A dry run of GitHub: nothing is written to it, so a plan is applied once and the pull request is not
   * observed again.
   */
  readonly githubDryRun: boolean;
  readonly settings: AppSettings;
  readonly identity: RunIdentity;
  readonly links: LinkMaker;
}

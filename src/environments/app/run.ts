/** Values of one run of the program. They are no ports: a use-case takes those that it uses beside its ports. */

import type { PlatformKind } from "../core/environment/environment.ts";
import type { FullSha, PrNumber, ShortSha } from "../../lib/ids.ts";
import type { Ttl } from "../core/labels/label.ts";
import type { EnvironmentSettings } from "../core/environment/settings.ts";
import type { RunEvent } from "../core/plan/mod.ts";

/** Who this process acts for, and which run it is. */
export interface RunIdentity {
  /** `GITHUB_TRIGGERING_ACTOR`, else `GITHUB_ACTOR`; undefined outside Actions, where it is the token's owner. */
  readonly actor: string | undefined;
  readonly inActions: boolean;
  readonly run: { readonly id: number; readonly attempt: number } | undefined;
  readonly event: RunEvent | undefined;
  /** Random, lower-case letters and digits: what identifies this process as the holder of a lock. */
  readonly nonce: string;
}

/** The settings the use-cases need. */
export interface AppSettings extends EnvironmentSettings {
  readonly imageOf: (pr: PrNumber, short: ShortSha) => string;
  readonly commentEnabled: boolean;
  readonly deploymentsEnabled: boolean;
}

/** What one command was asked beside the pull request. */
export interface RunOptions {
  readonly ttl: Ttl | undefined;
  readonly size: string | undefined;
  readonly givenImage: string | undefined;
  /** Full or short; resolved against the pull request. */
  readonly sha: string | undefined;
}

/** Makes links for people. */
export interface LinkMaker {
  pull(pr: PrNumber): string;
  commit(sha: FullSha): string;
  run(id: number): string;
  /** Console links of an environment by title. */
  console(service: string): Readonly<Record<string, string>>;
}

/** The values of one run that use-cases about environments go by. */
export interface RunValues {
  /** `owner/name`. */
  readonly repo: string;
  /** As `https://github.com`. */
  readonly serverUrl: string;
  readonly platformKind: PlatformKind;
  /** The platform is taken to be as the labels say (dry run of the platform). */
  readonly platformAsLabels: boolean;
  /** GitHub is not written to: plans are applied once and not looked at again. */
  readonly githubDryRun: boolean;
  readonly settings: AppSettings;
  readonly identity: RunIdentity;
  readonly links: LinkMaker;
}

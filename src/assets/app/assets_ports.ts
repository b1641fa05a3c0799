/** The ports of the use-cases of assets. Each use-case declares the ones that it uses. */

import type { InstanceSettings } from "../core/instance.ts";
import type { AssetSources } from "../ports/folder.ts";
import type { AssetStore } from "../ports/store.ts";
import type { SupersetReader, SupersetWriter } from "../ports/superset.ts";
import type { Clock } from "../../ports/clock.ts";

/** Reports how far a stage is: `total` is undefined while it is not known. */
export type ReportProgress = (
  stage: string,
  at: { readonly count: number; readonly total: number | undefined; readonly bytes: number },
) => void;

/** An instance with everything that belongs to it. */
export interface Instance {
  readonly settings: InstanceSettings;
  readonly server: SupersetReader & SupersetWriter;
  readonly store: AssetStore;
}

/** The ports that all use-cases share. */
export interface AssetsPorts {
  readonly sources: AssetSources;
  readonly clock: Clock;
  readonly progress: ReportProgress;
  readonly warn: (sentence: string) => void;
  /** Rules of `assets.ignore`. */
  readonly ignore: readonly string[];
  /** Findings of secrets that `assets.secrets.allow` accepts. */
  readonly allowedSecrets: readonly string[];
}

import type { FullSha, PrNumber, ShortSha } from "../../../lib/ids.ts";

/** The cost of an environment in US dollars, as an estimate. */
export interface CostView {
  /** Null if no price is known. */
  readonly per_hour: number | null;
  /** Since it was created; null if no price is known, or not when it was created. */
  readonly so_far: number | null;
  readonly currency: "USD";
  /** The origin of the prices, with region and date. */
  readonly prices: string;
}

/** An environment as every command shows it; the JSON form has the same keys. */
export interface EnvironmentView {
  readonly pr: PrNumber;
  /** Full hash; null if only its first 7 digits are known. */
  readonly sha: FullSha | null;
  readonly short_sha: ShortSha | null;
  readonly status: string;
  readonly type: "active" | "building" | "orphaned" | "legacy";
  /** Whether people are sent to this environment. */
  readonly active: boolean;
  /** The environment's own address, `host:port`. */
  readonly address: string | null;
  /**
   * The URL to open: the one that stays from commit to commit if it leads here, else that of the address. An environment
   * that sleeps has only the one that stays.
   */
  readonly url: string | null;
  /** RFC 3339, UTC. */
  readonly created_at: string | null;
  readonly expires_at: string | null;
  readonly ttl: string | null;
  readonly requested_by: string | null;
  readonly platform: string;
  readonly service: string | null;
  readonly image: string | null;
  readonly size: string | null;
  readonly flags: Readonly<Record<string, boolean>>;
  /** The newest commits that it serves too, because no file of `build.paths` changed; left out if there are none. */
  readonly serves?: readonly ShortSha[];
  /** Left out if the cost of environments is not shown. */
  readonly cost?: CostView;
  readonly links: Readonly<Record<string, string>>;
}

/**
 * The decision about addresses that labels show: which the platform no longer has, and which do not answer.
 * It is made once over the listings and once more, under the lock, over a fresh look.
 */

import { formatLabel, type LabeledEnvironment, type NamedLabel } from "../labels/mod.ts";
import type { PlatformEnvironment } from "../environment/environment.ts";
import type { PrNumber, ShortSha } from "../../../lib/ids.ts";
import type { CleanupPull } from "./judge_pull.ts";

/** The address that the platform gives an environment, and whether the environment answers there. */
export interface Reached {
  /** `host:port`; undefined if the platform gives it none. */
  readonly address: string | undefined;
  /** The answer to the health check; undefined without an address. */
  readonly answer: { readonly ok: boolean; readonly text: string } | undefined;
}

/** A difference between the address that people see and the platform. */
export interface AddressChange {
  /** A key that is the same for the same change in every plan. */
  readonly id: string;
  readonly pr: PrNumber;
  readonly short: ShortSha;
  /**
   * `replaced`: the platform has another address; `removed`: it has none; `silent`: nothing answers at the
   * address; `answers`: it answers again.
   */
  readonly change: "replaced" | "removed" | "silent" | "answers";
  /** The environment, in words. */
  readonly what: string;
  /** The reason, as a sentence. */
  readonly why: string;
  /** Labels with an address that the platform does not have. */
  readonly wrong: readonly NamedLabel[];
  /** The platform's address. */
  readonly address: string | undefined;
}

/** Everything about the addresses of one pull request. */
export interface AddressFacts {
  readonly pr: PrNumber;
  readonly pull: CleanupPull | undefined;
  /** The platform's environments of this number. */
  readonly platform: readonly PlatformEnvironment[];
  /** The addresses of the platform's environments, by service. */
  readonly reached: ReadonlyMap<string, Reached>;
  /** Whether a run may be working on the pull request. */
  readonly locked: boolean;
  /** Whether people read that an environment does not answer. */
  readonly isSilent: (environment: LabeledEnvironment) => boolean;
}

const IN_PROGRESS: readonly LabeledEnvironment["status"][] = [
  "building",
  "built",
  "deploying",
  "updating",
  "stopping",
];

/** Finds the addresses of one pull request to mend. An environment that a run is changing is left to that run. */
export function judgeAddresses(facts: AddressFacts): readonly AddressChange[] {
  const { pull } = facts;
  if (pull === undefined || !pull.open) return [];
  return [...pull.labels.environments.values()].flatMap((labeled) => judgeOne(facts, labeled) ?? []);
}

function judgeOne(facts: AddressFacts, labeled: LabeledEnvironment): AddressChange | undefined {
  const { pr, platform, reached } = facts;
  if (facts.locked && IN_PROGRESS.includes(labeled.status)) return undefined;
  const deployed = platform.find((each) => each.short === labeled.sha && !each.legacy);
  if (deployed !== undefined && !deployed.managed) return undefined;
  const seen = deployed === undefined ? undefined : reached.get(deployed.service);
  // What could not be looked up proves nothing.
  if (deployed !== undefined && seen === undefined) return undefined;
  const address = seen?.address;
  const right = address === undefined
    ? undefined
    : formatLabel({ kind: "address", sha: labeled.sha, address });
  const shown = labeled.labels.filter(({ label }) => label.kind === "address");
  const wrong = shown.filter(({ label }) =>
    right === undefined || label.kind !== "address" || formatLabel(label) !== right
  );
  const base = { pr, short: labeled.sha, what: `the address of ${labeled.sha} of #${pr}`, wrong, address };
  const make = (change: AddressChange["change"], why: string): AddressChange => ({
    ...base,
    id: `address:${pr}:${labeled.sha}:${change}:${address ?? ""}`,
    change,
    why,
  });
  if (wrong.length > 0) {
    if (address !== undefined) return make("replaced", "The platform has another address by now");
    return make(
      "removed",
      deployed === undefined
        ? "The platform no longer has the environment"
        : `The platform gives the environment no address (${deployed.condition})`,
    );
  }
  if (labeled.status !== "running" || seen?.answer === undefined) return undefined;
  if (shown.length === 0) {
    return seen.answer.ok ? make("replaced", "No label shows the platform's address") : undefined;
  }
  const silent = facts.isSilent(labeled);
  if (seen.answer.ok) return silent ? make("answers", "It answers again") : undefined;
  return silent ? undefined : make("silent", `It does not answer (${seen.answer.text})`);
}

/** Lists all environments of the repository, with about one request per page. */

import { AppError } from "../../../lib/errors.ts";
import { type PrNumber, type ServiceName, shortSha } from "../../../lib/ids.ts";
import type { Flags, PlatformEnvironment } from "../../core/environment/environment.ts";
import { commitsBehind, describeBehind } from "../../core/environment/distance.ts";
import {
  DRY_RUN_ADDRESS,
  findNearMisses,
  formatLabel,
  type LabelState,
  parseLabel,
  readLabels,
  servedHead,
} from "../../core/labels/mod.ts";
import { identifyRepository, type IdentityPorts, splitByOwner } from "../identify_repository.ts";
import type { AppSettings } from "../run.ts";
import { readOtherEngine } from "../observe/other_engine.ts";
import type { ForgeReader, PullSummary } from "../../ports/forge.ts";
import type { PlatformReader } from "../../ports/platform.ts";
import { totalWords } from "./cost_words.ts";
import {
  byActivity,
  type EnvironmentView,
  pairEnvironments,
  viewEnvironment,
  type ViewPorts,
} from "./environment_view.ts";

/** The ports and values of a listing. */
export interface ListPorts extends ViewPorts {
  /** `owner/name`. */
  readonly repo: string;
  readonly forge:
    & IdentityPorts["forge"]
    & Pick<ForgeReader, "now" | "listPulls" | "readPulls" | "listDefinitions">
    // Only a platform with an engine of its own makes a listing read a pull request.
    & Partial<Pick<ForgeReader, "readPull">>;
  readonly platform: Pick<PlatformReader, "list" | "addresses" | "engine">;
  readonly settings: ViewPorts["settings"] & Pick<AppSettings, "trustedBots">;
}

/** A listed pull request with its labels parsed. */
type LabeledPull = Omit<PullSummary, "labels"> & { readonly labels: LabelState };

/** The environments of a repository. */
export interface Listing {
  readonly environments: readonly EnvironmentView[];
  /** Sentences about everything that could not be read. */
  readonly incomplete: readonly string[];
  /** Whether only labels describe the environments, because the platform did not answer. */
  readonly unverified: boolean;
  /** Labels of the open pull requests that may have been meant as labels of Showtime. */
  readonly nearMisses: readonly string[];
  /** Notes for people about some of the environments: `frozen, 1 commit behind`. */
  readonly notes: ReadonlyMap<EnvironmentView, string>;
  /** A sentence about the cost of all environments; undefined if cost is not shown. */
  readonly total?: string | undefined;
}

/**
 * Lists the environments that labels or the platform know. `incomplete`: sentences about everything that
 * could not be read.
 */
export async function listEnvironments(
  ports: ListPorts,
  signal: AbortSignal,
): Promise<Listing> {
  const { forge } = ports;
  const incomplete: string[] = [];
  // The platform is read first: an environment that starts meanwhile has its labels by the time they are
  // read.
  const seen = ports.platformAsLabels ? undefined : await listPlatform(ports, incomplete, signal);
  const marked = await forge.listPulls({ label: formatLabel({ kind: "marker" }), states: "all" }, signal);
  const deployed = seen && splitByOwner(seen, await identifyRepository(ports, seen, signal)).own;
  const known = new Set(marked.map((pull) => pull.number));
  // Without the platform only labels name the pull requests, and another tool sets no marker label. Where the
  // platform is taken to be as the labels say, the marker is enough, unless no pull request has it.
  const searches = deployed === undefined && (!ports.platformAsLabels || marked.length === 0);
  const named = searches ? await pullsWithStatus(forge, signal) : (deployed ?? []).map((each) => each.pr);
  const missing = [...new Set(named)].filter((pr) => !known.has(pr));
  const others = missing.length === 0 ? [] : await forge.readPulls(missing, signal);
  const pulls: ReadonlyMap<PrNumber, LabeledPull> = new Map(
    [...marked, ...others].map((pull) => [pull.number, { ...pull, labels: readLabels(pull.labels) }]),
  );
  const byPull = Map.groupBy(
    await addAddresses(ports, { deployed: deployed ?? [], pulls, incomplete }, signal),
    (each) => each.pr,
  );
  // If the platform did not answer, the labels describe the environments.
  const viewing = deployed === undefined ? { ...ports, platformAsLabels: true } : ports;
  const engines = deployed === undefined
    ? new Map<PrNumber, string>()
    : await findOtherEngines(ports, { pulls, byPull, incomplete }, signal);
  const environments = [...new Set([...pulls.keys(), ...byPull.keys()])].flatMap((pr) =>
    viewPull(viewing, {
      pr,
      pull: pulls.get(pr),
      deployed: byPull.get(pr) ?? [],
      otherEngine: engines.get(pr),
    }).filter((view) =>
      // A platform that answered does not have the environments that dry runs pretended.
      viewing.platformAsLabels || !isPretended(view, pulls.get(pr)) ||
      byPull.get(pr)?.some(({ short }) => short === view.short_sha)
    )
  );
  return {
    environments: environments.sort(byActivity),
    incomplete,
    nearMisses: findNearMisses([...marked, ...others].flatMap(({ open, labels }) => open ? labels : [])),
    unverified: deployed === undefined && !ports.platformAsLabels,
    total: totalWords(ports.settings.cost, environments),
    notes: new Map(environments.map((view) => {
      const pull = pulls.get(view.pr);
      return [view, noteOn(view, pull, deployed === undefined ? pull?.labels.flags ?? {} : view.flags)];
    })),
  };
}

/** Whether the labels give an environment the address of dry runs. */
function isPretended({ short_sha }: EnvironmentView, pull: LabeledPull | undefined): boolean {
  return [...pull?.labels.environments.values() ?? []].some(({ sha, address }) =>
    sha === short_sha && address === DRY_RUN_ADDRESS
  );
}

/** Finds the open pull requests with a status label, by the definitions of these labels. */
async function pullsWithStatus(
  forge: Pick<ForgeReader, "listDefinitions">,
  signal: AbortSignal,
): Promise<readonly PrNumber[]> {
  const definitions = await forge.listDefinitions("", signal);
  return definitions.flatMap(({ name, openPulls }) => parseLabel(name).kind === "status" ? openPulls : []);
}

/** Describes what holds an active environment back and what is switched in it. */
function noteOn(view: EnvironmentView, pull: LabeledPull | undefined, switched: Flags): string {
  const flags = Object.entries(switched).map(([name, on]) => `${name} ${on ? "on" : "off"}`).sort();
  if (pull?.open !== true || !view.active || view.short_sha === null) return flags.join(", ");
  const { labels: { frozen, blocked }, commits = [], headSha } = pull;
  const serves = servedHead(pull.labels, { runs: view.short_sha, head: headSha });
  const behind = serves === undefined
    ? describeBehind(commitsBehind(commits, { runs: view.short_sha, head: headSha }))
    : `serves ${serves} too`;
  return [
    ...(frozen.length > 0 ? ["frozen"] : []),
    ...(blocked.length > 0 ? ["blocked"] : []),
    ...(behind === "" ? [] : [behind]),
    ...flags,
  ].join(", ");
}

/** Asks the platform for the addresses of services that no label names. */
async function addAddresses(
  ports: ListPorts,
  seen: {
    readonly deployed: readonly PlatformEnvironment[];
    readonly pulls: ReadonlyMap<PrNumber, LabeledPull>;
    readonly incomplete: string[];
  },
  signal: AbortSignal,
): Promise<readonly PlatformEnvironment[]> {
  const { deployed, pulls, incomplete } = seen;
  const silent = deployed.filter(({ pr, short, address, healthy, legacy }) => {
    if (address !== undefined || !healthy) return false;
    return short === undefined || legacy ||
      pulls.get(pr)?.labels.environments.get(short)?.address === undefined;
  });
  if (silent.length === 0) return deployed;
  const addresses = new Map<ServiceName, string>();
  try {
    const found = await ports.platform.addresses(silent, signal);
    for (const [index, { service }] of silent.entries()) {
      const address = found[index];
      if (address !== undefined) addresses.set(service, address);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    incomplete.push(`Addresses that no label tells could not be looked up: ${error.message}`);
    return deployed;
  }
  const unknown = silent.filter(({ service }) => !addresses.has(service));
  if (unknown.length > 0) {
    incomplete.push(
      `No address was found for ${
        unknown.map(({ service }) => service).join(", ")
      }; "showtime url <pr>" asks for one`,
    );
  }
  return deployed.map((each) => ({ ...each, address: each.address ?? addresses.get(each.service) }));
}

/** Finds the machines that have what the labels name and this machine's engine lacks, by pull request. */
async function findOtherEngines(
  ports: ListPorts,
  { pulls, byPull, incomplete }: {
    readonly pulls: ReadonlyMap<PrNumber, LabeledPull>;
    readonly byPull: ReadonlyMap<PrNumber, readonly PlatformEnvironment[]>;
    readonly incomplete: string[];
  },
  signal: AbortSignal,
): Promise<ReadonlyMap<PrNumber, string>> {
  const found = new Map<PrNumber, string>();
  for (const [pr, { open, labels }] of pulls) {
    if (!open) continue;
    try {
      const name = await readOtherEngine(ports, pr, { labels, deployed: byPull.get(pr) ?? [] }, signal);
      if (name !== undefined) found.set(pr, name);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      incomplete.push(`Whether #${pr} runs on another machine could not be read: ${error.message}`);
    }
  }
  return found;
}

async function listPlatform(
  ports: ListPorts,
  incomplete: string[],
  signal: AbortSignal,
): Promise<readonly PlatformEnvironment[] | undefined> {
  try {
    return await ports.platform.list({ repo: ports.repo, others: true }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    incomplete.push(
      `The platform could not be asked, so this is what the labels say, unverified: ${error.message}`,
    );
    return undefined;
  }
}

function viewPull(
  ports: ListPorts,
  sources: {
    readonly pr: PrNumber;
    readonly pull: LabeledPull | undefined;
    readonly deployed: readonly PlatformEnvironment[];
    readonly otherEngine: string | undefined;
  },
): readonly EnvironmentView[] {
  const { pr, pull, deployed, otherEngine } = sources;
  const labels = pull?.labels;
  return pairEnvironments({ pr, labels, open: pull?.open }, deployed).map((each) =>
    viewEnvironment(ports, {
      ...each,
      otherEngine,
      sha: pull !== undefined && shortSha(pull.headSha) === each.short ? pull.headSha : undefined,
    })
  );
}

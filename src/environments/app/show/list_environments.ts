/** Lists all environments of the repository, with about one request per page. */

import { AppError } from "../../../lib/errors.ts";
import { type PrNumber, type ServiceName, type ShortSha, shortSha } from "../../../lib/ids.ts";
import type { PlatformEnvironment } from "../../core/environment/environment.ts";
import { DRY_RUN_ADDRESS, formatLabel, type LabelState, readLabels } from "../../core/labels/mod.ts";
import type { ForgeReader, PullSummary } from "../../ports/forge.ts";
import type { PlatformReader } from "../../ports/platform.ts";
import { byActivity, type EnvironmentView, viewEnvironment, type ViewPorts } from "./environment_view.ts";

/** The ports and values of a listing. */
export interface ListPorts extends ViewPorts {
  /** `owner/name`. */
  readonly repo: string;
  readonly forge: ForgeReader;
  readonly platform: Pick<PlatformReader, "list" | "addresses">;
}

/** A listed pull request with its labels parsed. */
type LabeledPull = Omit<PullSummary, "labels"> & { readonly labels: LabelState };

/**
 * Lists the environments that labels or the platform know. `incomplete`: sentences about everything that
 * could not be read.
 */
export async function listEnvironments(
  ports: ListPorts,
  signal: AbortSignal,
): Promise<{ readonly environments: readonly EnvironmentView[]; readonly incomplete: readonly string[] }> {
  const { forge } = ports;
  const incomplete: string[] = [];
  // The platform is read first: an environment that starts meanwhile has its labels by the time they are
  // read.
  const deployed = ports.platformAsLabels ? undefined : await listPlatform(ports, incomplete, signal);
  const marked = await forge.listPulls({ label: formatLabel({ kind: "marker" }), states: "all" }, signal);
  const known = new Set(marked.map((pull) => pull.number));
  const missing = [...new Set((deployed ?? []).map((each) => each.pr))].filter((pr) => !known.has(pr));
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
  const environments = [...new Set([...pulls.keys(), ...byPull.keys()])].flatMap((pr) =>
    viewPull(viewing, { pr, pull: pulls.get(pr), deployed: byPull.get(pr) ?? [] }).filter((view) =>
      // A platform that answered does not have the environments that dry runs pretended.
      viewing.platformAsLabels || view.address !== DRY_RUN_ADDRESS
    )
  );
  return { environments: environments.sort(byActivity), incomplete };
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
  const silent = deployed.filter(({ pr, short, address, healthy }) => {
    if (address !== undefined || !healthy) return false;
    return short === undefined ||
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

async function listPlatform(
  ports: ListPorts,
  incomplete: string[],
  signal: AbortSignal,
): Promise<readonly PlatformEnvironment[] | undefined> {
  try {
    return await ports.platform.list({ repo: ports.repo }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    incomplete.push(`The platform could not be asked, so this is what the labels say: ${error.message}`);
    return undefined;
  }
}

function viewPull(
  ports: ListPorts,
  sources: {
    readonly pr: PrNumber;
    readonly pull: LabeledPull | undefined;
    readonly deployed: readonly PlatformEnvironment[];
  },
): readonly EnvironmentView[] {
  const { pr, pull, deployed } = sources;
  const labels = pull?.labels;
  const shorts = new Set<ShortSha | undefined>([
    ...[...labels?.environments.values() ?? []].filter((each) => each.status !== undefined).map((each) =>
      each.sha
    ),
    ...deployed.map((each) => each.short),
  ]);
  return [...shorts].map((short) =>
    viewEnvironment(ports, {
      pr,
      short,
      labels,
      labeled: short === undefined ? undefined : labels?.environments.get(short),
      deployed: deployed.find((each) => each.short === short),
      open: pull?.open,
      sha: pull !== undefined && shortSha(pull.headSha) === short ? pull.headSha : undefined,
    })
  );
}

import { costOf } from "../../core/cost/cost.ts";
import { capExpiry, creationOf, expiryOf } from "../../core/environment/expiry.ts";
import { urlToOpen } from "../../core/environment/stable_url.ts";
import { formatServiceName } from "../../core/environment/names.ts";
import type { PlatformEnvironment } from "../../core/environment/environment.ts";
import { type FullSha, type PrNumber, type ShortSha, shortSha } from "../../../lib/ids.ts";
import { formatIsoSeconds } from "../../../lib/instant.ts";
import { formatTtl, type LabeledEnvironment, type LabelState } from "../../core/labels/mod.ts";
import { decideShaState, presenceOf } from "../../core/plan/mod.ts";
import type { EnvironmentView } from "../../core/environment/view.ts";
import type { ForgeReader } from "../../ports/forge.ts";
import type { PlatformKind } from "../../core/environment/environment.ts";
import type { AppSettings, LinkMaker } from "../run.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";

export type { EnvironmentView };

/** The ports and values that showing an environment uses. */
export interface ViewPorts {
  readonly forge: Pick<ForgeReader, "now">;
  readonly platformKind: PlatformKind;
  readonly platformAsLabels: boolean;
  readonly links: Pick<LinkMaker, "pull" | "commit" | "console">;
  readonly settings: Pick<AppSettings, "maxAgeMs" | "urlOf" | "cost">;
}

/** The two sources about one environment: its labels and the platform. */
export interface EnvironmentSources {
  readonly pr: PrNumber;
  readonly short: ShortSha | undefined;
  readonly labels: LabelState | undefined;
  readonly labeled: LabeledEnvironment | undefined;
  readonly deployed: PlatformEnvironment | undefined;
  /** Whether the pull request is open; undefined if it was not read. */
  readonly open: boolean | undefined;
  /** Full hash, if it is known from elsewhere (the head of the pull request). */
  readonly sha: FullSha | undefined;
  /** The machine whose engine has what this run's engine lacks; undefined if no other is known. */
  readonly otherEngine?: string | undefined;
}

/** Combines the labels and the platform's answer into the view of an environment. */
export function viewEnvironment(ports: ViewPorts, sources: EnvironmentSources): EnvironmentView {
  const { pr, short, labels, labeled, deployed } = sources;
  const sha = deployed?.sha ?? sources.sha;
  const createdAt = creationOf({ labeled, deployed }, ports.forge.now());
  const expiresAt = capExpiry(
    labeled?.ttl === undefined ? deployed?.expiresAt : expiryOf(createdAt, labeled.ttl),
    { createdAt, maxAgeMs: ports.settings.maxAgeMs },
  );
  // The platform's answer outweighs the labels, which anyone who may set labels can write. An address that it does not
  // have any more may be a stranger's by now; a listing leaves addresses out.
  const elsewhere = sources.otherEngine !== undefined && labeled?.status === "running" &&
    deployed === undefined;
  const missing = !ports.platformAsLabels && deployed?.healthy !== true && !elsewhere;
  const address = deployed?.address ?? (missing ? undefined : labeled?.address);
  const service = deployed?.service ?? (short === undefined ? undefined : formatServiceName(pr, short));
  const presence = presenceOf(ports.platformAsLabels ? "as_labels" : deployed, labeled?.status);
  const active = short !== undefined && deployed?.legacy !== true && labels?.active.includes(short) === true;
  const stable = ports.platformAsLabels ? ports.settings.urlOf?.(pr) : deployed?.settings.url;
  const state = decideShaState(labeled?.status, presence);
  const status = elsewhere
    ? "elsewhere"
    : state === "in_progress"
    ? String(labeled?.status ?? "deploying")
    : state;
  return {
    pr,
    sha: sha ?? null,
    short_sha: short ?? null,
    status,
    type: decideType(sources, state),
    active,
    address: address ?? null,
    // The address that stays is the same while the environment sleeps.
    url: address !== undefined
      ? urlToOpen({ address, stable, active })
      : status === "asleep" && active
      ? stable ?? null
      : null,
    created_at: formatTime(createdAt),
    expires_at: formatTime(expiresAt),
    ttl: labeled?.ttl === undefined ? null : formatTtl(labeled.ttl),
    requested_by: labeled?.requestedBy ?? deployed?.requestedBy ?? null,
    platform: ports.platformKind,
    service: service ?? null,
    image: deployed?.image ?? null,
    size: deployed?.settings.size ?? null,
    flags: deployed?.settings.flags ?? {},
    ...(labeled?.serves === undefined ? {} : { serves: labeled.serves }),
    ...viewCost(ports, { deployed, createdAt, present: deployed !== undefined || state === "running" }),
    links: {
      pull_request: ports.links.pull(pr),
      ...(sha === undefined ? {} : { commit: ports.links.commit(sha) }),
      // An environment that failed or never existed has no page in the console.
      ...(service !== undefined &&
          (deployed !== undefined || (ports.platformAsLabels && state !== "failed"))
        ? ports.links.console(service)
        : {}),
    },
  };
}

/** Views the cost of an environment that the platform has. In a dry run the labels stand for the platform. */
function viewCost(
  { settings: { cost }, forge }: ViewPorts,
  { deployed, createdAt, present }: {
    readonly deployed: PlatformEnvironment | undefined;
    readonly createdAt: number | undefined;
    readonly present: boolean;
  },
): Pick<EnvironmentView, "cost"> {
  if (cost === undefined || !present) return {};
  const { sleep, sleptMs, settings } = deployed ?? {};
  const asleepSince = sleep?.since;
  const times = { createdAt, now: forge.now(), asleepSince, sleptMs };
  const found = costOf(cost, { ...times, size: settings?.size });
  // How long an environment was awake is not known if nothing says since when it sleeps.
  const known = sleep === undefined || asleepSince !== undefined;
  const [perHour, soFar] = [found?.perHour, known ? found?.soFar : undefined];
  return {
    cost: { per_hour: perHour ?? null, so_far: soFar ?? null, currency: "USD", prices: cost.source },
  };
}

function decideType(
  sources: EnvironmentSources,
  state: ReturnType<typeof decideShaState>,
): EnvironmentView["type"] {
  if (sources.short === undefined || sources.deployed?.legacy === true) return "legacy";
  if (sources.open === false || sources.labeled?.status === undefined) return "orphaned";
  return state === "in_progress" ? "building" : "active";
}

/** Views the environments of an observed pull request, the active one first. */
export function viewSight(ports: ViewPorts, observed: ObservedPull): readonly EnvironmentView[] {
  const { labels, platform, pr, open, commits, headSha, target, otherEngine } = observed.observation;
  const deployed = platform === "as_labels" ? [] : platform;
  const seeing = platform === "as_labels" ? { ...ports, platformAsLabels: true } : ports;
  const of = { pr, labels, open };
  const full = new Map([...commits, headSha, target].map((sha) => [shortSha(sha), sha] as const));
  return pairEnvironments(of, deployed).map((each) =>
    viewEnvironment(seeing, {
      ...each,
      otherEngine,
      sha: each.short === undefined ? undefined : full.get(each.short),
    })
  ).sort(byActivity);
}

/**
 * Pairs the labels of a pull request with its environments on the platform. An environment of an older scheme
 * stands alone, since no label is about it.
 */
export function pairEnvironments(
  of: Pick<EnvironmentSources, "pr" | "labels" | "open">,
  deployed: readonly PlatformEnvironment[],
): readonly Omit<EnvironmentSources, "sha">[] {
  const labeled = of.labels?.environments;
  const legacy = deployed.filter((each) => each.legacy);
  const current = deployed.filter((each) => !each.legacy);
  const shorts = new Set<ShortSha | undefined>([
    ...[...labeled?.values() ?? []].flatMap((each) => each.status === undefined ? [] : [each.sha]),
    ...current.map((each) => each.short),
  ]);
  return [
    ...[...shorts].map((short) => ({
      ...of,
      short,
      labeled: short === undefined ? undefined : labeled?.get(short),
      deployed: current.find((each) => each.short === short),
    })),
    ...legacy.map((each) => ({ ...of, short: each.short, labeled: undefined, deployed: each })),
  ];
}

/** Orders views: active first, then by pull request, then the newest. */
export function byActivity(a: EnvironmentView, b: EnvironmentView): number {
  return Number(b.active) - Number(a.active) || b.pr - a.pr ||
    (b.created_at ?? "").localeCompare(a.created_at ?? "");
}

/** Returns the active environment, else that of the target commit; undefined if there is neither. */
export function mainView(ports: ViewPorts, observed: ObservedPull): EnvironmentView | undefined {
  const views = viewSight(ports, observed);
  const target = shortSha(observed.observation.target);
  return views.find((view) => view.active) ?? views.find((view) => view.short_sha === target);
}

/** Returns the commit that the address of an environment serves; empty without an address. */
export function servedSha(view: EnvironmentView | undefined): string {
  return view === undefined || view.address === null ? "" : view.sha ?? view.short_sha ?? "";
}

/** Computes how long an environment has left, in milliseconds; undefined if it does not expire by age. */
export function timeLeft(view: EnvironmentView, now: number): number | undefined {
  return view.expires_at === null ? undefined : Date.parse(view.expires_at) - now;
}

/** Formats an instant as RFC 3339, UTC, with whole seconds; null if it is not known. */
export function formatTime(at: number | undefined): string | null {
  return at === undefined ? null : formatIsoSeconds(at);
}

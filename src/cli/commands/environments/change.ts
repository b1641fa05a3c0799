/** The common part of the commands that change an environment: they ask for a sync and report its result. */

import type { AppSettings } from "../../../environments/app/run.ts";
import type { SyncPorts } from "../../../environments/app/sync/sync_ports.ts";
import {
  type EnvironmentView,
  mainView,
  servedSha,
  type ViewPorts,
  viewSight,
} from "../../../environments/app/show/environment_view.ts";
import type { ObservedPull } from "../../../environments/app/observe/observe_pull.ts";
import { DEFAULT_OPTIONS } from "../../../environments/app/sync/make_policy.ts";
import {
  pullClosed,
  type SyncOptions,
  syncPull,
  type SyncResult,
  type SyncWatch,
} from "../../../environments/app/sync/sync_pull.ts";
import { assertWithinMaxAge } from "../../../environments/core/environment/expiry.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import { formatLabel } from "../../../environments/core/labels/mod.ts";
import { type PrNumber, shortSha } from "../../../lib/ids.ts";
import type { Plan, Request } from "../../../environments/core/plan/mod.ts";
import type { CommandEnv } from "../../command.ts";
import { adviceFacts } from "../../../environments/app/show/advice_facts.ts";
import { adviseInComment } from "../../../environments/core/comment/mod.ts";
import { viewFailures } from "../../../environments/app/show/failure_view.ts";
import { errorDocument } from "../../print_error.ts";
import { readSha, readTtl } from "../../read_arguments.ts";
import { renderDone, renderEnvironment, renderPlan, renderSummary } from "../../render/mod.ts";
import { adviseAround } from "../../advise_around.ts";
import { findCommented, obeyCommented } from "./commented/commented.ts";
import { askAboutLabels, howToStart, readGivenImage, tellActions, warnOfPreset } from "./shared.ts";

const FREEZE = formatLabel({ kind: "freeze" });

/** Reads the flags about the change. They are checked before anything is loaded. */
export function readChange(env: CommandEnv): Pick<SyncOptions, "ttl" | "size" | "sha"> {
  const { values } = env;
  return { ttl: values.read("ttl", readTtl), size: values.text("size"), sha: values.read("sha", readSha) };
}

/** Makes the options of a sync. */
export function makeSyncOptions(
  env: CommandEnv,
  ports: { readonly settings: Pick<AppSettings, "imageOf" | "maxAgeMs"> },
  asked: { readonly request: Request | undefined; readonly change?: ReturnType<typeof readChange> },
): SyncOptions {
  assertWithinMaxAge(asked.change?.ttl, { maxAgeMs: ports.settings.maxAgeMs, where: "--ttl" });
  return {
    ...DEFAULT_OPTIONS,
    ...asked.change,
    givenImage: readGivenImage(env, ports),
    request: asked.request,
    planOnly: env.flags.dryRun,
  };
}

/** Syncs a pull request and reports the result. */
export async function runChange(
  env: CommandEnv,
  pr: PrNumber,
  asked: { readonly request: Request | undefined; readonly change?: ReturnType<typeof readChange> },
): Promise<ExitCode> {
  const { ports, loaded } = await env.ports(pr, [
    "forge",
    "platform",
    "images",
    "clock",
    "content",
    "events",
  ]);
  if (asked.request?.trigger !== "stop") warnOfPreset(env, loaded);
  await checkSize(asked.change?.size, Object.keys(loaded.config.environment.sizes));
  const watch = new Telling(env);
  const options = { ...makeSyncOptions(env, ports, asked), watch };
  const commented = asked.request === undefined && !env.flags.dryRun
    ? findCommented(env, ports, options)
    : undefined;
  const synced = commented === undefined
    ? await syncPull(ports, pr, options, env.signal)
    : await obeyCommented(env, ports, { pr, obeying: commented });
  if (synced === undefined) return EXIT.done;
  const result = asked.request?.trigger === "start" ? refuseClosed(synced, pr) : synced;
  await reportChange(env, {
    ports,
    result,
    environment: mainView(ports, result.observed),
    asked: asked.request,
    told: watch.told,
  });
  return result.exitCode;
}

/** Throws AppError (exit code 2) for a size that the configuration does not have. */
async function checkSize(size: string | undefined, sizes: readonly string[]): Promise<void> {
  if (size === undefined || sizes.includes(size)) return;
  const { unknownChoice } = await import("../../reading/usage_mistakes.ts");
  throw unknownChoice("--size", { given: size, choices: sizes });
}

/** Prints the decision and each step as it happens. Silent under `--json`, where the final document says both. */
class Telling implements SyncWatch {
  readonly #env: CommandEnv;
  #told = false;

  constructor(env: CommandEnv) {
    this.#env = env;
  }

  /** Whether a plan was printed. */
  get told(): boolean {
    return this.#told;
  }

  planned(plan: Plan): void {
    if (this.#env.flags.json) return;
    this.#told = true;
    this.#env.lines(renderPlan(plan, {
      style: this.#env.style,
      dryRun: false,
      codes: this.#env.flags.verbose,
    }));
  }

  done(sentence: string): void {
    if (!this.#env.flags.json) this.#env.lines(renderDone(sentence, this.#env.style));
  }
}

/** Turns the sync of a pull request that was closed meanwhile into a failure: the caller asked for a start. */
function refuseClosed(result: SyncResult, pr: PrNumber): SyncResult {
  if (result.observed.observation.open || result.exitCode !== EXIT.done) return result;
  return { ...result, failure: pullClosed(pr), exitCode: EXIT.refused };
}

/** The result of a change. */
interface Report {
  readonly ports: SyncPorts & ViewPorts;
  readonly result: SyncResult;
  readonly environment: EnvironmentView | undefined;
  readonly asked: Request | undefined;
  /** Whether the decision and its steps have been printed. */
  readonly told: boolean;
}

/** Prints the result, and the decision if it has not been printed yet. */
async function reportChange(env: CommandEnv, report: Report): Promise<void> {
  const { ports, result, environment } = report;
  const { plan, applied, observed, failure } = result;
  if (report.asked?.trigger !== "stop") askAboutLabels(env, observed.observation.nearMisses);
  if (env.flags.json) {
    env.json({
      pr: plan.pr,
      action_needed: plan.action,
      action_reason: plan.reason,
      applied,
      environment: environment ?? null,
      requests: ports.forge.requestCount(),
      ...(env.flags.dryRun ? { dry_run: true } : {}),
      ...(result.left === undefined ? {} : { left: result.left }),
      ...(failure === undefined ? {} : { error: errorDocument(failure) }),
    });
  } else {
    const now = ports.forge.now();
    const look = { style: env.style, now, failures: failedUpdates(observed) };
    env.lines([
      ...(report.told ? [] : renderPlan(plan, {
        style: env.style,
        dryRun: env.flags.dryRun,
        codes: env.flags.verbose,
      })),
      ...viewSight(ports, observed).flatMap((view) => renderEnvironment(view, look)),
    ]);
  }
  if (failure !== undefined) env.fail(failure, `the environment of #${plan.pr} failed`);
  if (result.left !== undefined) env.terminal.notice(result.left);
  if (!env.flags.dryRun) await tellRunner(env, report);
  if (result.exitCode === EXIT.done) env.next(nextStep(env, report));
  else if (plan.reason === "over_limit" || plan.reason === "over_budget") {
    env.next(`"showtime list --wide" shows what there is, and what it costs where "cost" is configured`);
  } else if (plan.reason === "blocked") {
    const around = adviseAround(ports, observed);
    if (around !== undefined) env.next(around);
  }
}

/**
 * Lists the failures of environments that run all the same. Other failures are printed as the command's own.
 */
function failedUpdates(observed: ObservedPull): ReturnType<typeof viewFailures> {
  const { environments } = observed.observation.labels;
  return viewFailures(observed).filter(({ short_sha }) => environments.get(short_sha)?.status === "running");
}

async function tellRunner(env: CommandEnv, { ports, result, environment }: Report): Promise<void> {
  const { plan, applied, failure, observed } = result;
  const next = adviseInComment(adviceFacts(observed.observation, ports.settings));
  await tellActions(env, {
    outputs: {
      pr_number: String(plan.pr),
      target_sha: plan.target,
      action_needed: plan.action,
      action_reason: plan.reason,
      environment_status: environment?.status ?? "",
      environment_url: environment === undefined || environment.address === null ? "" : environment.url ?? "",
      environment_sha: servedSha(environment),
    },
    summary: renderSummary({
      plan,
      applied,
      environment,
      failure: failure?.message,
      hint: failure?.hint,
      next,
    }),
  });
}

function nextStep(env: CommandEnv, { ports, result, environment, asked }: Report): string {
  const { plan } = result;
  const { pr } = plan;
  if (result.left !== undefined) return '"showtime cleanup" removes it';
  const around = plan.steps.some(({ kind }) => kind !== "notice")
    ? undefined
    : adviseAround(ports, result.observed);
  if (around !== undefined) return around;
  if (plan.reason === "attempts_exhausted") {
    return `push a fix, or "showtime start ${pr}" tries ${shortSha(plan.target)} again`;
  }
  if (env.flags.dryRun) {
    return plan.steps.length === 0 ? `"showtime explain ${pr}" says why` : "run it again without --dry-run";
  }
  if (environment === undefined) {
    return adviseAround(ports, result.observed) ??
      howToStart(pr, { open: result.observed.observation.open });
  }
  if (environment.status === "asleep") return `"showtime wake ${pr}" wakes it; its time-to-live counts on`;
  if (environment.status !== "running" || environment.url === null) {
    return `"showtime status ${pr}" shows its progress`;
  }
  if (ports.platformAsLabels) {
    const flag = ports.platformKind === "docker" ? "--dry-run-docker" : "--dry-run-aws";
    return `nothing runs at ${environment.address}: without ${flag} it is built and started`;
  }
  const { target, headSha, labels } = result.observed.observation;
  if (target !== headSha && labels.frozen.length === 0) {
    return `the next sync brings it to the head ${shortSha(headSha)}; the label "${FREEZE}" holds it at ` +
      `${shortSha(target)}: ${environment.url}`;
  }
  if (plan.steps.length === 0 && asked?.trigger === "start") {
    return `it already runs at ${environment.url}; "showtime start ${pr} --force" rebuilds it`;
  }
  return `open ${environment.url}; "showtime logs ${pr}" shows its log, "showtime stop ${pr}" removes it`;
}

import { applyCleanup, type CleanupResult } from "../../../environments/app/cleanup/apply_cleanup.ts";
import {
  type CleanupCandidate,
  type CleanupOptions,
  type CleanupPlan,
  kindWord,
  planCleanup,
} from "../../../environments/app/cleanup/cleanup.ts";
import type { SyncPorts } from "../../../environments/app/sync/sync_ports.ts";
import { formatTtl } from "../../../environments/core/labels/mod.ts";
import { EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { groupDefinitions } from "./group_definitions.ts";
import { readCount, readDuration } from "../../read_arguments.ts";
import {
  renderCleanupSummary,
  renderDone,
  renderSentence,
  renderTable,
  type Style,
} from "../../render/mod.ts";
import { FIND_OBSTACLE, tellActions } from "./shared.ts";

/** Removes expired and orphaned environments and their leftovers. */
export async function runCleanup(env: CommandEnv): Promise<ExitCode> {
  const options = readOptions(env);
  const { ports } = await env.ports(undefined, ["forge", "platform", "images", "clock", "events"]);
  return await clean(env, { ports, options });
}

/** Removes unused label definitions, and nothing else. */
export async function runCleanupLabels(env: CommandEnv): Promise<ExitCode> {
  const labelLimit = env.values.read("limit", readCount);
  const { ports } = await env.ports(undefined, ["forge", "platform", "images", "clock"]);
  const options: CleanupOptions = {
    respectTtl: false,
    askedMaxAgeMs: undefined,
    olderThanMs: undefined,
    labels: true,
    platformOrphans: false,
    closedPulls: false,
    addresses: false,
    labelLimit,
  };
  return await clean(env, { ports, options });
}

function readOptions({ values }: CommandEnv): CleanupOptions {
  const olderThanMs = values.read("older-than", readDuration);
  const askedMaxAgeMs = values.read("max-age", readDuration);
  for (const other of ["respect-ttl", "max-age"] as const) {
    if (olderThanMs === undefined || !(values.flag(other) || values.text(other) !== undefined)) continue;
    const why = other === "max-age" ? "a cap on each time-to-live" : "each time-to-live";
    throw usageError(
      "flags_conflict",
      `Reading the command line: --older-than is one age for all, and --${other} asks for ${why}`,
      "Give one of them",
    );
  }
  return {
    respectTtl: olderThanMs === undefined,
    askedMaxAgeMs,
    olderThanMs,
    labels: values.choice("cleanup-labels") ?? true,
    platformOrphans: values.choice("cleanup-aws-orphans") ?? true,
    closedPulls: values.choice("cleanup-closed-pr-labels") ?? true,
    addresses: true,
    labelLimit: values.read("label-limit", readCount),
  };
}

type Asked = {
  readonly ports: SyncPorts;
  readonly options: CleanupOptions;
};

async function clean(env: CommandEnv, { ports, options }: Asked): Promise<ExitCode> {
  const plan = await planCleanup(ports, options, env.signal);
  if (env.flags.dryRun) {
    if (env.flags.json) {
      env.json({
        dry_run: true,
        candidates: plan.candidates.map(candidateDocument),
        removed: [],
        addresses: plan.addresses.map(addressDocument),
        mended: [],
        ...visitedDocument(plan),
        ...(plan.warnings.length === 0 ? {} : { warnings: plan.warnings.map(warningDocument), warned: [] }),
        ...sleepDocument(plan),
        ...leftDocument(plan),
      });
    } else {env.lines([
        "Would remove:",
        ...renderCandidates(env, plan.candidates),
        ...renderAddresses(plan.addresses, env.style),
        ...renderVisited(plan.visited, env.style),
        ...renderWarnings(plan.warnings, env.style),
        ...renderSleep(plan.sleep, env.style),
        ...renderKept(plan.kept, env.style),
      ]);}
    const next =
      [plan.candidates, plan.addresses, plan.visited, plan.warnings, plan.sleep].every(({ length }) =>
          length === 0
        )
        ? '"showtime list" shows what there is'
        : "run it again without --dry-run";
    return finish(env, plan.incomplete, { next });
  }
  const approved = await approve(env, plan);
  const result = await applyCleanup(ports, plan, { approved, force: env.values.flag("force") }, env.signal);
  if (env.flags.json) {
    env.json({
      dry_run: false,
      candidates: plan.candidates.map(candidateDocument),
      removed: result.removed,
      addresses: plan.addresses.map(addressDocument),
      mended: result.mended,
      ...visitedDocument(plan, result.extended),
      ...(plan.warnings.length === 0
        ? {}
        : { warnings: plan.warnings.map(warningDocument), warned: result.warned }),
      ...sleepDocument(plan, result.slept),
      ...leftDocument(result),
    });
  } else {
    const sentences = [
      ...namesOf(env, { plan, removed: result.removed }).map((what) => `removed ${what}`),
      ...result.mended.map((what) => `mended ${what}`),
      ...result.extended.map((what) => `extended ${what}`),
      ...result.warned.map((what) => `warned of the end of ${what}`),
      ...result.slept,
    ];
    const done = sentences.flatMap((sentence) => renderDone(sentence, env.style));
    const none = result.incomplete.length > 0 ? "Nothing was removed" : "There was nothing to remove";
    const removed = done.length === 0 ? [none] : done;
    env.lines([...removed, ...renderKept(result.kept, env.style)]);
  }
  await tellActions(env, { outputs: {}, summary: renderCleanupSummary(result) });
  return finish(env, result.incomplete, { next: '"showtime list" shows what there is now' });
}

/** Returns what was removed, for people. Label definitions are many, so they are one entry. */
function namesOf(
  { flags }: CommandEnv,
  { plan, removed }: { readonly plan: CleanupPlan; readonly removed: readonly string[] },
): readonly string[] {
  if (flags.verbose) return removed;
  const gone = removed.map((what) =>
    plan.candidates.find((each) => each.what === what) ?? { kind: "", what }
  );
  return groupDefinitions(gone).map(({ what }) => what);
}

/** Asks about doubtful candidates and returns those to remove. Without a terminal it asks nothing and removes none. */
async function approve(env: CommandEnv, plan: CleanupPlan): Promise<readonly string[]> {
  const doubtful = plan.candidates.filter((each) => each.needsApproval);
  const ids = doubtful.map(({ id }) => id);
  if (doubtful.length === 0 || env.values.flag("force")) return ids;
  if (!env.terminal.can.ask || env.flags.json) {
    env.terminal.say(
      `${doubtful.length} ${
        doubtful.length === 1 ? "orphan stays" : "orphans stay"
      }: --force removes orphans`,
    );
    return [];
  }
  env.lines(renderCandidates(env, doubtful));
  const what = doubtful.length === 1 ? "this orphan" : `these ${doubtful.length} orphans`;
  return await env.terminal.confirm(`Remove ${what}?`) ? ids : [];
}

function renderCandidates(env: CommandEnv, candidates: readonly CleanupCandidate[]): readonly string[] {
  if (candidates.length === 0) return ["   nothing"];
  const columns = [{ title: "KIND" }, { title: "PR" }, { title: "WHAT", shrinks: true }, {
    title: "WHY",
    shrinks: true,
  }];
  const shown = env.flags.verbose ? candidates : groupDefinitions(candidates);
  const rows = shown.map((each) => [
    { text: kindWord(each) },
    { text: each.pr === undefined ? "-" : `#${each.pr}` },
    { text: each.what },
    { text: each.needsApproval ? `${each.why} (needs --force or a yes)` : each.why },
  ]);
  return renderTable(columns, rows, { style: env.style });
}

function renderAddresses(addresses: CleanupPlan["addresses"], style: Style): readonly string[] {
  if (addresses.length === 0) return [];
  return ["Would mend:", ...addresses.flatMap(({ what, why }) => renderSentence(`${what}: ${why}`, style))];
}

function renderVisited(visited: CleanupPlan["visited"], style: Style): readonly string[] {
  if (visited.length === 0) return [];
  return ["Would extend:", ...visited.flatMap(({ what, why }) => renderSentence(`${what}: ${why}`, style))];
}

function renderWarnings(warnings: CleanupPlan["warnings"], style: Style): readonly string[] {
  if (warnings.length === 0) return [];
  return ["Would warn:", ...warnings.flatMap(({ what, why }) => renderSentence(`${what}: ${why}`, style))];
}

function renderSleep(sleep: CleanupPlan["sleep"], style: Style): readonly string[] {
  return sleep.flatMap(({ change, what, why }) =>
    renderSentence(
      change === "sleep" ? `Would put ${what} to sleep: ${why}` : `Would wake ${what}: ${why}`,
      style,
    )
  );
}

/** The part of the document about visited environments. It is there if one lives on. */
function visitedDocument({ visited }: Pick<CleanupPlan, "visited">, extended: readonly string[] = []) {
  if (visited.length === 0) return {};
  return {
    visited: visited.map(({ pr, short, ttl, endsAt, what, why }) => ({
      pr,
      short_sha: short,
      ttl: formatTtl(ttl),
      what,
      why,
      ends_at: new Date(endsAt).toISOString(),
    })),
    extended,
  };
}

/** The part of the document about sleep. It is there if something sleeps or wakes by time. */
function sleepDocument({ sleep }: Pick<CleanupPlan, "sleep">, slept: readonly string[] = []) {
  if (sleep.length === 0) return {};
  return {
    sleep: sleep.map(({ pr, short, change, cause, what, why }) => ({
      pr,
      short_sha: short,
      change,
      cause,
      what,
      why,
    })),
    slept,
  };
}

function renderKept(kept: CleanupPlan["kept"], style: Style): readonly string[] {
  return kept.flatMap(({ what, why }) => renderSentence(`kept: ${what}: ${why}`, style));
}

function candidateDocument(candidate: CleanupCandidate) {
  const { pr, what, why, needsApproval } = candidate;
  return { kind: kindWord(candidate), pr: pr ?? null, what, why, needs_approval: needsApproval };
}

function addressDocument({ pr, short, change, what, why, address }: CleanupPlan["addresses"][number]) {
  return { pr, short_sha: short, change, what, why, address: address ?? null };
}

function warningDocument({ pr, short, what, why, endsAt }: CleanupPlan["warnings"][number]) {
  return { pr, short_sha: short, what, why, ends_at: new Date(endsAt).toISOString() };
}

function leftDocument({ kept, incomplete }: Pick<CleanupResult, "kept" | "incomplete">) {
  return { kept, incomplete };
}

function finish(
  env: CommandEnv,
  incomplete: readonly string[],
  { next }: { readonly next: string },
): ExitCode {
  for (const sentence of incomplete) env.terminal.warn(sentence);
  env.next(incomplete.length > 0 ? `${FIND_OBSTACLE}; then run it again` : next);
  return incomplete.length > 0 ? EXIT.incomplete : EXIT.done;
}

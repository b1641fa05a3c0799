/** Extends the time-to-live of the active environment, counted from now. */

import { formatAge, UNIT_MS } from "../../../lib/duration.ts";
import { AppError, EXIT, usageError } from "../../../lib/errors.ts";
import type { PrNumber, ShortSha } from "../../../lib/ids.ts";
import { shortSha } from "../../../lib/ids.ts";
import { creationOf, nextTtl } from "../../core/environment/expiry.ts";
import { formatInstant } from "../../../lib/instant.ts";
import {
  activeSha,
  formatLabel,
  formatTtl,
  type LabelState,
  ttlMs,
  withLabel,
  withoutLabels,
} from "../../core/labels/mod.ts";
import type { Label, Ttl } from "../../core/labels/label.ts";
import { describeRefusal, judgeLabels, personMay, viewShas } from "../../core/plan/mod.ts";
import type { SyncPorts } from "./sync_ports.ts";
import { type EnvironmentView, timeLeft, type ViewPorts, viewSight } from "../show/environment_view.ts";
import { type ObservedPull, observePull } from "../observe/observe_pull.ts";
import { Announcer } from "../announce/announcer.ts";
import { renewedNotes } from "../warning/warning_note.ts";
import { followUp, withLock } from "../lock/with_lock.ts";

export type { Ttl };

/** The ports and values that extending a time-to-live uses. */
export interface ExtendPorts extends SyncPorts, ViewPorts {
  readonly forge: SyncPorts["forge"];
  readonly links: SyncPorts["links"];
  readonly settings: SyncPorts["settings"];
}

/** The result of an extension: the environment as it is now, and sentences about what was done. */
export interface Extension {
  readonly view: EnvironmentView;
  /** Empty if the environment already lives that long. */
  readonly applied: readonly string[];
}

/**
 * Writes the active environment's time-to-live so that it lives at least `ttl` from now. Throws AppError
 * `ttl_too_long` (exit code 2), `not_authorized` or `ttl_of_pull` (3), `no_environment` (1), `busy` (4).
 */
// deno-lint-ignore layers/few-parameters -- it is called as the command is typed: what, and how long
export async function extendPull(
  ports: ExtendPorts,
  pr: PrNumber,
  ttl: Ttl,
  signal: AbortSignal,
): Promise<Extension> {
  const observed = await observePull(ports, pr, {
    request: undefined,
    sha: undefined,
    held: undefined,
    people: new Map(),
  }, signal);
  await checkActor(ports, observed, signal);
  // A refusal is found before the lock is taken, and again under the lock.
  if (chooseChange(ports, observed, { asked: ttl }).next === undefined) {
    return { view: viewActive(ports, observed), applied: [] };
  }
  const extension = await withLock(ports, pr, {
    doing: "extend",
    work: async ({ writer, signal: both }) => {
      const { short, next, remove } = chooseChange(ports, writer.observed, { asked: ttl });
      if (next === undefined) return { view: viewActive(ports, writer.observed), applied: [] };
      const added: Label = { kind: "ttl", sha: short, ttl: next };
      const kept = withoutLabels(writer.labels, remove);
      // The comment is written together with the label, so its text is computed first.
      const view = viewWith(
        ports,
        writer.observed,
        withLabel(kept, { name: formatLabel(added), label: added }),
      );
      writer.note(`\`${short}\` lives until ${endOf(view)}`);
      const labels = withLabel(kept, { name: formatLabel(added), label: added });
      const facts = { observed: writer.observed, labels, short, now: ports.forge.now() };
      const also = renewedNotes(ports.settings, facts);
      await writer.write({ add: [added], remove, comment: true, also }, both);
      const left = timeLeft(view, ports.forge.now());
      const more = left === undefined ? "" : ` (${formatAge(left)} left)`;
      return { view, applied: [`${short} lives until ${endOf(view)}${more}`] };
    },
  }, signal);
  if (extension.applied.length > 0) {
    await followUp(ports, pr, { announcer: new Announcer(ports, pr, signal) }, signal);
  }
  return extension;
}

/** Views the active environment as it is with these labels. */
function viewWith(ports: ExtendPorts, observed: ObservedPull, allLabels: LabelState): EnvironmentView {
  const { observation } = observed;
  return viewActive(ports, {
    ...observed,
    observation: judgeLabels({ ...observation, allLabels }, ports.settings).believed,
  });
}

/** Formats when an environment ends, for a sentence. */
function endOf({ expires_at }: EnvironmentView): string {
  return expires_at === null ? "the pull request closes" : formatInstant(Date.parse(expires_at));
}

/** Throws AppError `not_authorized` if the person of this run may not ask for environments. */
async function checkActor(ports: ExtendPorts, observed: ObservedPull, signal: AbortSignal): Promise<void> {
  const { observation } = observed;
  const { actor, pr } = observation;
  const people = new Map(observation.people);
  if (actor !== undefined && !people.has(actor)) {
    for (const [login, answer] of await ports.forge.permissions([actor], signal)) people.set(login, answer);
  }
  const judged = { ...observation, people };
  if (personMay(judged, actor)) return;
  throw new AppError(
    "not_authorized",
    `Extending the environment of pull request #${pr}: ${describeRefusal(judged, actor)}`,
    {
      exitCode: EXIT.refused,
      hint: "Ask a person with write permission to extend it",
    },
  );
}

/** The change to write; `next` is undefined if the environment already lives that long. */
interface TtlChange {
  readonly short: ShortSha;
  readonly next: Ttl | undefined;
  readonly remove: readonly string[];
}

function chooseChange(
  ports: ExtendPorts,
  observed: ObservedPull,
  { asked }: { readonly asked: Ttl },
): TtlChange {
  const { observation } = observed;
  const { labels, pr } = observation;
  const what = `Extending the environment of pull request #${pr}`;
  const short = activeSha(labels, shortSha(observation.target));
  const views = viewShas(observation);
  const view = short === undefined ? undefined : views.get(short);
  if (
    observation.open && short === undefined &&
    [...views.values()].some(({ state }) => state === "in_progress")
  ) {
    throw new AppError("no_environment", `${what}: its environment is still being built`, {
      hint: `Wait for it; "showtime status ${pr}" shows its progress`,
    });
  }
  if (
    !observation.open || short === undefined || view === undefined || view.state === "absent" ||
    view.state === "stopping"
  ) {
    throw new AppError(
      "no_environment",
      `${what}: ${observation.open ? "it has none that is active" : "the pull request is closed"}`,
      {
        hint: observation.open ? `"showtime start ${pr}" creates one` : "Reopen the pull request first",
      },
    );
  }
  const deciding = labels.ours.find(({ label }) => label.kind === "pr_ttl");
  if (deciding !== undefined) {
    throw new AppError(
      "ttl_of_pull",
      `${what}: the label "${deciding.name}" on it decides how long its environments live`,
      {
        exitCode: EXIT.refused,
        hint: `Change that label: take it off, or put another "🎪 ⌛ <ttl>" in its place`,
      },
    );
  }
  const createdAt = creationOf(view, ports.forge.now());
  if (createdAt === undefined && asked.kind !== "close") {
    throw new AppError("no_creation_time", `${what}: it is not known when ${short} was created`, {
      hint: `"showtime sync ${pr}" repairs its labels`,
    });
  }
  const cap = createdAt === undefined ? undefined : createdAt + (ports.settings.maxAgeMs ?? Infinity);
  assertBelowCap({ what, pr, asked, cap, now: ports.forge.now() }, ports.settings);
  const present = view.labeled?.ttl;
  const remove = labels.ours.flatMap(({ label, name }) =>
    label.kind === "ttl" && label.sha === short ? [name] : []
  );
  const next = nextTtl({ createdAt: createdAt ?? 0, present, asked, now: ports.forge.now() });
  return { short, next, remove };
}

/**
 * Throws AppError `ttl_too_long` if an environment of this age would reach `max_age` before its time is over. A time that
 * is longer than `max_age` by itself is refused where it is read.
 */
function assertBelowCap(
  facts: {
    readonly what: string;
    readonly pr: PrNumber;
    readonly asked: Ttl;
    readonly cap: number | undefined;
    readonly now: number;
  },
  { maxAgeMs = Infinity }: ExtendPorts["settings"],
): void {
  const { what, pr, asked, cap = Infinity, now } = facts;
  const length = ttlMs(asked);
  if (length === undefined || length > maxAgeMs || now + length <= cap) return;
  const hours = Math.floor((cap - now) / UNIT_MS.h);
  const closes = `"showtime extend ${pr} close" keeps it until the pull request closes`;
  throw usageError(
    "ttl_too_long",
    `${what}: ${formatTtl(asked)} from now is above max_age, by which it ends at ${formatInstant(cap)}`,
    hours < 1 ? closes : `"showtime extend ${pr} ${hours}h" is the most; ${closes}`,
  );
}

function viewActive(ports: ExtendPorts, observed: ObservedPull): EnvironmentView {
  const view = viewSight(ports, observed)[0];
  if (view !== undefined) return view;
  throw new AppError(
    "no_environment",
    `Extending the environment of pull request #${observed.observation.pr}: it is gone`,
  );
}

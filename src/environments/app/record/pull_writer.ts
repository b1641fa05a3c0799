/** Writes to GitHub under a lock, and tracks what the pull request carries after each write. */

import {
  type CommentEnvironment,
  type CommentFailure,
  type CommentHookFailure,
  type CommentModel,
  type CommentRecord,
  describeShown,
  EVENT_LIMIT,
  renderComment,
} from "../../core/comment/mod.ts";
import { type FullSha, type ShortSha, shortSha } from "../../../lib/ids.ts";
import { capExpiry, expiryOf } from "../../core/environment/expiry.ts";
import {
  findNearMisses,
  formatLabel,
  type Label,
  LABELS_PER_PULL,
  type LabelState,
  labelStyle,
  makeRoom,
  readLabels,
  type Removal,
  sameLabelName,
  withoutLabels,
} from "../../core/labels/mod.ts";
import { servedHead } from "../../core/labels/mod.ts";
import { commitsBehind, describeBehind } from "../../core/environment/distance.ts";
import { urlToOpen } from "../../core/environment/stable_url.ts";
import { judgeLabels, wantedSettings } from "../../core/plan/mod.ts";
import type { ForgeWrite, NewDefinition } from "../../ports/forge.ts";
import type { HeldLock } from "../lock/lock_lease.ts";
import { lastChange } from "./last_change.ts";
import { tooManyLabels } from "./label_room.ts";
import { rateWords } from "../show/cost_words.ts";
import { newsAfter, type NewsComment, newsWrites } from "./news_writes.ts";
import { reportHead } from "./report_status.ts";
import { runUrlOf } from "./run_url.ts";
import { type SaidFailure, shownFailure } from "./shown_failure.ts";
import { adviceFacts } from "../show/advice_facts.ts";
import { DEFAULT_OPTIONS, makePolicy } from "../sync/make_policy.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";
import { noteWrite } from "../observe/read_current.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";

/** A change of the pull request's record, sent as one request (two if label definitions are new). */
export interface PullChange {
  readonly add?: readonly Label[];
  readonly remove?: readonly string[];
  /** Labels that go with the next change: where there is no room, they go with this one. */
  readonly spare?: readonly string[];
  /** A second change in the same request, for a status that lasts only until the next one. */
  readonly then?: { readonly add: readonly Label[]; readonly remove: readonly string[] };
  /**
   * Rewrites the comment too: after the labels, or between those that are added and those that are removed, so
   * that the record stands before a trigger goes.
   */
  readonly comment?: boolean | "before_removals";
  readonly also?: readonly ForgeWrite[];
}

/** Writes labels and comment of a pull request under its lock. */
export class PullWriter {
  readonly ports: SyncPorts;
  readonly lock: HeldLock;
  /** Sentences about removals that were refused, because another repository owns the thing. */
  readonly refusals: string[] = [];
  /** The commands `before_stop` that failed. */
  readonly hookFailures: CommentHookFailure[] = [];
  #observed: ObservedPull;
  #names: readonly string[];
  /** The parsed {@link #names}, cached after the first use. */
  #labels: LabelState | undefined;
  #record: CommentRecord;
  #commentId: string | undefined;
  #news: readonly NewsComment[] = [];
  #failure: SaidFailure = "recorded";
  #notice: string | undefined;
  #shas: Map<ShortSha, FullSha>;
  #spare: readonly string[] = [];
  /** The addresses that stay, by the commit of the environment that was deployed with them. */
  readonly #urls = new Map<ShortSha, string | undefined>();

  constructor(ports: SyncPorts, lock: HeldLock, observed: ObservedPull) {
    this.ports = ports;
    this.lock = lock;
    this.#observed = observed;
    this.#names = observed.snapshot.labels;
    this.#record = observed.record;
    this.#commentId = observed.comment?.nodeId;
    this.#shas = new Map();
    this.see(observed);
  }

  /** Takes in a newer observation of the pull request. */
  see(observed: ObservedPull): void {
    this.#observed = observed;
    this.#names = observed.snapshot.labels;
    this.#labels = observed.observation.allLabels;
    this.#commentId = observed.comment?.nodeId ?? this.#commentId;
    // GitHub may not show yet what this run has told.
    this.#news = observed.news.length > 0 ? observed.news : this.#news;
    const { headSha, at } = observed.snapshot;
    if (this.#record.head?.sha !== headSha) this.remember({ head: { sha: headSha, since: at } });
    for (
      const sha of [
        ...observed.observation.commits,
        observed.observation.headSha,
        observed.observation.target,
      ]
    ) {
      this.#shas.set(shortSha(sha), sha);
    }
    if (observed.observation.platform !== "as_labels") {
      for (const each of observed.observation.platform) {
        if (each.sha !== undefined) this.#shas.set(shortSha(each.sha), each.sha);
        if (each.short !== undefined) this.noteUrl(each.short, each.settings.url);
      }
    }
  }

  get observed(): ObservedPull {
    return this.#observed;
  }

  /** Label names on the pull request, after all writes so far. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** The parsed labels on the pull request, after all writes so far. */
  get labels(): LabelState {
    return this.#labels ??= readLabels(this.#names);
  }

  get record(): CommentRecord {
    return this.#record;
  }

  /**
   * Adds an event to the comment's list; `text` is safe to stand in Markdown. `unlabeled`: no label records
   * the event, so the history reads it from the comment.
   */
  note(text: string, { unlabeled = false }: { readonly unlabeled?: boolean } = {}): void {
    const event = { at: this.ports.forge.now(), text, ...(unlabeled ? { unlabeled } as const : {}) };
    const events = [...this.#record.events, event].slice(-EVENT_LIMIT);
    this.#record = { ...this.#record, events };
  }

  /** Changes the record in the comment. */
  remember(change: Partial<Omit<CommentRecord, "events">>): void {
    this.#record = { ...this.#record, ...change };
  }

  /**
   * Sets the newest failure and the reason why nothing happens, as the comment shows them. Until a failure is set, the
   * comment keeps the one on record.
   */
  say(words: { readonly failure?: CommentFailure | undefined; readonly notice?: string | undefined }): void {
    if ("failure" in words) this.#failure = words.failure;
    if ("notice" in words) this.#notice = words.notice;
  }

  /** Names labels that go at the end of the plan: where there is no room, they go earlier. */
  spare(names: readonly string[]): void {
    this.#spare = names;
  }

  get spared(): readonly string[] {
    return this.#spare;
  }

  /** Creates definitions of these labels, with their colours, before they are needed. */
  async define(labels: readonly Label[], signal: AbortSignal): Promise<void> {
    const missing = labels.filter((label) => !this.#names.includes(formatLabel(label)));
    if (missing.length > 0) {
      await this.ports.forge.define(missing.map(definitionOf), { repair: false }, signal);
    }
  }

  /**
   * Sends a change. Additions take effect before removals, as far as the pull request has room. Throws AppError
   * `too_many_labels` if the labels do not fit.
   */
  async write(change: PullChange, signal: AbortSignal): Promise<void> {
    const names = this.#names;
    try {
      await this.#send(change, signal);
    } catch (error) {
      this.#names = names;
      this.#labels = undefined;
      throw error;
    }
  }

  async #send(change: PullChange, signal: AbortSignal): Promise<void> {
    this.lock.assertMine();
    const { forge, terminal, settings } = this.ports;
    const phases = [
      { add: change.add ?? [], remove: change.remove ?? [] },
      change.then ?? { add: [], remove: [] },
    ];
    const fresh = phases.flatMap(({ add }) => add).filter((label) =>
      !this.#names.includes(formatLabel(label))
    );
    if (fresh.length > 0) await forge.define(fresh.map(definitionOf), { repair: false }, signal);
    const batch: ForgeWrite[] = [];
    const removals: ForgeWrite[] = [];
    const early = change.comment === "before_removals";
    for (const phase of phases) {
      const attach = phase.add.map((label) => formatLabel(label)).filter((name) =>
        !this.#names.includes(name)
      );
      const remove = phase.remove.filter((name) => this.#names.includes(name));
      const { first, later } = this.#makeRoom(attach, [...remove, ...change.spare ?? []]);
      if (first.length > 0) batch.push({ kind: "detach", names: first });
      if (attach.length > 0) batch.push({ kind: "attach", names: attach });
      const rest = later.filter((name) => remove.includes(name));
      if (rest.length > 0) (early ? removals : batch).push({ kind: "detach", names: rest });
      this.#names = [
        ...this.#names.filter((name) => !remove.includes(name) && !first.includes(name)),
        ...attach.filter((name) => !this.#names.some((present) => sameLabelName(present, name))),
      ];
      this.#labels = undefined;
    }
    if (change.comment !== undefined && change.comment !== false) {
      this.#dropOutdated();
      const comment = this.#modelComment();
      if (settings.commentEnabled) {
        batch.push({ kind: "comment", nodeId: this.#commentId, body: renderComment(comment) });
      }
      batch.push(...newsWrites(this.ports, { observed: this.#observed, present: this.#news, comment }));
    }
    batch.push(...removals, ...(change.also ?? []));
    if (batch.length === 0) return await this.#report(signal);
    const { snapshot } = this.#observed;
    const result = await forge.write({ number: snapshot.number, nodeId: snapshot.nodeId }, batch, signal);
    this.#commentId = result.comment ?? this.#commentId;
    this.#news = newsAfter(this.#news, { batch, created: result.news });
    noteWrite(this.#observed.known, { at: result.updatedAt, ...lastChange(batch) });
    for (const warning of result.warnings) terminal.warn(warning);
    await this.#report(signal);
  }

  /** Writes the status of the head commit if it follows from the labels that it is another one now. */
  async #report(signal: AbortSignal): Promise<void> {
    if (this.ports.settings.status === undefined) return;
    // The record of a failure is cleared a little before the label that says so.
    const { failure = this.#observed.record.failure, update } = this.#record;
    const labels = this.#believedLabels();
    const { ports, lock } = this;
    const observed = this.#observed;
    const stableOf = (short: ShortSha) => this.stableUrlOf(short);
    await reportHead(ports, { observed, lock, labels, stableOf, failure, update }, signal);
  }

  /** Returns the labels without those that are not trusted. */
  #believedLabels(): LabelState {
    const { forged, uncertain } = judgeLabels(this.#observed.observation, this.ports.settings).doubts;
    return withoutLabels(this.labels, [...forged, ...uncertain].map(({ name }) => name));
  }

  #makeRoom(attach: readonly string[], leaving: readonly string[]): Removal {
    const [present, coming] = [this.#names.length, attach.length];
    const spare = this.#spare.filter((name) => this.#names.includes(name));
    const going = [...new Set(leaving)].filter((name) => this.#names.includes(name));
    const room = makeRoom({ present, coming, going, spare });
    if (room !== undefined) return room;
    const excess = present + coming - new Set([...going, ...spare]).size - LABELS_PER_PULL;
    throw tooManyLabels(this.#observed.snapshot, { needed: coming, excess });
  }

  /** Notes the address that stays with which an environment was deployed. */
  noteUrl(short: ShortSha, url: string | undefined): void {
    this.#urls.set(short, url);
  }

  /** Returns the address that stays of an environment; undefined if it was deployed without one. */
  stableUrlOf(short: ShortSha): string | undefined {
    const { observation: { platform, pr } } = this.#observed;
    // A platform that is not asked is taken to have what it would have been given.
    return this.#urls.get(short) ?? (platform === "as_labels" ? this.ports.settings.urlOf?.(pr) : undefined);
  }

  /** Returns the URL at which people are sent to an environment; undefined without an address. */
  urlOf(short: ShortSha, address: string | undefined): string | undefined {
    if (address === undefined) return undefined;
    return urlToOpen({ address, stable: this.stableUrlOf(short), active: true });
  }

  /** Finds the full hash of a SHA of this pull request among those seen so far. */
  fullShaOf(short: ShortSha): FullSha | undefined {
    return this.#shas.get(short);
  }

  /**
   * Removes from the record what is not true any more: addresses in events that no label shows, since such an
   * address may be a stranger's by now, the silence of environments that answer or are gone, the content of those
   * that are gone, and the sleep of those that are awake.
   */
  #dropOutdated(): void {
    const { observation } = this.#observed;
    const environments = this.labels.environments;
    const shown = new Set([...environments.values()].flatMap(({ address }) => address ?? []));
    const events = this.#record.events.map((event) => ({
      ...event,
      text: event.text.replace(
        / at http:\/\/([^\s)]+)| to http:\/\/([^\s)]+)/g,
        (words, at, to) => shown.has(at ?? to) ? words : "",
      ),
    }));
    const healthy = new Set(
      (observation.platform === "as_labels" ? [] : observation.platform).flatMap((each) =>
        each.healthy && each.short !== undefined ? [each.short] : []
      ),
    );
    const silent = Object.entries(this.#record.silent ?? {}).filter(([sha]) =>
      environments.get(sha as ShortSha)?.address !== undefined && !healthy.has(sha as ShortSha)
    );
    const { silent: _, content, sleep, ...record } = this.#record;
    const sleeps = ["asleep", "deploying"].includes(sleep && environments.get(sleep.sha)?.status || "");
    const filled = content !== undefined && environments.get(content.sha)?.status !== undefined;
    this.#record = {
      ...record,
      events,
      ...(filled ? { content } : {}),
      ...(sleeps ? { sleep } : {}),
      ...(silent.length === 0 ? {} : { silent: Object.fromEntries(silent) }),
    };
  }

  #modelComment(): CommentModel {
    const { ports } = this;
    const { observation, snapshot: { number: pr } } = this.#observed;
    const state = this.#believedLabels();
    const nearMisses = findNearMisses(this.#names);
    const environments: CommentEnvironment[] = [];
    for (const each of state.environments.values()) {
      if (each.status === undefined) continue;
      environments.push({
        short: each.sha,
        sha: this.#shas.get(each.sha),
        status: each.status === "unknown" ? "failed" : each.status,
        active: state.active.includes(each.sha),
        address: each.address,
        url: this.stableUrlOf(each.sha),
        createdAt: each.createdAt,
        expiresAt: capExpiry(expiryOf(each.createdAt, each.ttl), {
          createdAt: each.createdAt,
          maxAgeMs: ports.settings.maxAgeMs,
        }),
        requestedBy: each.requestedBy,
        silentSince: this.#record.silent?.[each.sha],
        cost: rateWords(ports.settings.cost, this.#sizeOf(each.sha)),
      });
    }
    const now = { ...observation, labels: state };
    const policy = makePolicy(ports, pr, DEFAULT_OPTIONS);
    const runs = environments.find(({ active }) => active)?.short;
    return {
      repo: ports.repo,
      serverUrl: ports.serverUrl,
      pr,
      environments,
      failure: shownFailure(this.#failure, { recorded: this.#record.failure, environments }),
      hookFailures: this.hookFailures,
      notice: this.#notice,
      nearMisses,
      login: ports.settings.login,
      flags: wantedSettings(now, policy).flags,
      behind: runs === undefined
        ? ""
        : describeBehind(commitsBehind(observation.commits, { runs, head: observation.headSha })),
      serves: runs === undefined ? undefined : servedHead(state, { runs, head: observation.headSha }),
      advice: adviceFacts(now, policy),
      runUrl: runUrlOf(ports),
      record: { ...this.#record, shown: describeShown(state, nearMisses) },
    };
  }

  /** Finds the size of an environment: the platform's tags have it, else the record has the size that is to be. */
  #sizeOf(short: ShortSha): string | undefined {
    const { platform } = this.#observed.observation;
    const deployed = platform === "as_labels" ? undefined : platform.find((each) => each.short === short);
    return deployed?.settings.size ?? this.#record.size;
  }
}

/** Makes the definition of a label, with its colour and description. */
export function definitionOf(label: Label): NewDefinition {
  return { name: formatLabel(label), ...labelStyle(label) };
}

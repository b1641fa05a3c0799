/**
 * Plays the whole lifecycle of one pull request for a person who watches: trigger, build, run, push,
 * blue-green, freeze, thaw, expiry, stop. While a sync works it prints each change of the status labels. After each
 * scene it prints the labels as GitHub shows them, with the changes.
 */

import { AppError } from "../../lib/errors.ts";
import { formatUrl } from "../core/environment/names.ts";
import type { PrNumber, ShortSha } from "../../lib/ids.ts";
import { activeSha, FIXED_LABELS, formatLabel, parseLabel, readLabels } from "../core/labels/mod.ts";
import type { SyncPorts } from "./sync/sync_ports.ts";
import { applyCleanup } from "./cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "./cleanup/cleanup.ts";
import { DEFAULT_OPTIONS } from "./sync/make_policy.ts";
import { syncPull } from "./sync/sync_pull.ts";

/** The place where the lifecycle is played: the actions of people, which Showtime itself never performs. */
export interface Stage {
  readonly pr: PrNumber;
  /** Sentences about the place. */
  readonly setting: readonly string[];
  /** Changes labels as a person does. */
  label(change: { readonly add?: readonly string[]; readonly remove?: readonly string[] }): Promise<void>;
  /** Pushes a commit as a person does and returns its hash; undefined if this stage cannot push. */
  readonly push: (() => Promise<string>) | undefined;
  /** Lets time pass; undefined if this stage cannot do that. */
  readonly pass: ((hours: number) => Promise<void>) | undefined;
  /** Names of the labels that are on the pull request now. */
  labels(): Promise<readonly string[]>;
  /**
   * Calls a listener after each change of the pull request. Returns the function that ends it. Undefined if this stage
   * cannot notice changes.
   */
  readonly watch?: (changed: () => void) => () => void;
  /** Throws AppError with exit code 3 if the pull request must not be played on. */
  assertFree(signal: AbortSignal): Promise<void>;
  /** Fetches the page at the address, as a browser does; undefined if nothing answers. */
  fetchPage(url: string): Promise<string | undefined>;
  /** The advice after a scene that failed, as a sentence. */
  readonly afterFailure: string;
  /** The program's own suggestions for what to do next. */
  readonly next: readonly string[];
}

/**
 * Plays the lifecycle, with `pauseMs` milliseconds between scenes so that a person can follow. Throws
 * AppError if a scene fails.
 */
export async function playLifecycle(
  ports: SyncPorts,
  stage: Stage,
  options: { readonly pauseMs: number; readonly tell: (line: string) => void },
  signal: AbortSignal,
): Promise<void> {
  const { tell } = options;
  const play = new Play(ports, stage, tell);
  const trigger = (name: "start" | "stop") => labelName("trigger", name);
  const freeze = labelName("freeze");
  for (const line of stage.setting) tell(line);
  await stage.assertFree(signal);
  await play.begin();
  await play.scene(
    { title: "A person asks for an environment", deed: `adds "${trigger("start")}"` },
    async () => {
      await stage.label({ add: [trigger("start")] });
      await play.sync(signal);
    },
  );
  await play.expectRunning();
  await ports.clock.sleep(options.pauseMs, signal);
  if (stage.push !== undefined) {
    const push = stage.push;
    await play.scene(
      { title: "A push brings a second one up beside it", deed: "pushes a commit" },
      async () => {
        await push();
        await play.sync(signal);
      },
    );
    await play.expectRunning();
    await ports.clock.sleep(options.pauseMs, signal);
    await play.scene({ title: "Freeze holds it", deed: `adds "${freeze}" and pushes again` }, async () => {
      await stage.label({ add: [freeze] });
      await push();
      await play.sync(signal);
    });
    await play.expectRunning();
    await ports.clock.sleep(options.pauseMs, signal);
    await play.scene({ title: "Thaw brings the newest commit", deed: `takes "${freeze}" off` }, async () => {
      await stage.label({ remove: [freeze] });
      await play.sync(signal);
    });
    await play.expectRunning();
    await ports.clock.sleep(options.pauseMs, signal);
  }
  if (stage.pass !== undefined) {
    const pass = stage.pass;
    await play.scene({
      title: "Time runs out",
      deed: "does nothing for three days; the scheduled cleanup comes by",
    }, async () => {
      await pass(72);
      await play.cleanup(signal);
    });
    await play.expectGone();
    await ports.clock.sleep(options.pauseMs, signal);
    await play.scene({ title: "It starts again on demand", deed: `adds "${trigger("start")}"` }, async () => {
      await stage.label({ add: [trigger("start")] });
      await play.sync(signal);
    });
    await play.expectRunning();
    await ports.clock.sleep(options.pauseMs, signal);
  }
  await play.scene({ title: "Stop removes everything", deed: `adds "${trigger("stop")}"` }, async () => {
    await stage.label({ add: [trigger("stop")] });
    await play.sync(signal);
  });
  await play.expectGone();
  tell("");
  tell("That was a whole life. What to do next:");
  for (const line of stage.next) tell(`  ${line}`);
}

function labelName(kind: "trigger" | "freeze", trigger?: "start" | "stop"): string {
  const label = FIXED_LABELS.find((each) =>
    each.kind === kind && (each.kind !== "trigger" || each.trigger === trigger)
  );
  if (label === undefined) throw new RangeError(`Naming a label: there is no "${kind}"`);
  return formatLabel(label);
}

/** The play in progress. */
class Play {
  #ports: SyncPorts;
  #stage: Stage;
  #tell: (line: string) => void;
  #scene = 0;
  #before: readonly string[] = [];
  /** In the order in which they came up. */
  readonly #seen = new Set<ShortSha>();
  #states = "";

  constructor(ports: SyncPorts, stage: Stage, tell: (line: string) => void) {
    this.#ports = ports;
    this.#stage = stage;
    this.#tell = tell;
  }

  /** Notes the labels that are there before the first scene: they are not new. */
  async begin(): Promise<void> {
    this.#before = [...await this.#stage.labels()].sort();
  }

  async scene(
    { title, deed }: { readonly title: string; readonly deed: string },
    act: () => Promise<void>,
  ): Promise<void> {
    this.#tell("");
    this.#tell(`${++this.#scene}. ${title}`);
    this.#tell(`   A person ${deed}.`);
    await act();
    const labels = [...await this.#stage.labels()].sort();
    for (const name of labels) this.#tell(`   ${this.#before.includes(name) ? " " : "+"} ${name}`);
    for (const name of this.#before) if (!labels.includes(name)) this.#tell(`   - ${name}`);
    if (labels.length === 0) this.#tell("     (no labels)");
    this.#before = labels;
  }

  async sync(signal: AbortSignal): Promise<void> {
    let looking: Promise<void> = Promise.resolve();
    const end = this.#stage.watch?.(() => looking = looking.then(() => this.#look()));
    try {
      const result = await syncPull(this.#ports, this.#stage.pr, {
        ...DEFAULT_OPTIONS,
        request: undefined,
        planOnly: false,
      }, signal);
      if (result.failure !== undefined) throw result.failure;
      await looking;
      this.#tell(`   showtime sync: ${result.plan.reason}; ${result.plan.because.join("; ")}.`);
    } finally {
      end?.();
    }
  }

  /** Shows the status labels if they have changed since they were shown. */
  async #look(): Promise<void> {
    const { environments } = readLabels(await this.#stage.labels());
    for (const sha of environments.keys()) this.#seen.add(sha);
    // GitHub sorts labels by name; people see the older environment first.
    const states = [...this.#seen].flatMap((sha) => {
      const status = environments.get(sha)?.status;
      return status === undefined || status === "unknown"
        ? []
        : [formatLabel({ kind: "status", sha, status })];
    }).join(" beside ");
    if (states === this.#states) return;
    this.#states = states;
    if (states !== "") this.#tell(`   meanwhile: ${states}`);
  }

  async cleanup(signal: AbortSignal): Promise<void> {
    const plan = await planCleanup(this.#ports, WHOLE_CLEANUP, signal);
    const done = await applyCleanup(this.#ports, plan, { approved: [] }, signal);
    for (const each of done.removed) this.#tell(`   showtime cleanup: removed ${each}`);
  }

  async expectRunning(): Promise<void> {
    const state = readLabels(await this.#stage.labels());
    const sha = activeSha(state);
    const address = sha === undefined ? undefined : state.environments.get(sha)?.address;
    if (address === undefined) {
      throw this.#failed("an environment should run, but no label names its address");
    }
    if (this.#ports.platformAsLabels) return;
    const page = await this.#stage.fetchPage(formatUrl(address));
    if (page === undefined) throw this.#failed(`nothing answers at ${formatUrl(address)}`);
    this.#tell(`   ${formatUrl(address)} answers: ${page.trim().slice(0, 60)}`);
  }

  async expectGone(): Promise<void> {
    const left = (await this.#stage.labels()).filter((name) => parseLabel(name).kind === "status");
    if (left.length > 0) throw this.#failed(`everything should be removed, but "${left[0]}" is still there`);
  }

  #failed(what: string): AppError {
    const hint = this.#stage.afterFailure;
    return new AppError("lifecycle_failed", `Playing the lifecycle: ${what}`, { hint });
  }
}

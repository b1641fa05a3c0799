import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { eitherSignal } from "../../../lib/either_signal.ts";
import { explainWaiting, storedEvents } from "../../../pipelines/app/server/show_builds.ts";
import { type Build, OPEN_STATES } from "../../../pipelines/core/builds/build.ts";
import { StepTree } from "../../../pipelines/core/builds/step_tree.ts";
import type { ServerContext } from "../../http/server_context.ts";
import { buildHead, buildNotes } from "./build_page.ts";
import { linesWords, logLines } from "./log_section.ts";
import { makeScale, stepRow } from "./step_row.ts";

/** The part of a build's page that a stream keeps up to date. */
export interface BuildStreamOptions {
  readonly build: string;
  /** The attempt and the state that the page shows. */
  readonly attempt: number;
  readonly state: string;
  /** The place of the last event that the page shows. */
  readonly after: number;
  /** The step whose output is open. */
  readonly log: string | undefined;
  readonly mayTrigger: boolean;
}

/** The time after which a silent stream says that it is still there, in milliseconds. */
const BEAT_MS = 15_000;

/** The shortest time between two looks at the store, in milliseconds. */
const PAUSE_MS = 100;

/**
 * Answers with the changes of a build's page as HTML: rows of steps, lines of the open output, and its head. The event
 * `stale` asks for the whole page, since another attempt has begun or the build is gone.
 */
export function streamBuild(
  context: Context,
  { server, options }: { readonly server: ServerContext; readonly options: BuildStreamOptions },
): Response {
  return streamSSE(context, async (out) => {
    const gone = new AbortController();
    out.onAbort(() => gone.abort());
    const signal = eitherSignal(server.signal, gone.signal);
    const page = new FollowedBuild(server, options);
    const over = new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve(), { once: true })
    );
    const beat = () => out.writeSSE({ event: "beat", data: "", retry: 1000 });
    await beat();
    while (!signal.aborted) {
      const changed = server.ports.queue.changed(signal).catch(() => {});
      for (const { event, data } of await page.read(signal)) {
        await out.writeSSE({ event, data: JSON.stringify(data), id: String(page.place) });
      }
      if (page.isOver) return;
      const quiet = Promise.withResolvers<"quiet">();
      const timer = setTimeout(() => quiet.resolve("quiet"), BEAT_MS);
      // A build that has ended does not change any more.
      const news = await Promise.race([page.hasEnded ? over : changed, quiet.promise]);
      clearTimeout(timer);
      if (news === "quiet") await beat();
      // Changes that come together travel together.
      else await server.ports.clock.sleep(PAUSE_MS, signal).catch(() => {});
    }
  });
}

interface PageEvent {
  readonly event: "rows" | "lines" | "head" | "stale";
  readonly data: unknown;
}

/** A build whose events are read as they are stored. */
class FollowedBuild {
  readonly #server: ServerContext;
  readonly #options: BuildStreamOptions;
  readonly #tree = new StepTree();
  #head = "";
  place = 0;
  /** True if the page has to be loaded again. */
  isOver = false;
  hasEnded = false;

  constructor(server: ServerContext, options: BuildStreamOptions) {
    this.#server = server;
    this.#options = options;
  }

  async read(signal: AbortSignal): Promise<readonly PageEvent[]> {
    const { ports } = this.#server;
    // The state is read first: every event of a build that has ended is stored by then.
    const build = await ports.store.build(this.#options.build, signal);
    if (build === undefined || build.attempt !== this.#options.attempt) {
      this.isOver = true;
      return [{ event: "stale", data: "" }];
    }
    this.hasEnded = !OPEN_STATES.includes(build.state);
    if (this.hasEnded && await this.#isShown(build, signal)) return [];
    const { touched, lines } = await this.#readEvents(build, signal);
    return [
      ...this.#rows(build, touched),
      ...(lines.length === 0 ? [] : [this.#lines(build, lines)]),
      ...await this.#headOf(build, { isChanged: touched.size > 0, signal }),
    ];
  }

  /** Whether the page shows the whole of a build that has ended. Its events need not be read then. */
  async #isShown({ id, state }: Build, signal: AbortSignal): Promise<boolean> {
    const { after, state: shown } = this.#options;
    if (state !== shown) return false;
    return (await this.#server.ports.store.events({ build: id, after, limit: 1 }, signal)).length === 0;
  }

  async #readEvents(build: Build, signal: AbortSignal) {
    const { after, log } = this.#options;
    const touched = new Set<string>();
    const lines: string[] = [];
    for await (
      const { place, attempt, event } of storedEvents(this.#server.ports, {
        build: build.id,
        after: this.place,
      }, signal)
    ) {
      this.place = place;
      if (attempt !== build.attempt) continue;
      const printed = "step" in event ? this.#tree.step(event.step.id)?.lines ?? 0 : 0;
      this.#tree.add(event);
      if (place <= after || !("step" in event)) continue;
      // Only the first output changes a row: it becomes a link.
      if (event.kind !== "step_output" || printed === 0) touched.add(event.step.id);
      if (event.kind === "step_output" && event.step.id === log) lines.push(...event.lines);
    }
    return { touched, lines };
  }

  #rows(build: Build, touched: ReadonlySet<string>): readonly PageEvent[] {
    if (touched.size === 0) return [];
    const scale = makeScale(this.#tree.roots(), {
      now: this.#server.ports.clock.now(),
      ended: this.hasEnded,
    });
    const rows = [...touched].flatMap((id) => {
      const step = this.#tree.step(id);
      if (step === undefined) return [];
      return [{ id, parent: step.parentId ?? "", html: String(stepRow(step, { build: build.id, scale })) }];
    });
    return [{ event: "rows", data: { base: scale.base, now: scale.now, rows } }];
  }

  #lines({ id }: Build, lines: readonly string[]): PageEvent {
    const step = this.#options.log ?? "";
    const total = this.#tree.step(step)?.lines ?? 0;
    // A page keeps a thousand lines or two, so that no more are sent.
    const kept = lines.slice(-1000);
    const first = total - kept.length + 1;
    const text = String(logLines(id, { step, from: first, first, lines: kept }));
    return { event: "lines", data: { step, html: text, next: total + 1, words: linesWords(total) } };
  }

  async #headOf(
    build: Build,
    { isChanged, signal }: { readonly isChanged: boolean; readonly signal: AbortSignal },
  ): Promise<readonly PageEvent[]> {
    const { ports } = this.#server;
    const reason = await explainWaiting(ports, build, signal) ?? build.reason;
    const key = JSON.stringify([build, reason, this.#tree.warnings.length]);
    // Others' builds wake this stream, too, and a large tree is not free to look at.
    if (!isChanged && key === this.#head) return [];
    this.#head = key;
    const steps = this.#tree.roots();
    const now = ports.clock.now();
    const shown = { build: { ...build, reason }, steps, warnings: this.#tree.warnings, place: this.place };
    const html = String(buildHead(shown.build, { now, mayTrigger: this.#options.mayTrigger }));
    const notes = String(buildNotes(shown));
    const { total } = makeScale(steps, { now, ended: this.hasEnded });
    return [{ event: "head", data: { html, notes, ended: this.hasEnded, total } }];
  }
}

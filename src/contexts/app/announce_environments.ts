import { AppError, EXIT } from "../../lib/errors.ts";
import type { ContextId } from "../core/context_id.ts";
import { type DueEvent, dueEvents, markFired } from "../core/environments/due_events.ts";
import { ENVIRONMENT_PIPELINE, objectPath, type PullNews } from "../core/environments/environment_marks.ts";
import { assertFollows, recordEnvironments } from "../core/environments/record_environments.ts";
import { OUR_RULES } from "../core/events/event_rules.ts";
import { valueAt } from "../core/tree/operations.ts";
import type { ValueMap } from "../core/tree/value.ts";
import type { StoredContext } from "../ports/context_store.ts";
import type { ContextPorts } from "./context_ports.ts";
import type { EventCall, EventResult } from "./events/event_call.ts";
import type { EventPorts } from "./events/event_ports.ts";
import { fireEvent } from "./fire_event.ts";
import { initContext } from "./init_context.ts";
import { readContext } from "./read_context.ts";
import { writeContext, writeCopies } from "./write_context.ts";

/** The things that announcing works with. */
export type AnnouncePorts = EventPorts & Pick<ContextPorts, "copies" | "warn">;

/** The news about a pull request, and its context. */
export interface Announcement {
  readonly id: ContextId;
  readonly news: PullNews;
  /** Makes the tree of a context that is not there yet. */
  readonly makeTree: () => Promise<ValueMap>;
  /** Milliseconds in which each version is tried. */
  readonly waitMs: number;
  /** The events that failed in this run, which tries each of them once. New ones are added. */
  readonly failed: Set<string>;
}

/**
 * Records environments in the context of their pull request, and fires the events that it has not announced. An event
 * counts as announced when each of its handlers is done or skipped. Returns sentences about handlers that failed. Throws
 * the AppErrors of the store, of the files of a new context, and of copies.
 */
export async function announceEnvironments(
  ports: AnnouncePorts,
  announcement: Announcement,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { id, news, waitMs } = announcement;
  const first = await openContext(ports, announcement, signal);
  if (first === undefined) return [];
  const stored = await writeContext(ports, {
    id,
    waitMs,
    change: ({ tree }) => {
      assertFollows(tree, news);
      const operations = recordEnvironments(tree, news);
      return operations.length === 0 ? undefined : { operations };
    },
  }, signal);
  const warnings: string[] = [];
  for (const due of dueEvents(stored.tree, news).filter(({ event }) => hasHandlers(stored.tree, event))) {
    const name = `${id} ${due.key}`;
    if (announcement.failed.has(name)) continue;
    const problems = await fireDue(ports, { ...announcement, due }, signal);
    if (problems.length > 0) announcement.failed.add(name);
    warnings.push(...problems);
  }
  const last = await readContext(ports.store, id, signal);
  if (last.newest.version !== first.version) await writeCopies(ports, last, signal);
  return warnings;
}

/** Finds the context, or makes it for a pull request that has an environment. Returns the version to compare with. */
async function openContext(
  ports: AnnouncePorts,
  { id, news, makeTree, waitMs }: Announcement,
  signal: AbortSignal,
): Promise<{ readonly version: number } | undefined> {
  const found = await ports.store.read(id, signal);
  if (found !== undefined) return found.newest;
  if (news.environments.length === 0) return undefined;
  const made = await initContext(
    ports,
    { id, tree: await makeTree(), existing: "leave", waitMs },
    signal,
  );
  return made.written ? { version: 0 } : made.stored.newest;
}

/** Whether the configuration of a context has handlers for a status. */
function hasHandlers(tree: ValueMap, event: string): boolean {
  const handlers = valueAt(tree, ["pipelines", ENVIRONMENT_PIPELINE, "event-handlers", event]);
  return handlers !== undefined && handlers !== null;
}

/** Fires one event, and marks it as announced unless a handler failed. Returns what failed. */
async function fireDue(
  ports: AnnouncePorts,
  { id, due, waitMs }: Announcement & { readonly due: DueEvent },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const call: EventCall = {
    id,
    pipeline: ENVIRONMENT_PIPELINE,
    event: due.event,
    vars: (tree) => new Map([["environment", valueAt(tree, objectPath(due.sha)) ?? null]]),
    key: due.key,
    unsure: "send",
    waitMs,
    dryRun: false,
    // The configuration is that of the base branch, or of the person at the terminal.
    secretsAllowed: true,
    rules: OUR_RULES,
  };
  try {
    const result = await fireEvent(ports, call, signal);
    if (result.exitCode !== EXIT.done) return failuresOf(due, result);
    await writeContext(ports, {
      id,
      waitMs,
      change: ({ tree }: StoredContext) => {
        const operation = markFired(tree, due);
        return operation === undefined ? undefined : { operations: [operation] };
      },
    }, signal);
    return result.warnings;
  } catch (error) {
    if (!(error instanceof AppError) || error.code.startsWith("store_")) throw error;
    // Another run announces it.
    return error.code === "key_held" ? [] : [sentence(due, error.message, error.hint)];
  }
}

function failuresOf(due: DueEvent, { handlers, warnings }: EventResult): readonly string[] {
  const failed = handlers.filter(({ exitCode }) => exitCode !== EXIT.done);
  return [
    ...warnings,
    ...failed.map(({ handler, why = "it failed", hint }) => sentence(due, `${handler}: ${why}`, hint)),
  ];
}

function sentence({ sha, event }: DueEvent, words: string, hint: string | undefined): string {
  return `${event} of ${sha}: ${words}${hint === undefined ? "" : `. ${hint}`}`;
}

/**
 * The life of one build in a server that may be killed at any point: a hook, a claim, a heartbeat, events, the end, news
 * and a status. Run as a program it plays the life once, and kills itself with SIGKILL at a point. The actors outside of the
 * server remember what it answered, in files that outlive it.
 */

import {
  makeBuildStore,
  makeJobQueue,
  SCHEMA_VERSION,
  schemaStatements,
} from "../../../src/drivers/build_store/mod.ts";
import { openPostgresDatabase } from "../../../src/drivers/postgres/mod.ts";
import { openSqlDatabase } from "../../../src/drivers/sqlite/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";
import type { BuildEvent } from "../../../src/pipelines/core/build_event.ts";
import { claimBuild } from "../../../src/pipelines/app/server/claim_build.ts";
import { receiveHook } from "../../../src/pipelines/app/server/receive_hook.ts";
import { sendLateNews, sendNews } from "../../../src/pipelines/app/server/send_news.ts";
import type { ServerPorts } from "../../../src/pipelines/app/server/server_ports.ts";
import { StatusWriter } from "../../../src/pipelines/app/server/show_statuses.ts";
import type { ServerPipeline } from "../../../src/pipelines/core/builds/server_pipeline.ts";
import { endAttempt, keepEvents, renewLease } from "../../../src/pipelines/app/server/work_on_build.ts";
import type { SqlDatabase, SqlTransaction } from "../../../src/ports/sql.ts";
import { WEB } from "./server_world.ts";

const NEVER = new AbortController().signal;
/** The time at which a life begins. */
export const BIRTH = 1_700_000_000_000;
/** The commit of the build. */
export const SHA = "c".repeat(40);
/** The events of the build, in two batches. */
export const EVENTS: readonly BuildEvent[] = ["one", "two", "three", "four"].map((text, at) => (
  { kind: "warning", text, at: BIRTH + at }
));
const PIPELINE: ServerPipeline = {
  ...WEB,
  news: { onSuccess: [{ kind: "webhook", url: "https://example.org" }] },
};

/** The place of a life. */
export interface LifePlace {
  /** An address of PostgreSQL, or the path of a SQLite file. */
  readonly database: string;
  /** The folder of what is outside of the server. */
  readonly folder: string;
}

/** Called between any two writes, with the write that was last. */
export type Point = (after: string) => Promise<void>;

/** What a worker remembers of the server's answers. */
interface WorkerMemory {
  readonly claim: { readonly build: string; readonly attempt: number } | undefined;
  readonly sent: number;
}

/** Opens the database of a life. */
export async function openLife({ database }: LifePlace): Promise<SqlDatabase> {
  const of = (dialect: "sqlite" | "postgres") => (
    { schema: schemaStatements(dialect), schemaVersion: SCHEMA_VERSION }
  );
  if (database.startsWith("postgres:")) {
    return await openPostgresDatabase({ url: database, ...of("postgres") });
  }
  const clock = { now: () => Date.now(), sleep: () => Promise.resolve() };
  return await openSqlDatabase({ path: database, clock, ...of("sqlite") });
}

/** Returns the lines that arrived outside of the server: news and statuses. */
export async function arrived({ folder }: LifePlace): Promise<readonly string[]> {
  const text = await Deno.readTextFile(`${folder}/arrived`).catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

/** Lets the life go on at an instant, as far as the actors and the server bring it. */
export async function liveOn(
  database: SqlDatabase,
  { folder, now, point }: { readonly folder: string; readonly now: number; readonly point: Point },
): Promise<void> {
  const own = withPoints(database, point);
  const [store, queue] = [makeBuildStore(own), makeJobQueue(own)];
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const files = {
    current: () => ({
      pipelines: new Map([["web", PIPELINE]]),
      entries: {},
      secrets: new Map<string, string>(),
    }),
    reload: () => Promise.resolve(),
  };
  const arrive = async (line: string) => {
    await point(`before ${line}`);
    await Deno.writeTextFile(`${folder}/arrived`, `${line}\n`, { append: true });
    await point(line);
  };
  const say = (line: string) => {
    throw new Error(line);
  };
  const news = {
    store,
    files,
    clock,
    say,
    deliver: () => arrive("news"),
    urlOf: () => undefined,
    traceUrlOf: () => undefined,
  };
  const write = ({ state }: { readonly state: string }) => arrive(`status ${state}`);
  const statuses = new StatusWriter({ store, statuses: () => ({ write }), urlOf: () => undefined, say });
  const changed: string[] = [];
  const ports: ServerPorts = {
    store,
    queue,
    files,
    clock,
    settings: { maxQueued: 10, publicUrl: undefined, tracesEndpoint: undefined, logsEndpoint: undefined },
    newTraceId: () => "1".repeat(32),
    newSpanId: () => "2".repeat(16),
    mayWrite: undefined,
    onChange: (id) => void changed.push(id),
  };
  /** Does what the server does after its answer. */
  const settle = async () => {
    for (const id of changed.splice(0)) {
      await sendNews(news, id, NEVER);
      statuses.take(id, NEVER);
      await statuses.idle();
    }
  };
  for (const { id } of await queue.sweep(now, NEVER)) changed.push(id);
  await receiveHook(ports, HOOK, NEVER);
  await settle();
  await work(ports, { folder, point, settle });
  await sendLateNews(news, NEVER);
  await statuses.takeLate(now, NEVER);
  await statuses.idle();
}

const HOOK = {
  event: "push",
  delivery: "delivery-1",
  bodyHash: "body-1",
  payload: {
    ref: "refs/heads/main",
    before: "0".repeat(40),
    after: SHA,
    created: false,
    deleted: false,
    repository: { clone_url: WEB.repository, full_name: "acme/web" },
    sender: { login: "ada" },
  },
};

/** Plays the worker from what it remembers: a call without an answer is made again. */
async function work(
  ports: ServerPorts,
  { folder, point, settle }: {
    readonly folder: string;
    readonly point: Point;
    readonly settle: () => Promise<void>;
  },
): Promise<void> {
  const path = `${folder}/worker.json`;
  const remember = async (memory: WorkerMemory) => {
    await point("an answer");
    await Deno.writeTextFile(path, JSON.stringify(memory));
  };
  let memory: WorkerMemory = JSON.parse(await Deno.readTextFile(path).catch(() => '{"sent":0}'));
  try {
    if (memory.claim === undefined) {
      const asked = { worker: "w1", tags: [], pipelines: undefined, handsOver: false, waitMs: 0 };
      const claim = await claimBuild(ports, asked, NEVER);
      if (claim === undefined) return;
      await remember(memory = { claim: { build: claim.build, attempt: claim.attempt }, sent: 0 });
      await settle();
    }
    const { claim } = memory;
    if (claim === undefined) return;
    await renewLease(ports, { ...claim, waitMs: 0 }, NEVER);
    while (memory.sent < EVENTS.length) {
      const events = EVENTS.slice(memory.sent, memory.sent + 2);
      await keepEvents(ports, { ...claim, from: memory.sent, events, sha: SHA }, NEVER);
      await remember(memory = { claim, sent: memory.sent + 2 });
      await settle();
    }
    await endAttempt(ports, { ...claim, outcome: "passed", reason: undefined, exitCode: 0 }, NEVER);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "attempt_stale") throw error;
  }
  // The attempt has ended, by its own end or because another one is newer.
  await remember({ claim: undefined, sent: 0 });
  await settle();
}

/** Calls `point` around each statement of a transaction that changes something, and after its commit. */
function withPoints(database: SqlDatabase, point: Point): SqlDatabase {
  return {
    name: database.name,
    dialect: database.dialect,
    async change(act, signal) {
      await point("before a transaction");
      const answer = await database.change(async (transaction) => {
        const watched: SqlTransaction = {
          async rows(statement, values) {
            const rows = await transaction.rows(statement, values);
            await point(statement.trim().slice(0, 60));
            return rows;
          },
        };
        return await act(watched);
      }, signal);
      await point("a commit");
      return answer;
    },
    async write(statement, signal) {
      await point("before a statement");
      const rows = await database.write(statement, signal);
      await point(`a commit of ${statement.statement.trim().slice(0, 60)}`);
      return rows;
    },
    read: (act, signal) => database.read(act, signal),
    announce: () => database.announce(),
    changed: (signal) => database.changed(signal),
    close: () => database.close(),
  };
}

if (import.meta.main) {
  const [database = "", folder = "", killAt = "0"] = Deno.args;
  let passed = 0;
  const opened = await openLife({ database, folder });
  await liveOn(opened, {
    folder,
    now: BIRTH,
    async point(after) {
      if (++passed !== Number(killAt)) return;
      await Deno.writeTextFile(`${folder}/killed`, after);
      Deno.kill(Deno.pid, "SIGKILL");
      await new Promise(() => {});
    },
  });
  await opened.close();
  console.log(passed);
}

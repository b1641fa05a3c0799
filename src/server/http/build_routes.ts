/** The routes about builds. */

import { Hono } from "hono";
import { stream, streamSSE } from "hono/streaming";
import { eitherSignal } from "../../lib/either_signal.ts";
import { cancelBuild, rerunBuild } from "../../pipelines/app/server/change_build.ts";
import { explainWaiting, showBuild, storedEvents } from "../../pipelines/app/server/show_builds.ts";
import { triggerBuild } from "../../pipelines/app/server/trigger_build.ts";
import { type Build, OPEN_STATES } from "../../pipelines/core/builds/build.ts";
import { buildDocument, timeOf } from "./documents.ts";
import { optionalText, readJson, requiredText, textMap, wrongField } from "./read_request.ts";
import type { BuildFilter } from "../../pipelines/ports/build_store.ts";
import { callerOf, type ServerContext, visibleTo } from "./server_context.ts";

const LARGEST_PAGE = 200;

/** Makes the routes. */
export function buildRoutes(context: ServerContext): Hono {
  const { ports } = context;
  const { store, settings } = ports;
  const app = new Hono();

  /** Reads the build of a path and checks that the caller may do this with its pipeline. */
  async function known(request: Request, { id, action }: {
    readonly id: string;
    readonly action: "read" | "trigger";
  }) {
    // A key that is limited to pipelines learns of no other build, so the key is looked at first.
    await callerOf(context, request, { action });
    if (!/^\d{1,15}$/.test(id)) throw wrongField("id", "the number of a build");
    const shown = await showBuild(ports, id, request.signal);
    const caller = await callerOf(context, request, { action, pipeline: shown.build.pipeline });
    return { ...shown, caller };
  }

  async function documentOf(build: Build, signal: AbortSignal) {
    const reason = await explainWaiting(ports, build, signal);
    return buildDocument(reason === undefined ? build : { ...build, reason }, settings);
  }

  async function pageOf({ signal }: Request, filter: BuildFilter) {
    const found = await store.builds(filter, signal);
    const builds = await Promise.all(found.map((each) => documentOf(each, signal)));
    return { builds, next: found.length < filter.limit ? null : found.at(-1)?.id ?? null };
  }

  app.get("/builds", async ({ req, json }) => {
    const caller = await callerOf(context, req.raw, { action: "read" });
    const pipeline = req.query("pipeline");
    const state = req.query("state") as Build["state"] | undefined;
    return json(
      await pageOf(req.raw, {
        ...readPage({ limit: req.query("limit") ?? "50", after: req.query("after") }),
        ...(pipeline === undefined ? {} : { pipeline }),
        ...(state === undefined ? {} : { state }),
        ...visibleTo(caller),
      }),
    );
  });

  app.post("/builds", async ({ req, json }) => {
    const asked = await readJson(req.raw);
    const pipeline = requiredText(asked, "pipeline");
    const caller = await callerOf(context, req.raw, { action: "trigger", pipeline });
    const build = await triggerBuild(ports, {
      pipeline,
      ref: optionalText(asked, "ref"),
      env: textMap(asked, "env"),
      cause: { kind: "api", by: caller.name },
    }, req.raw.signal);
    return json(buildDocument(build, settings), 201);
  });

  app.get("/builds/:id", async ({ req, json }) => {
    const { build, steps, warnings } = await known(req.raw, { id: req.param("id"), action: "read" });
    const reason = await explainWaiting(ports, build, req.raw.signal);
    const shown = reason === undefined ? build : { ...build, reason };
    return json({ ...buildDocument(shown, { ...settings, steps }), warnings });
  });

  app.post("/builds/:id/cancel", async ({ req, json }) => {
    const { build, caller } = await known(req.raw, { id: req.param("id"), action: "trigger" });
    const cancelled = await cancelBuild(ports, { id: build.id, by: caller.name }, req.raw.signal);
    return json(buildDocument(cancelled, settings));
  });

  app.post("/builds/:id/rerun", async ({ req, json }) => {
    const { build, caller } = await known(req.raw, { id: req.param("id"), action: "trigger" });
    const again = await rerunBuild(ports, { id: build.id, by: caller.name }, req.raw.signal);
    return json(buildDocument(again, settings), 201);
  });

  app.get("/builds/:id/log", async (c) => {
    const { build } = await known(c.req.raw, { id: c.req.param("id"), action: "read" });
    c.header("content-type", "text/plain; charset=utf-8");
    return stream(c, async (out) => {
      for await (
        const { event, attempt } of storedEvents(ports, { build: build.id, after: 0 }, context.signal)
      ) {
        if (attempt !== build.attempt || event.kind !== "step_output") continue;
        await out.write(event.lines.map((line) => `${event.step.path} | ${line}\n`).join(""));
        if (out.aborted) return;
      }
    });
  });

  app.get("/builds/:id/events", async (c) => {
    const { build } = await known(c.req.raw, { id: c.req.param("id"), action: "read" });
    const last = c.req.header("last-event-id") ?? c.req.query("after") ?? "0";
    if (!/^\d{1,15}$/.test(last)) throw wrongField("Last-Event-ID", "the number of an event");
    return streamSSE(c, async (out) => {
      const gone = new AbortController();
      out.onAbort(() => gone.abort());
      const signal = eitherSignal(context.signal, gone.signal);
      let place = Number(last);
      for (;;) {
        const changed = ports.queue.changed(signal).catch(() => {});
        // The state is read first: every event of a build that has ended is stored by then.
        const now = await store.build(build.id, signal);
        for await (const each of storedEvents(ports, { build: build.id, after: place }, signal)) {
          await out.writeSSE({
            id: String(each.place),
            event: each.event.kind,
            data: JSON.stringify({ attempt: each.attempt, ...each.event }),
          });
          place = each.place;
        }
        const document = now === undefined ? undefined : await documentOf(now, signal);
        await out.writeSSE({
          event: "build",
          data: JSON.stringify(document ?? { id: build.id, state: "removed" }),
        });
        if (now === undefined || !OPEN_STATES.includes(now.state) || signal.aborted) return;
        await changed;
      }
    });
  });

  app.get("/queue", async ({ req, json }) => {
    const caller = await callerOf(context, req.raw, { action: "read" });
    return json(
      await pageOf(req.raw, {
        ...readPage({ limit: req.query("limit") ?? String(LARGEST_PAGE), after: req.query("after") }),
        state: "queued",
        oldestFirst: true,
        ...visibleTo(caller),
      }),
    );
  });

  app.get("/workers", async ({ req, json }) => {
    await callerOf(context, req.raw, { action: "read" });
    const workers = await store.workers(req.raw.signal);
    return json({
      workers: workers.map(({ name, tags, seenAt, build }) => ({
        name,
        tags,
        seen_at: timeOf(seenAt),
        build: build ?? null,
      })),
    });
  });

  app.post("/reload", async ({ req, json }) => {
    await callerOf(context, req.raw, { action: "administer" });
    await ports.files.reload(req.raw.signal);
    return json({ pipelines: [...ports.files.current().pipelines.keys()] });
  });
  return app;
}

/** Reads which part of a list is asked for. Throws AppError (exit code 2). */
function readPage(
  asked: { readonly limit: string; readonly after: string | undefined },
): Pick<BuildFilter, "limit" | "after"> {
  const limit = Math.min(LARGEST_PAGE, Number(asked.limit));
  if (!Number.isSafeInteger(limit) || limit < 1) throw wrongField("limit", "a number from 1 to 200");
  const { after } = asked;
  if (after === undefined) return { limit };
  if (!/^\d{1,15}$/.test(after)) throw wrongField("after", "the number of a build");
  return { limit, after };
}

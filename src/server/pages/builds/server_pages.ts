/**
 * The pages of `serve`: the overview, pipelines, builds, the board of environments and the log-in. They show what the
 * interface answers, and work without a script.
 *
 * What must not happen here: a rule about builds, a change that answers to GET or to another site's page, or a page for
 * a caller whose key was not looked at.
 *
 * @module
 */

import { type Context, Hono } from "hono";
import { AppError, usageError } from "../../../lib/errors.ts";
import { cancelBuild, rerunBuild } from "../../../pipelines/app/server/change_build.ts";
import { explainWaiting } from "../../../pipelines/app/server/show_builds.ts";
import { showLog } from "../../../pipelines/app/server/show_log.ts";
import { triggerBuild } from "../../../pipelines/app/server/trigger_build.ts";
import { type Build, OPEN_STATES } from "../../../pipelines/core/builds/build.ts";
import { explainError } from "../../http/answer_error.ts";
import type { BuildFilter } from "../../../pipelines/ports/build_store.ts";
import { callerOf, type ServerContext, visibleTo } from "../../http/server_context.ts";
import type { Html } from "../elements.ts";
import { renderPage, renderProblem } from "../layout.ts";
import { streamChanges } from "../live_events.ts";
import { PAGE_HEADERS, servePageFiles } from "../page_files.ts";
import { answerBuild } from "./answer_build.ts";
import { streamBuild } from "./build_stream.ts";
import { renderOverview, renderPipeline } from "./build_tables.ts";
import { addEnvironmentBoard } from "./environment_board.ts";
import { logSection } from "./log_section.ts";
import { logAddress } from "./step_row.ts";
import { addLogin } from "./login_routes.ts";
import { watchBuilds } from "./watch_builds.ts";

const FRAME = {
  name: "Showtime",
  nav: [
    { href: "/", text: "Builds" },
    { href: "/environments", text: "Environments" },
    { href: "/login", text: "Key" },
  ],
  // A page that says why something was refused does not change.
  changes: "",
} as const;
const CHANGES = "/-/changes";
/** The number of builds on a page. */
const PAGE = 50;

/** Makes the pages. */
export function serverPages(server: ServerContext): Hono {
  const { ports } = server;
  const { store, clock } = ports;
  const app = new Hono();

  const page = (
    context: Context,
    { title, content, changes, status = 200 }: {
      readonly title: string;
      readonly content: Html;
      readonly changes?: string;
      readonly status?: 200 | 403;
    },
  ) => {
    const frame = changes === undefined ? FRAME : { ...FRAME, changes };
    return context.html(renderPage({ ...frame, title, content }), status, PAGE_HEADERS);
  };

  app.onError((error, context) => {
    const { status, message, hint } = explainError(error);
    if (!(error instanceof AppError)) server.onFailure(error);
    const { pathname, search } = new URL(context.req.url);
    const isPage = context.req.method === "GET" && !/\/(?:changes|output)$/.test(pathname);
    if (status === 401 && isPage) {
      return context.redirect(`/login?back=${encodeURIComponent(pathname + search)}`, 303);
    }
    const sentence = hint === undefined ? message : `${message}. ${hint}`;
    return context.html(renderProblem(FRAME, sentence), status, PAGE_HEADERS);
  });

  /** Checks that a change comes from a page of this server. Browsers name the page in `Origin`. */
  const ownPage = ({ req }: Context) => {
    // Another site's origin is refused before any route is asked.
    if (req.header("origin") !== undefined) return;
    throw new AppError("origin_refused", "Changing something on a page: the request names no page", {
      hint: "Use the form on the page, or the interface below /api/v1",
    });
  };

  const may = async (context: Context, pipeline: string) => {
    try {
      await callerOf(server, context.req.raw, { action: "trigger", pipeline });
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code.startsWith("key_")) return false;
      throw error;
    }
  };

  /** Reads the build of a path and checks that the caller may do this with its pipeline. */
  const known = async (context: Context, action: "read" | "trigger") => {
    const { raw } = context.req;
    await callerOf(server, raw, { action });
    const build = await buildOf(server, context.req.param("id") ?? "", raw.signal);
    return { build, caller: await callerOf(server, raw, { action, pipeline: build.pipeline }) };
  };

  const explained = (builds: readonly Build[], signal: AbortSignal) =>
    Promise.all(builds.map(async (build) => {
      const reason = await explainWaiting(ports, build, signal);
      return reason === undefined ? build : { ...build, reason };
    }));

  const listed = async (
    context: Context,
    { place = "after", ...filter }: Pick<BuildFilter, "pipeline" | "pipelines" | "state" | "oldestFirst"> & {
      /** The parameter of the address that has the last build of the page before. */
      readonly place?: "after" | "waiting";
    },
  ) => {
    const after = numberIn(context, place);
    const builds = await store.builds({
      limit: PAGE,
      ...filter,
      ...(after === undefined ? {} : { after: String(after) }),
    }, context.req.raw.signal);
    return { builds, next: builds.length < PAGE ? undefined : builds.at(-1)?.id };
  };

  servePageFiles(app);
  addLogin(app, { server, page, ownPage });
  addEnvironmentBoard(app, { server, page, ownPage });
  app.get(CHANGES, async (context) => {
    await callerOf(server, context.req.raw, { action: "read" });
    return streamChanges(context, watchBuilds(server), server.signal);
  });

  app.get("/", async (context) => {
    const { signal } = context.req.raw;
    const caller = await callerOf(server, context.req.raw, { action: "read" });
    const own = visibleTo(caller);
    const [{ builds, next }, waiting, workers, counts, ...running] = await Promise.all([
      listed(context, own),
      listed(context, { ...own, state: "queued", oldestFirst: true, place: "waiting" }),
      store.workers(signal),
      store.counts(signal),
      ...(["running", "cancelling"] as const).map((state) =>
        store.builds({ ...own, state, limit: PAGE }, signal)
      ),
    ]);
    const unlimited = caller.pipelines === undefined;
    const open = [...waiting.builds, ...running.flat()];
    const shown = open.toSorted((one, other) => Number(one.id) - Number(other.id));
    const content = renderOverview({
      now: clock.now(),
      open: await explained(shown, signal),
      // The number of builds of other pipelines is not shown to a key that may not read them.
      openCount: unlimited
        ? OPEN_STATES.reduce((sum, each) => sum + (counts.get(each) ?? 0), 0)
        : shown.length,
      nextWaiting: waiting.next,
      builds: await explained(builds, signal),
      next,
      workers: workers.map((each) => unlimited ? each : { ...each, build: undefined }),
      pipelines: caller.pipelines ?? [...ports.files.current().pipelines.keys()],
    });
    return page(context, { title: "Builds", content, changes: CHANGES });
  });

  app.get("/pipelines/:name", async (context) => {
    const name = context.req.param("name");
    await callerOf(server, context.req.raw, { action: "read", pipeline: name });
    const pipeline = ports.files.current().pipelines.get(name);
    const { builds, next } = await listed(context, { pipeline: name });
    if (pipeline === undefined && builds.length === 0) {
      throw new AppError(
        "pipeline_unknown",
        `Showing ${JSON.stringify(name)}: there is no pipeline of this name`,
      );
    }
    const content = renderPipeline({
      name,
      pipeline,
      builds: await explained(builds, context.req.raw.signal),
      next,
      now: clock.now(),
      mayTrigger: await may(context, name),
    });
    return page(context, { title: name, content, changes: CHANGES });
  });
  app.post("/pipelines/:name/trigger", async (context) => {
    ownPage(context);
    const pipeline = context.req.param("name");
    const caller = await callerOf(server, context.req.raw, { action: "trigger", pipeline });
    const { ref } = await context.req.parseBody();
    const build = await triggerBuild(ports, {
      pipeline,
      ref: typeof ref === "string" && ref.trim() !== "" ? ref.trim() : undefined,
      env: {},
      cause: { kind: "api", by: caller.name },
    }, context.req.raw.signal);
    return context.redirect(`/builds/${build.id}`, 303);
  });

  app.get("/builds/:id", async (context) => {
    const { build } = await known(context, "read");
    const step = context.req.query("step");
    const line = numberIn(context, "line");
    if (line !== undefined && step !== undefined) {
      const address = logAddress(build.id, { step, from: Math.max(1, line - 100) });
      return context.redirect(`${address}#L${line}`, 303);
    }
    const asked = {
      build,
      step,
      from: numberIn(context, "from"),
      mayTrigger: await may(context, build.pipeline),
    };
    return await answerBuild(context, { server, frame: FRAME, asked });
  });
  app.get("/builds/:id/output", async (context) => {
    const { build } = await known(context, "read");
    const step = context.req.query("step") ?? "";
    const log = await showLog(
      ports,
      { build, step, from: numberIn(context, "from") },
      context.req.raw.signal,
    );
    if (log !== undefined) return context.html(logSection(build.id, log), 200, PAGE_HEADERS);
    throw usageError(
      "step_unknown",
      `Showing output: build ${build.id} has no such step`,
      "Load its page again",
    );
  });
  app.get("/builds/:id/changes", async (context) => {
    const { build } = await known(context, "read");
    const last = Number(context.req.header("last-event-id") ?? "");
    const options = {
      build: build.id,
      attempt: numberIn(context, "attempt") ?? 0,
      state: context.req.query("state") ?? "",
      after: Math.max(Number.isSafeInteger(last) ? last : 0, numberIn(context, "after") ?? 0),
      log: context.req.query("step"),
      mayTrigger: await may(context, build.pipeline),
    };
    return streamBuild(context, { server, options });
  });
  app.post("/builds/:id/:what{cancel|rerun}", async (context) => {
    ownPage(context);
    const { build: { id }, caller } = await known(context, "trigger");
    const asked = { id, by: caller.name };
    const { signal } = context.req.raw;
    const changed = context.req.param("what") === "cancel"
      ? await cancelBuild(ports, asked, signal)
      : await rerunBuild(ports, asked, signal);
    return context.redirect(`/builds/${changed.id}`, 303);
  });
  return app;
}

async function buildOf({ ports }: ServerContext, id: string, signal: AbortSignal): Promise<Build> {
  const build = /^\d{1,15}$/.test(id) ? await ports.store.build(id, signal) : undefined;
  if (build !== undefined) return build;
  throw new AppError("build_unknown", `Showing build ${JSON.stringify(id)}: no build has this number`, {
    hint: "Old builds are removed after 30 days",
  });
}

function numberIn({ req }: Context, name: string): number | undefined {
  const text = req.query(name) ?? "";
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

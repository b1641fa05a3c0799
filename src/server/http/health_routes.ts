import { Hono } from "hono";
import type { BuildState } from "../../pipelines/core/builds/build.ts";
import { callerOf, type ServerContext } from "./server_context.ts";

const STATES: readonly BuildState[] = [
  "queued",
  "running",
  "cancelling",
  "passed",
  "failed",
  "timed_out",
  "cancelled",
  "lost",
  "handed_over",
];

/** The routes for those who watch the server. */
export function healthRoutes(context: ServerContext): Hono {
  const { store, clock } = context.ports;
  const app = new Hono();
  app.get("/healthz", async ({ req, json }) => {
    // An answer of the store is part of the server's health.
    await store.keys(req.raw.signal);
    return json({ ok: true });
  });
  app.get("/metrics", async ({ req, text }) => {
    await callerOf(context, req.raw, { action: "read" });
    const { signal } = req.raw;
    const [counts, workers] = await Promise.all([store.counts(signal), store.workers(signal)]);
    const now = clock.now();
    const active = workers.filter(({ seenAt }) => now - seenAt < 60_000);
    const lines = [
      "# HELP showtime_builds Builds by state.",
      "# TYPE showtime_builds gauge",
      ...STATES.map((state) => `showtime_builds{state="${state}"} ${counts.get(state) ?? 0}`),
      "# HELP showtime_queue_length Builds that wait for a worker.",
      "# TYPE showtime_queue_length gauge",
      `showtime_queue_length ${counts.get("queued") ?? 0}`,
      "# HELP showtime_workers Workers that were seen in the last minute.",
      "# TYPE showtime_workers gauge",
      `showtime_workers{state="busy"} ${active.filter(({ build }) => build !== undefined).length}`,
      `showtime_workers{state="idle"} ${active.filter(({ build }) => build === undefined).length}`,
      ...context.latency.lines(),
    ];
    return text(`${lines.join("\n")}\n`, 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
  });
  return app;
}

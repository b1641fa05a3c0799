/** The routes for workers. */

import { Hono } from "hono";
import { usageError } from "../../lib/errors.ts";
import { claimBuild } from "../../pipelines/app/server/claim_build.ts";
import { endAttempt, keepEvents, renewLease } from "../../pipelines/app/server/work_on_build.ts";
import { LEASE_MS } from "../../pipelines/app/server/server_ports.ts";
import { briefEvent } from "../../pipelines/core/builds/brief_event.ts";
import { readEvent } from "../../pipelines/core/builds/read_event.ts";
import type { BuildEvent } from "../../pipelines/core/build_event.ts";
import {
  type JsonMap,
  optionalNumber,
  optionalText,
  readJson,
  requiredNumber,
  requiredText,
  textList,
  wrongField,
} from "./read_request.ts";
import { buildDocument } from "./documents.ts";
import { callerOf, type ServerContext } from "./server_context.ts";

/** The longest time that a claim or a heartbeat waits, in milliseconds. */
const LONGEST_WAIT_MS = 30_000;
const OUTCOMES = ["passed", "failed", "timed_out", "cancelled", "released"] as const;

/** Makes the routes. */
export function workerRoutes(context: ServerContext): Hono {
  const { ports } = context;
  const app = new Hono();
  app.post("/claim", async ({ req, json, body }) => {
    const caller = await callerOf(context, req.raw, { action: "work" });
    const asked = await readJson(req.raw);
    const tags = textList(asked, "tags");
    const forbidden = tags.find((tag) => caller.tags?.includes(tag) === false);
    if (forbidden !== undefined) {
      throw usageError(
        "tag_refused",
        `Claiming: the key may not claim with the tag ${forbidden}`,
        "Leave it out",
      );
    }
    const claimed = await claimBuild(ports, {
      worker: requiredText(asked, "worker"),
      tags,
      pipelines: caller.pipelines,
      handsOver: false,
      waitMs: waitOf(asked, LONGEST_WAIT_MS),
    }, req.raw.signal);
    if (claimed === undefined) return body(null, 204);
    const { build, attempt, job, waitedMs } = claimed;
    if (waitedMs !== undefined) context.latency.add(waitedMs);
    return json({ build, attempt, lease_seconds: LEASE_MS / 1000, job });
  });
  app.post("/builds/:id/heartbeat", async ({ req, json }) => {
    await callerOf(context, req.raw, { action: "work" });
    const sent = await readJson(req.raw);
    const attempt = { ...attemptOf(req.param("id"), sent), waitMs: waitOf(sent, 0) };
    return json(await renewLease(ports, attempt, req.raw.signal));
  });
  app.post("/builds/:id/events", async ({ req, json }) => {
    await callerOf(context, req.raw, { action: "work" });
    const sent = await readJson(req.raw);
    const events = eventsOf(sent["events"]);
    const sha = optionalText(sent, "sha");
    const from = optionalNumber(sent, "from") ?? Number.MAX_SAFE_INTEGER;
    await keepEvents(ports, { ...attemptOf(req.param("id"), sent), events, sha, from }, req.raw.signal);
    return json({ kept: events.length });
  });
  app.post("/builds/:id/finish", async ({ req, json }) => {
    await callerOf(context, req.raw, { action: "work" });
    const sent = await readJson(req.raw);
    const outcome = OUTCOMES.find((each) => each === sent["outcome"]);
    if (outcome === undefined) throw wrongField("outcome", `one of ${OUTCOMES.join(", ")}`);
    const build = await endAttempt(ports, {
      ...attemptOf(req.param("id"), sent),
      outcome,
      reason: optionalText(sent, "reason"),
      exitCode: optionalNumber(sent, "exit_code"),
    }, req.raw.signal);
    return json(buildDocument(build, ports.settings));
  });
  return app;
}

function attemptOf(build: string, sent: JsonMap): { readonly build: string; readonly attempt: number } {
  if (!/^\d{1,15}$/.test(build)) throw wrongField("id", "the number of a build");
  return { build, attempt: requiredNumber(sent, "attempt") };
}

function waitOf(sent: JsonMap, byDefault: number): number {
  return Math.min(LONGEST_WAIT_MS, Math.max(0, optionalNumber(sent, "wait_ms") ?? byDefault));
}

function eventsOf(value: unknown): readonly BuildEvent[] {
  if (!Array.isArray(value)) throw wrongField("events", "a list of events");
  return value.map((each, at) => {
    const event = readEvent(each);
    if (event === undefined) throw wrongField(`events[${at}]`, "an event");
    // The results of a worker may repeat the output of the whole build.
    return briefEvent(event);
  });
}

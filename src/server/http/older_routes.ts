/** The routes at the top level: those of the replaced tool, whose callers stay as they are, and GitHub's hooks. */

import { Hono } from "hono";
import { verify } from "@octokit/webhooks-methods";
import { AppError, usageError } from "../../lib/errors.ts";
import { claimBuild } from "../../pipelines/app/server/claim_build.ts";
import { receiveHook } from "../../pipelines/app/server/receive_hook.ts";
import { triggerByWebhook } from "../../pipelines/app/server/trigger_build.ts";
import { HOOK_BYTES, parseJson, readBytes, readJson, textList } from "./read_request.ts";
import { isFromHere } from "./refuse_foreign.ts";
import { callerOf, keyOf, type ServerContext, wayOf } from "./server_context.ts";

/** Makes the routes. */
export function olderRoutes(context: ServerContext): Hono {
  const { ports } = context;
  const app = new Hono();
  app.get("/pipelines", async ({ req, json }) => {
    await callerOf(context, req.raw, { action: "read" });
    // Where reading is open, pages of other tools may read it, too.
    return json(
      ports.files.current().entries,
      200,
      isFromHere(req.raw, wayOf(context, undefined)) ? { "access-control-allow-origin": "*" } : {},
    );
  });
  app.post("/webhook", async ({ req, json }) => {
    const pipeline = req.query("pipeline");
    if (pipeline === undefined || pipeline === "") {
      throw usageError(
        "pipeline_missing",
        "Triggering: the request names no pipeline",
        "Send POST /webhook?pipeline=NAME",
      );
    }
    const caller = await callerOf(context, req.raw, { action: "trigger", pipeline });
    const list = (name: string) =>
      (req.query(name) ?? "").split(",").map((each) => each.trim()).filter(Boolean);
    const ref = req.query("ref");
    const parameters = {
      ref: ref === "" ? undefined : ref,
      changedRefs: list("changed-refs"),
      tags: list("tags"),
    };
    const { build, reason } = await triggerByWebhook(
      ports,
      { pipeline, parameters, by: caller.name },
      req.raw.signal,
    );
    return json({
      queued: build !== undefined,
      build: build?.id ?? null,
      trace_id: build?.traceId ?? null,
      reason: reason ?? null,
    });
  });
  app.post("/hooks/github", async ({ req, json }) => {
    const { githubSecret } = context;
    if (githubSecret === undefined) {
      throw new AppError("hooks_off", "Receiving a hook: the server has no secret to check it with", {
        hint: "Set SHOWTIME_SERVER__GITHUB_SECRET to the secret of the hook",
      });
    }
    const bytes = await readBytes(req.raw, HOOK_BYTES);
    const text = new TextDecoder().decode(bytes);
    const signature = req.header("x-hub-signature-256");
    if (signature === undefined || signature === "" || !await verify(githubSecret, text, signature)) {
      throw new AppError("hook_refused", "Receiving a hook: its signature does not fit the secret", {
        hint: "Use the same secret in the hook's settings on GitHub and in SHOWTIME_SERVER__GITHUB_SECRET",
      });
    }
    const answer = await receiveHook(ports, {
      event: req.header("x-github-event") ?? "",
      delivery: req.header("x-github-delivery"),
      bodyHash: await hashOf(bytes),
      payload: payloadOf(text),
    }, req.raw.signal);
    return json({
      queued: answer.builds.length > 0,
      syncs: answer.syncs,
      builds: answer.builds.map(({ id, pipeline }) => ({ id, pipeline })),
      repeated: answer.repeated,
      reasons: answer.reasons,
    });
  });
  app.post("/dequeue", async ({ req, json, body }) => {
    const caller = await callerOf(context, req.raw, { action: "work" });
    const tags = textList(await readJson(req.raw), "tags");
    const key = keyOf(req.raw);
    const claimed = await claimBuild(ports, {
      worker: caller.name ?? `a worker of ${key === undefined ? "this machine" : "a key"}`,
      tags: caller.tags === undefined ? tags : tags.filter((tag) => caller.tags?.includes(tag)),
      pipelines: caller.pipelines,
      handsOver: true,
      waitMs: 0,
    }, req.raw.signal);
    if (claimed === undefined) return body(null, 204);
    const { job, waitedMs } = claimed;
    if (waitedMs !== undefined) context.latency.add(waitedMs);
    return json({
      name: job.pipeline,
      "schedule-time": new Date(ports.clock.now()).toISOString(),
      env: { ...job.env, ...job.secretValues },
      pipeline: ports.files.current().entries[job.pipeline] ?? {
        repository: job.repository,
        ref: job.ref,
        exec: job.program.kind === "file" ? [] : job.program.argv,
      },
      "changed-refs": job.changes.kind === "commits" ? job.changes.refs : [],
      otel: {
        "traces-endpoint": job.tracesEndpoint ?? "http://localhost:4318/v1/traces",
        "logs-endpoint": job.logsEndpoint ?? "http://localhost:4318/v1/logs",
        "service-name": job.serviceName,
        "trace-id": job.traceId,
        "root-span-id": job.rootSpanId,
      },
    });
  });
  return app;
}

/** Reads the payload of a hook: JSON, alone or in a form. */
function payloadOf(text: string): unknown {
  const form = text.startsWith("payload=") ? new URLSearchParams(text).get("payload") : null;
  return parseJson(form ?? text);
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

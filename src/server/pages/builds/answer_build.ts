import type { Context } from "hono";
import { html } from "hono/html";
import { stream } from "hono/streaming";
import { explainWaiting, showBuild } from "../../../pipelines/app/server/show_builds.ts";
import { showLog } from "../../../pipelines/app/server/show_log.ts";
import type { Build } from "../../../pipelines/core/builds/build.ts";
import type { ServerContext } from "../../http/server_context.ts";
import { type Frame, renderAround } from "../layout.ts";
import { PAGE_HEADERS } from "../page_files.ts";
import { buildHead, chosenStep, renderSteps } from "./build_page.ts";

/** The part of a build's page that the reader asked for. */
export interface AskedBuild {
  readonly build: Build;
  /** The step whose output is open; chosen by the page if it is undefined. */
  readonly step: string | undefined;
  /** The first line of the part of the output; the last part if it is undefined. */
  readonly from: number | undefined;
  readonly mayTrigger: boolean;
}

/**
 * Answers with the page of a build. Its state goes out at once. The steps follow when they are read, which takes a moment
 * if the build printed much.
 */
export async function answerBuild(
  context: Context,
  { server, frame, asked }: {
    readonly server: ServerContext;
    readonly frame: Pick<Frame, "name" | "nav">;
    readonly asked: AskedBuild;
  },
): Promise<Response> {
  const { ports } = server;
  const { build: { id, pipeline, state }, mayTrigger } = asked;
  const { signal } = context.req.raw;
  const reason = await explainWaiting(ports, asked.build, signal) ?? asked.build.reason;
  const { before, after } = renderAround({ ...frame, title: `Build ${id} of ${pipeline}`, changes: "" });
  const head = buildHead({ ...asked.build, reason }, { now: ports.clock.now(), mayTrigger });
  for (const [name, value] of Object.entries(PAGE_HEADERS)) context.header(name, value);
  context.header("content-type", "text/html; charset=utf-8");
  return stream(context, async (out) => {
    await out.write(`${before}${html`<div id="head">${head}</div>`}`);
    const shown = await showBuild(ports, id, signal);
    const step = asked.step ?? chosenStep(shown.steps)?.id;
    const log = step === undefined
      ? undefined
      : await showLog(ports, { build: shown.build, step, from: asked.from }, signal);
    const changes =
      `/builds/${id}/changes?attempt=${shown.build.attempt}&state=${state}&after=${shown.place}`;
    await out.write(`${renderSteps(shown, { now: ports.clock.now(), log, changes })}${after}`);
  }, async (error, out) => {
    if (signal.aborted) return;
    server.onFailure(error);
    await out.write(
      `<p class="note">The server failed while it read the steps. Load the page again.</p>${after}`,
    );
  });
}

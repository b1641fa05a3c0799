import type * as z from "zod";
import { flag, instant, list, matching, object, oneOf, text, wholeNumber } from "../json/fields.ts";
import { readJson } from "../json/read_json.ts";
import { RUN_STATUSES } from "../state/records.ts";
import type { HoldControl, LabelControl, PullControl, PushControl, RunControl } from "./controls.ts";

function reader<T>(action: string, schema: z.ZodType<T, unknown>): (json: unknown) => T {
  return (json) => readJson(schema, json, { code: "bad_control", action });
}

const pr = wholeNumber(1);

/**
 * Readers of control requests' bodies. Each throws AppError `bad_control` (exit code 2) that names every
 * problem.
 */
export const readControl = {
  push: reader<PushControl>(
    "Pushing",
    object({
      pr,
      sha: text(),
      pusher: text().exactOptional(),
      force: flag().exactOptional(),
      date: instant().exactOptional(),
      changed: list(text()).exactOptional(),
    }),
  ),
  label: reader<LabelControl>(
    "Labelling",
    object({
      pr,
      add: list(text()).exactOptional(),
      remove: list(text()).exactOptional(),
      actor: text().exactOptional(),
    }),
  ),
  pull: reader<PullControl>(
    "Changing a pull request",
    object({
      pr,
      state: oneOf(["open", "closed"]).exactOptional(),
      title: text().exactOptional(),
      body: text().exactOptional(),
      draft: flag().exactOptional(),
      merged: flag().exactOptional(),
      actor: text().exactOptional(),
    }),
  ),
  run: reader<RunControl>(
    "Changing a workflow run",
    object({
      id: wholeNumber(1),
      status: oneOf(RUN_STATUSES).exactOptional(),
      conclusion: text().exactOptional(),
      run_attempt: wholeNumber(1).exactOptional(),
      head_sha: matching(/^[0-9a-f]{40}$/, "a commit hash of 40 lower-case hex digits").exactOptional(),
      head_branch: text().exactOptional(),
      head_repository: text().exactOptional(),
      created_at: instant().exactOptional(),
    }),
  ),
  clock: reader("Advancing the clock", object({ advance: text() })),
  hold: reader<HoldControl>(
    "Holding requests",
    object({ client: matching(/\S/, "a part of a User-Agent"), count: wholeNumber(1).exactOptional() }),
  ),
};

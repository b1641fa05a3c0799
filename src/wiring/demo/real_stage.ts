import type { Stage } from "../../environments/app/lifecycle_demo.ts";
import { observePull } from "../../environments/app/observe/observe_pull.ts";
import { definitionOf } from "../../environments/app/record/pull_writer.ts";
import type { SyncPorts } from "../../environments/app/sync/sync_ports.ts";
import { parseLabel, sameLabelName } from "../../environments/core/labels/mod.ts";
import { AppError, EXIT, usageError } from "../../lib/errors.ts";
import type { PrNumber } from "../../lib/ids.ts";
import { fetchPage } from "./fetch_page.ts";

/** The time that the removal of a trigger may take after the play, in milliseconds. */
const END_TIMEOUT_MS = 30_000;

/** A stage on a real pull request. */
export interface RealStage extends Stage {
  /** Removes the triggers of this stage that no sync has consumed. */
  end(): Promise<void>;
}

/**
 * Makes a stage on a real pull request. It cannot push as another person or move time forward.
 * Throws AppError `no_pull` (exit code 2) if no pull request is named.
 */
export function makeRealStage(context: SyncPorts, pr: PrNumber | undefined): RealStage {
  if (pr === undefined) {
    throw usageError(
      "no_pull",
      "Playing on real GitHub: no pull request is named",
      "Name one: showtime test-lifecycle 123 --real-github",
    );
  }
  const signal = new AbortController().signal;
  const read = () => context.forge.readPull(pr, { actor: undefined }, signal);
  const added = new Set<string>();
  return {
    pr,
    setting: [
      `Pull request #${pr} of ${context.repo}, for real. Pushes and the passing of time are left out.`,
    ],
    async label({ add = [], remove = [] }) {
      const { nodeId } = await read();
      const labels = add.map(parseLabel).flatMap((label) => isOurs(label) ? [definitionOf(label)] : []);
      await context.forge.define(labels, { repair: false }, signal);
      for (const name of add) added.add(name);
      await context.forge.write({ number: pr, nodeId }, [
        ...(add.length > 0 ? [{ kind: "attach", names: add } as const] : []),
        ...(remove.length > 0 ? [{ kind: "detach", names: remove } as const] : []),
      ], signal);
    },
    push: undefined,
    pass: undefined,
    labels: async () => (await read()).labels,
    assertFree: (play) => assertFree(context, pr, play),
    fetchPage,
    afterFailure: `The trigger of this play is removed; "showtime stop ${pr}" removes what is left of it`,
    next: ["Call `showtime sync <pr>` from a workflow on label, push and close events"],
    async end() {
      if (added.size === 0) return;
      const ending = AbortSignal.timeout(END_TIMEOUT_MS);
      const { nodeId, labels } = await context.forge.readPull(pr, { actor: undefined }, ending);
      const names = labels.filter((name) => [...added].some((each) => sameLabelName(each, name)));
      if (names.length === 0) return;
      await context.forge.write({ number: pr, nodeId }, [{ kind: "detach", names }], ending);
    },
  };
}

/** Throws AppError if the pull request is closed, or has an environment or a label that the play would remove. */
async function assertFree(context: SyncPorts, pr: PrNumber, signal: AbortSignal): Promise<void> {
  const options = { request: undefined, sha: undefined, held: undefined, people: new Map() };
  const { observation } = await observePull(context, pr, options, signal);
  const { open, platform, labels } = observation;
  const refused = (code: string, { state, hint }: { readonly state: string; readonly hint: string }) =>
    new AppError(code, `Playing on pull request #${pr}: ${state}`, { exitCode: EXIT.refused, hint });
  if (!open) throw refused("pull_closed", { state: "it is closed", hint: "Name an open pull request" });
  const environments = platform === "as_labels" ? 0 : platform.length;
  if (environments > 0 || labels.environments.size > 0) {
    const hint = `Name a pull request without one, or remove it with "showtime stop ${pr}"`;
    throw refused("environment_exists", {
      state: "it has an environment, which the play would remove",
      hint,
    });
  }
  const ours = labels.ours.map(({ name }) => `"${name}"`);
  if (ours.length === 0) return;
  const state = `it has labels of Showtime, which the play would remove: ${ours.join(", ")}`;
  throw refused("labels_exist", { state, hint: "Remove them first, or name another pull request" });
}

function isOurs(label: ReturnType<typeof parseLabel>): label is Parameters<typeof definitionOf>[0] {
  return label.kind !== "foreign" && label.kind !== "other" && label.kind !== "unknown_status";
}

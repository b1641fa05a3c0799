import { DEFAULT_OPTIONS } from "../../../../environments/app/sync/make_policy.ts";
import { syncPull, type SyncResult } from "../../../../environments/app/sync/sync_pull.ts";
import { AppError, EXIT, toError } from "../../../../lib/errors.ts";
import { prNumber } from "../../../../lib/ids.ts";
import {
  endSync,
  type PlacedSync,
  pullName,
  type SyncEnd,
} from "../../../core/server_environments/wanted_syncs.ts";
import type { EnvironmentPorts } from "./environment_ports.ts";
import { changeWanted } from "./wanted_store.ts";

/**
 * Syncs a pull request, as `showtime sync` does in a workflow. The wish is removed from the store after the sync has ended;
 * if `signal` ends it, the wish stays for the next server. Says failures. Throws AppError `store_…`.
 */
export async function runSync(
  ports: EnvironmentPorts,
  begun: PlacedSync,
  signal: AbortSignal,
): Promise<void> {
  const { repository } = begun;
  const end = await syncOnce(ports, begun, signal);
  if (end === undefined) return;
  const now = ports.clock.now();
  await changeWanted(ports, { repository, change: (wanted) => endSync(wanted, { begun, end, now }) }, signal);
}

async function syncOnce(
  ports: EnvironmentPorts,
  begun: PlacedSync,
  signal: AbortSignal,
): Promise<SyncEnd | undefined> {
  const say = (text: string) => ports.say(`${pullName(begun)}: ${text}`);
  try {
    const { failure } = await syncFor(ports, { begun, say }, signal);
    if (failure !== undefined) say(sentenceOf(failure));
    return { kind: "done" };
  } catch (error) {
    if (signal.aborted) return undefined;
    say(sentenceOf(toError(error)));
    if (!(error instanceof AppError)) return { kind: "done" };
    if (error.exitCode === EXIT.busy) return { kind: "held", until: error.until };
    return { kind: error.retryable ? "unanswered" : "done" };
  }
}

async function syncFor(
  ports: EnvironmentPorts,
  { begun, say }: { readonly begun: PlacedSync; readonly say: (text: string) => void },
  signal: AbortSignal,
): Promise<SyncResult> {
  const { repository, pr, event } = begun;
  const watch = { planned: () => {}, done: say };
  const options = { ...DEFAULT_OPTIONS, request: undefined, planOnly: false, watch };
  return await ports.withRun(
    { repository, pr, event },
    (run) => syncPull(run, prNumber(pr), options, signal),
    signal,
  );
}

function sentenceOf(error: Error): string {
  const hint = error instanceof AppError && error.hint !== undefined ? `. ${error.hint}` : "";
  return `${error.message}${hint}`;
}

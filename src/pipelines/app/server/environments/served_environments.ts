/** The environments of a server, as its HTTP interface uses them: hooks come in, and a list goes out. */

import { listEnvironments } from "../../../../environments/app/show/list_environments.ts";
import { labelRole } from "../../../../environments/app/sync/label_role.ts";
import type { EnvironmentView } from "../../../../environments/app/show/environment_view.ts";
import { toError } from "../../../../lib/errors.ts";
import { readPullEvent } from "../../../core/server_environments/pull_event.ts";
import { wantSync } from "../../../core/server_environments/wanted_syncs.ts";
import type { EnvironmentPorts } from "./environment_ports.ts";
import { changeWanted } from "./wanted_store.ts";

/** The environments of all listed repositories, with sentences about everything that could not be read. */
export interface ServedListing {
  readonly environments: readonly (EnvironmentView & { readonly repository: string })[];
  readonly incomplete: readonly string[];
}

/** The environments of a server. */
export interface ServedEnvironments {
  /**
   * Returns the function that notes the sync of a hook; undefined if the hook changes no environment. The note is on disk
   * when the call returns. `id` is a text that no other hook has.
   */
  intake(
    hook: { readonly event: string; readonly payload: unknown; readonly id: string },
  ): ((signal: AbortSignal) => Promise<void>) | undefined;
  list(signal: AbortSignal): Promise<ServedListing>;
}

/** A list is kept for so long: many browsers ask for it. */
const KEPT_MS = 5_000;

/** Makes the environments of a server. */
export function serveEnvironments(ports: EnvironmentPorts): ServedEnvironments {
  let kept: { readonly at: number; readonly listing: ServedListing } | undefined;
  return {
    intake({ id, ...hook }) {
      const { repositories } = ports.inForce() ?? { repositories: [] };
      const found = readPullEvent(hook, { repositories, serverUrl: ports.serverUrl, labelRole });
      if (found === undefined) return undefined;
      const { repository, event } = found;
      return (signal) =>
        changeWanted(ports, { repository, change: (wanted) => wantSync(wanted, { event, id }) }, signal);
    },
    async list(signal) {
      const { repositories } = ports.inForce() ?? { repositories: [] };
      const now = ports.clock.now();
      if (kept !== undefined && now - kept.at < KEPT_MS) return kept.listing;
      const listings = await Promise.all(repositories.map((each) => listOne(ports, each, signal)));
      const listing = {
        environments: listings.flatMap(({ environments }) => environments),
        incomplete: listings.flatMap(({ incomplete }) => incomplete),
      };
      kept = { at: now, listing };
      return listing;
    },
  };
}

async function listOne(
  ports: EnvironmentPorts,
  repository: string,
  signal: AbortSignal,
): Promise<ServedListing> {
  try {
    const { environments, incomplete } = await ports.withRun(
      { repository, pr: undefined, event: undefined },
      (run) => listEnvironments(run, signal),
      signal,
    );
    return {
      environments: environments.map((each) => ({ repository, ...each })),
      incomplete: incomplete.map((sentence) => `${repository}: ${sentence}`),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { environments: [], incomplete: [`${repository}: ${toError(error).message}`] };
  }
}

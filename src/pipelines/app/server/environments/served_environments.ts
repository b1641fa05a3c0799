/** The environments of a server, as its HTTP interface uses them: hooks come in, and a list goes out. */

import { listEnvironments } from "../../../../environments/app/show/list_environments.ts";
import { labelRole } from "../../../../environments/app/sync/label_role.ts";
import type { EnvironmentView } from "../../../../environments/app/show/environment_view.ts";
import type { Ttl } from "../../../../environments/app/sync/extend.ts";
import { eitherSignal } from "../../../../lib/either_signal.ts";
import { toError } from "../../../../lib/errors.ts";
import { Announcements } from "../../../../lib/waiting/announcements.ts";
import { readPullEvent } from "../../../core/server_environments/pull_event.ts";
import { wantSync } from "../../../core/server_environments/wanted_syncs.ts";
import { type AskedChange, extendEnvironment, stopEnvironments } from "./change_environment.ts";
import type { EnvironmentPorts } from "./environment_ports.ts";
import { watchEnvironments } from "./watch_environments.ts";
import { changeWanted } from "./wanted_store.ts";

/** The environments of all listed repositories, with sentences about everything that could not be read. */
export interface ServedListing {
  readonly environments: readonly ServedEnvironment[];
  readonly incomplete: readonly string[];
  /** Sentences about what the environments of each repository cost; empty if no prices are configured. */
  readonly totals: readonly string[];
  /** Notes for people about some of the environments: `frozen, 1 commit behind`. */
  readonly notes: ReadonlyMap<EnvironmentView, string>;
  /** GitHub's time, by which environments expire, in milliseconds since 1970. */
  readonly now: number;
}

/** An environment and its repository, as `owner/name`. */
export type ServedEnvironment = EnvironmentView & { readonly repository: string };

/** The environments of a server. */
export interface ServedEnvironments {
  /**
   * Returns the function that notes the sync of a hook; undefined if the hook changes no environment. The note is on disk
   * when the call returns. `id` is a text that no other hook has.
   */
  intake(
    hook: { readonly event: string; readonly payload: unknown; readonly id: string },
  ): ((signal: AbortSignal) => Promise<void>) | undefined;
  /** The listed repositories, as `owner/name`. */
  repositories(): readonly string[];
  list(): Promise<ServedListing>;
  /** Calls a listener when the environments may have changed, until the function that it returns is called. */
  watch(listener: () => void): () => void;
  stop(asked: AskedChange): Promise<void>;
  extend(asked: AskedChange & { readonly ttl: Ttl }): Promise<void>;
}

/** A list is kept for so long: many browsers ask for it. */
const KEPT_MS = 5_000;

/** Makes the environments of a server, which work until `signal` aborts. A reader who leaves ends nothing. */
export function serveEnvironments(ports: EnvironmentPorts, signal: AbortSignal): ServedEnvironments {
  let kept: { readonly at: number; readonly listing: Promise<ServedListing> } | undefined;
  const acted = new Announcements();
  const repositories = () => ports.inForce()?.repositories ?? [];
  /** Changes something, after which no list from before is shown. */
  const changing = async (change: Promise<void>) => {
    try {
      await change;
    } finally {
      kept = undefined;
      acted.announce();
    }
  };
  return {
    intake({ id, ...hook }) {
      const of = { repositories: repositories(), serverUrl: ports.serverUrl, labelRole };
      const found = readPullEvent(hook, of);
      if (found === undefined) return undefined;
      const { repository, event } = found;
      return async (signal) => {
        await changeWanted(
          ports,
          { repository, change: (wanted) => wantSync(wanted, { event, id }) },
          signal,
        );
        // A short sync is over before anyone looks whether one is wanted.
        acted.announce();
      };
    },
    repositories,
    async list() {
      const now = ports.clock.now();
      if (kept !== undefined && now - kept.at < KEPT_MS) return await kept.listing;
      const listing = listAll(ports, repositories(), signal);
      kept = { at: now, listing };
      listing.catch(() => kept = undefined);
      return await listing;
    },
    watch(listener) {
      const left = new AbortController();
      const watched = eitherSignal(signal, left.signal);
      watchEnvironments(ports, { listener, acted, keptMs: KEPT_MS }, watched).catch((error) => {
        if (!watched.aborted) ports.say(`environments: ${toError(error).message}`);
      });
      return () => left.abort();
    },
    stop: (asked) => changing(stopEnvironments(ports, asked, signal)),
    extend: (asked) => changing(extendEnvironment(ports, asked, signal)),
  };
}

async function listAll(
  ports: EnvironmentPorts,
  repositories: readonly string[],
  signal: AbortSignal,
): Promise<ServedListing> {
  const listings = await Promise.all(repositories.map((each) => listOne(ports, each, signal)));
  // A repository that could not be read has no time.
  const times = listings.flatMap(({ now }) => now === 0 ? [] : [now]);
  return {
    environments: listings.flatMap(({ environments }) => environments),
    incomplete: listings.flatMap(({ incomplete }) => incomplete),
    totals: listings.flatMap(({ totals }) => totals),
    notes: new Map(listings.flatMap(({ notes }) => [...notes])),
    now: times.length === 0 ? ports.clock.now() : Math.max(...times),
  };
}

async function listOne(
  ports: EnvironmentPorts,
  repository: string,
  signal: AbortSignal,
): Promise<ServedListing> {
  try {
    const run = { repository, pr: undefined, event: undefined };
    return await ports.withRun(run, async (own) => {
      const { environments, incomplete, notes, total } = await listEnvironments(own, signal);
      const served = environments.map((view) => ({ view, served: { repository, ...view } }));
      return {
        environments: served.map(({ served }) => served),
        incomplete: incomplete.map((sentence) => `${repository}: ${sentence}`),
        totals: total === undefined ? [] : [`${repository}: ${total}`],
        notes: new Map(served.map(({ view, served }) => [served, notes.get(view) ?? ""])),
        now: own.forge.now(),
      };
    }, signal);
  } catch (error) {
    signal.throwIfAborted();
    const incomplete = [`${repository}: ${toError(error).message}`];
    return { environments: [], incomplete, totals: [], notes: new Map(), now: 0 };
  }
}

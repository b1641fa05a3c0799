/** Follows the environments of pull requests in their contexts. Loaded when there is something to announce. */

import type { WiringRequest } from "../../cli/wiring_types.ts";
import { type LoadedConfig, resolveContextSection } from "../../config/mod.ts";
import { announceEnvironments, type AnnouncePorts } from "../../contexts/app/announce_environments.ts";
import { makeTree } from "../../contexts/app/make_tree.ts";
import { type ContextId, parseContextId } from "../../contexts/core/context_id.ts";
import type { PullNews } from "../../contexts/core/environments/environment_marks.ts";
import type { ContextSettings } from "../../contexts/core/settings.ts";
import { toValue, type ValueMap } from "../../contexts/core/tree/value.ts";
import type { AppFiles } from "../../contexts/ports/app_files.ts";
import type { ClonePlace } from "../../drivers/system/mod.ts";
import type { EnvironmentEvents, EnvironmentSight } from "../../environments/ports/environment_events.ts";
import type { Forge } from "../../environments/ports/forge.ts";
import { AppError } from "../../lib/errors.ts";
import type { PrNumber } from "../../lib/ids.ts";
import { formatIsoSeconds } from "../../lib/instant.ts";
import { pathOnBase } from "../config_file.ts";
import { openContexts, readSecret } from "./make_context_tools.ts";
import type { Parts } from "../parts.ts";

/** How long a run waits at its end for what is still being sent. */
const LIMIT_MS = 60_000;

/** The same for a run that had to give up once: a cleanup has many pull requests. */
const LATER_LIMIT_MS = 5_000;

/** How long a write waits for other writers. */
const WAIT_MS = 10_000;

/** The parts that environments are followed with. */
export interface EventsParts {
  readonly environments: NonNullable<ContextSettings["environments"]>;
  readonly ports: AnnouncePorts;
  /** Makes the port to the app files of a pull request. */
  readonly appFiles: (pr: PrNumber, signal: AbortSignal) => Promise<AppFiles>;
  /** Overrides the limit of a run, in milliseconds. */
  readonly limitMs?: number;
}

/** Makes the port from its parts. */
export function makeEnvironmentEvents(parts: EventsParts): EnvironmentEvents {
  const { ports, limitMs = LIMIT_MS } = parts;
  const failed = new Set<string>();
  let gaveUp = false;
  return {
    get limitMs() {
      return gaveUp ? Math.min(limitMs, LATER_LIMIT_MS) : limitMs;
    },
    async announce(sight, signal) {
      const id = parseContextId(`pr-${sight.pr}`);
      const make = async () => {
        const appFiles = await parts.appFiles(sight.pr, signal);
        return await makeEnvironmentTree(parts.environments, { id, appFiles });
      };
      try {
        return await announceEnvironments(
          ports,
          { id, news: newsOf(sight), makeTree: make, waitMs: WAIT_MS, failed },
          signal,
        );
      } finally {
        gaveUp ||= signal.aborted;
        await ports.store.close();
      }
    },
  };
}

/** Makes the port for a run. In Actions the app files are those of the base branch, like the configuration. */
export async function loadEnvironmentEvents(
  parts: Parts,
  { loaded, forge, flags, terminal }: WiringRequest & {
    readonly loaded: LoadedConfig;
    readonly forge: () => Promise<Pick<Forge, "readBaseFile">>;
  },
): Promise<EnvironmentEvents> {
  const { assets: { folder }, config: { trustedBots } } = loaded;
  const settings = resolveContextSection(loaded.context, { folder, env: parts.host.env, readSecret });
  const { environments } = settings;
  if (environments === undefined) throw new Error("Loading events: context.environments is not set");
  const opened = await openContexts(parts, {
    settings,
    flags,
    terminal,
    waitMs: WAIT_MS,
    trustedBots: trustedBots ?? [],
  });
  const fromBase = (await parts.actions).isActions && flags.config === undefined;
  return makeEnvironmentEvents({
    environments,
    ports: { ...opened.ports, settings, comments: opened.comments, http: await opened.http() },
    async appFiles(pr, signal) {
      if (!fromBase) return (await import("../../drivers/system/mod.ts")).makeAppFiles();
      return baseAppFiles(await forge(), { place: await parts.place(), pr }, signal);
    },
  });
}

/** Makes the port to the app files of the base branch of a pull request, or of the default branch. */
export function baseAppFiles(
  forge: Pick<Forge, "readBaseFile">,
  { place, pr }: { readonly place: ClonePlace | undefined; readonly pr: PrNumber | undefined },
  signal: AbortSignal,
): AppFiles {
  return { read: (path) => forge.readBaseFile(pathOnBase(path, place), { pr }, signal) };
}

/** Makes the tree of a new context from the app file and its bases. */
export async function makeEnvironmentTree(
  { app, bases, context }: EventsParts["environments"],
  { id, appFiles }: { readonly id: ContextId; readonly appFiles: AppFiles },
): Promise<ValueMap> {
  const request = { id, context, app: { file: app, basesDir: bases }, operations: [] };
  try {
    return await makeTree(request, { appFiles, random: Math.random });
  } catch (error) {
    const key = error instanceof AppError ? SETTINGS[error.code] : undefined;
    if (!(error instanceof AppError) || key === undefined) throw error;
    const { exitCode } = error;
    throw new AppError(error.code, error.message, {
      exitCode,
      hint: `Correct context.environments.${key}; in Actions the files are those of the base branch`,
    });
  }
}

/** The settings that errors are about, by their codes. */
const SETTINGS: Readonly<Partial<Record<string, string>>> = {
  app_missing: "app",
  bases_dir_missing: "bases",
};

function newsOf({ repo, at, environments, atWork, ended }: EnvironmentSight): PullNews {
  return {
    repository: repo,
    at: formatIsoSeconds(at),
    atWork,
    ended,
    environments: environments.map(({ short, status, since, view }) => ({
      sha: short,
      status,
      since: since === undefined ? undefined : formatIsoSeconds(since),
      object: new Map(Object.entries(view).map(([key, value]) => [key, toValue(value)])),
    })),
  };
}

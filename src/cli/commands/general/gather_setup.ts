/** Finds out what `init` needs to know before it asks: folder, repository, default branch and existing files. */

// Not through config/mod.ts: most repositories have no file yet, and need no schema.
import { MISNAMED_FILES, misnamedFile } from "../../../config/file_names.ts";
import type { Config } from "../../../config/mod.ts";
import { findDefaultBranch } from "../../../environments/app/setup/default_branch.ts";
import { readExposedPorts } from "../../../environments/core/setup/mod.ts";
import type { Releases } from "../../../environments/ports/releases.ts";
import { type AppError, usageError } from "../../../lib/errors.ts";
import { parseRemote } from "../../../lib/git/git_remote.ts";
import type { Clone } from "../../../ports/clone.ts";
import type { Files } from "../../../ports/files.ts";
import type { Wiring, WiringRequest } from "../../wiring_types.ts";
import type { Found } from "./ask_setup.ts";

/** The configuration file. */
export const SETTINGS = "showtime.yml";
const WORKFLOW = ".github/workflows/showtime.yml";

/** The first of the two workflows for forks. */
export const FIRST_STAGE = ".github/workflows/showtime-request.yml";

/** The things that a set-up is written with. */
export interface SetupTools {
  readonly files: Files;
  readonly releases: Releases;
  readonly repository: { readonly repo: string; readonly source: string };
  readonly defaultBranch: string;
}

/** Makes the tools. `given` is the default branch that a flag names. */
export async function gatherTools(
  wiring: Wiring,
  request: WiringRequest,
  { given, signal }: { readonly given: string | undefined; readonly signal: AbortSignal },
): Promise<SetupTools> {
  const place = await wiring.place();
  if (place !== undefined && place.prefix !== "") throw notAtTop(place);
  const files = await wiring.files();
  for (const name of MISNAMED_FILES) {
    if (await files.read(name) !== undefined) throw misnamedFile(name);
  }
  const repository = await wiring.repository(request);
  const silent = { ask: () => Promise.resolve(undefined) };
  const clone = await wiring.clone();
  return {
    files,
    releases: await wiring.releases(),
    repository,
    defaultBranch: given ?? await findDefaultBranch({
      repo: repository.repo,
      clone: await isCloneOf(clone, { repo: repository.repo, signal }) ? clone : undefined,
      forge: () => wiring.forge(request),
      terminal: request.flags.json ? silent : request.terminal,
    }, signal),
  };
}

/** Whether the clone's remote is that repository: a flag or a variable may name another one. */
async function isCloneOf(
  clone: Pick<Clone, "remote">,
  { repo, signal }: { readonly repo: string; readonly signal: AbortSignal },
): Promise<boolean> {
  const remote = await clone.remote(signal);
  return remote.kind === "found" && parseRemote(remote.url)?.toLowerCase() === repo.toLowerCase();
}

function notAtTop({ depth, prefix }: { readonly depth: number; readonly prefix: string }): AppError {
  return usageError(
    "not_at_top",
    `Writing the set-up: this folder is ${prefix} of the clone, and GitHub reads workflows only at its top`,
    `Run it there: cd ${Array(depth).fill("..").join("/")}`,
  );
}

/** Reads the existing set-up of the repository. */
export async function lookAround({ files, repository }: SetupTools): Promise<Found> {
  const text = await files.read(SETTINGS);
  const dockerfile = await files.read("Dockerfile");
  const workflow = await files.read(WORKFLOW) ?? "";
  return {
    repo: repository.repo,
    config: text === undefined ? undefined : await readConfig(SETTINGS, text),
    exposedPorts: dockerfile === undefined ? [] : readExposedPorts(dockerfile),
    twoStages: await files.read(FIRST_STAGE) !== undefined,
    accessKeys: /^\s*aws-access-key-id:/m.test(workflow),
    region: /^\s*aws-region: ([a-z0-9-]+)$/m.exec(workflow)?.[1],
  };
}

async function readConfig(path: string, text: string): Promise<Config> {
  // Loaded only here: the schema's packages take time to load, and most repositories have no file yet.
  const { loadConfig } = await import("../../../config/mod.ts");
  return loadConfig({ file: { path, text }, env: {}, flags: {} }).config;
}

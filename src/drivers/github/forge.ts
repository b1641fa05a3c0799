/** Makes the driver: each call of the port, and the function that does it. */

import { AppError, usageError } from "../../lib/errors.ts";
import type { RunView } from "../../environments/core/lock.ts";
import type { Actor, Forge } from "../../environments/ports/forge.ts";
import { writeBatch } from "./batch.ts";
import { GithubClient, type GithubClientOptions } from "./client.ts";
import { ACTOR, toActor } from "./convert.ts";
import { define, deleteDefinitions, listDefinitions } from "./definitions.ts";
import { compareCommits } from "./decisions/compare_commits.ts";
import { readRequiredChecks } from "./reports/required_checks.ts";
import { writeStatus } from "./reports/write_status.ts";
import { createDeployment, listDeployments, retirementInfo } from "./reports/deployments.ts";
import { numberAt, textAt, valueAt } from "./json.ts";
import { createLock, deleteDefinition, lockNumbers, readLock, renewLock } from "./locks.ts";
import { readBaseFile, readBaseFiles, readFolder } from "./read_files.ts";
import { readPull } from "./read_pull.ts";
import {
  firstRunOf,
  listPulls,
  listPullsOfBranch,
  readDefaultBranch,
  readPermissions,
  readPulls,
  resolveCommit,
} from "./read_pulls.ts";
import { readStarts } from "./decisions/read_starts.ts";
import { type Context, findRepositoryId, LabelIds } from "./repository.ts";

/** The options of the driver for one repository. */
export interface GithubForgeOptions extends GithubClientOptions {
  /** `owner/name`. */
  readonly repo: string;
}

/** Makes what all calls share. Throws AppError `bad_repository` (exit code 2) if `repo` is no `owner/name`. */
export function makeContext(options: GithubForgeOptions): Context {
  const [, owner, name] = /^([^/\s]+)\/([^/\s]+)$/.exec(options.repo) ?? [];
  if (owner === undefined || name === undefined) {
    throw usageError(
      "bad_repository",
      `Reading the repository: "${options.repo}" is not owner/name`,
      "Give --repo owner/name",
    );
  }
  return { client: new GithubClient(options), owner, name, repo: options.repo, ids: new LabelIds() };
}

/** Makes the driver. Throws AppError `bad_repository` (exit code 2) if `repo` is no `owner/name`. */
export function makeGithubForge(options: GithubForgeOptions): Forge {
  const context = makeContext(options);
  const { client } = context;
  return {
    now: () => client.now(),
    requestCount: () => client.requestCount(),
    scopes: () => client.scopes(),
    knownViewer: () => client.knownViewer(),
    knownRepositoryId: () => context.ids.repositoryNumber,
    findRepositoryId: (repo, signal) => findRepositoryId(context, repo, signal),
    readPull: (pr, wanted, signal) => readPull(context, pr, { ...wanted, signal }),
    permissions: (logins, signal) => readPermissions(context, logins, signal),
    viewer: (signal) => readViewer(context, signal),
    listPulls: (wanted, signal) => listPulls(context, { ...wanted, signal }),
    readPulls: (numbers, signal) => readPulls(context, numbers, signal),
    resolveCommit: (pr, sha, signal) => resolveCommit(context, pr, { sha, signal }),
    readBaseFile: (path, { pr }, signal) => readBaseFile(context, path, { pr, signal }),
    compare: (commits, signal) => compareCommits(context, commits, signal),
    firstRunOf: (head, signal) => firstRunOf(context, head, signal),
    readBaseFiles: (paths, { pr }, signal) => readBaseFiles(context, paths, { pr, signal }),
    readFolder: (at, signal) => readFolder(context, at, signal),
    requiredChecks: (signal) => readRequiredChecks(context, signal),
    defaultBranch: (signal) => readDefaultBranch(context, signal),
    pullsOfBranch: (head, signal) => listPullsOfBranch(context, head, signal),
    readRun: (id, signal) => readRun(context, id, signal),
    listDefinitions: (query, signal) => listDefinitions(context, query, signal),
    readLock: (lock, signal) => readLock(context, lock, signal),
    readStarts: (label, signal) => readStarts(context, label, signal),
    lockNumbers: (lock, signal) => lockNumbers(context, lock, signal),
    retirementInfo: (pr, of, signal) => retirementInfo(context, pr, { ...of, signal }),
    listDeployments: (pr, wanted, signal) => listDeployments(context, pr, { ...wanted, signal }),
    define: (definitions, { repair }, signal) => define(context, definitions, { repair, signal }),
    write: (pr, batch, signal) => writeBatch(context, pr, { batch, signal }),
    createLock: (definition, signal) => createLock(context, definition, signal),
    renewLock: (nodeId, description, signal) => renewLock(context, nodeId, { description, signal }),
    deleteDefinition: (nodeId, signal) => deleteDefinition(context, nodeId, signal),
    deleteDefinitions: (nodeIds, signal) => deleteDefinitions(context, nodeIds, signal),
    createDeployment: (pr, wanted, signal) => createDeployment(context, pr, { ...wanted, signal }),
    writeStatus: (status, signal) => writeStatus(context, status, signal),
  };
}

async function readViewer(context: Context, signal: AbortSignal): Promise<Actor | undefined> {
  try {
    const request = { what: "Reading the owner of the token", signal, variables: {} };
    const { data } = await context.client.graphql(`query { viewer { ${ACTOR} } }`, request);
    return toActor(valueAt(data, "viewer"));
  } catch (error) {
    if (error instanceof AppError && error.code === "forge_refused") return undefined;
    throw error;
  }
}

async function readRun(context: Context, id: number, signal: AbortSignal): Promise<RunView | undefined> {
  try {
    const { data } = await context.client.rest("GET /repos/{owner}/{repo}/actions/runs/{run_id}", {
      what: `Reading workflow run ${id}`,
      signal,
      parameters: { owner: context.owner, repo: context.name, run_id: id },
    });
    const status = textAt(data, "status");
    return status === undefined
      ? undefined
      : { completed: status === "completed", attempt: numberAt(data, "run_attempt") ?? 1 };
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

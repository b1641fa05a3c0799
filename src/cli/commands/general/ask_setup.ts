/** Chooses a set-up from flags, from the repository's files, and from at most four questions. */

import type { Config } from "../../../config/mod.ts";
import { isBranchName } from "../../../environments/app/setup/default_branch.ts";
import { usageError } from "../../../lib/errors.ts";
import type { PlatformKind } from "../../../environments/core/environment/environment.ts";
import { parseImageReference, splitImage } from "../../../lib/image/image_reference.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import { shown } from "../../read_arguments.ts";

/** The choices that flags made; undefined for the others. */
export interface GivenSetup {
  readonly platform: PlatformKind | undefined;
  readonly forks: boolean | undefined;
  readonly image: string | undefined;
  readonly port: number | undefined;
  readonly accessKeys: boolean | undefined;
}

/** The choices that are proposed. */
export interface ProposedSetup {
  readonly platform: PlatformKind;
  readonly forks: boolean;
  readonly image: string;
  readonly port: number;
  readonly accessKeys: boolean;
}

/** The choices that were made. On Docker images stay on the machine unless a flag or the file names a repository. */
export interface ChosenSetup {
  readonly platform: PlatformKind;
  readonly forks: boolean;
  readonly image: string | undefined;
  readonly port: number;
  /** Whether workflows use access keys on AWS; false on Docker. */
  readonly accessKeys: boolean;
}

/** The facts about the repository's folder. */
export interface Found {
  /** `owner/name`. */
  readonly repo: string;
  /** The configuration of an existing file. */
  readonly config: Config | undefined;
  /** The ports that the Dockerfile exposes. */
  readonly exposedPorts: readonly number[];
  /** Whether the first of the two workflows for forks exists. */
  readonly twoStages: boolean;
  /** Whether the workflow uses access keys on AWS. */
  readonly accessKeys: boolean;
  /** The region of AWS in the workflow. */
  readonly region: string | undefined;
}

/** Proposes choices from the facts. */
export function proposeSetup({ repo, config, exposedPorts, twoStages, accessKeys }: Found): ProposedSetup {
  return {
    platform: config?.platform ?? "ecs",
    forks: twoStages,
    image: config?.build.image ?? `ghcr.io/${repo.toLowerCase()}`,
    port: config?.environment.port ?? exposedPorts[0] ?? 8080,
    accessKeys,
  };
}

/** Asks for each choice that no flag made. Without a terminal to ask on, takes the proposal. */
export async function chooseSetup(
  terminal: Pick<Terminal, "choose" | "ask">,
  given: GivenSetup,
  { proposed, found }: { readonly proposed: ProposedSetup; readonly found: Found },
): Promise<ChosenSetup> {
  const platform = given.platform ??
    await terminal.choose("Where do environments run?", {
      initial: proposed.platform,
      choices: [
        { value: "ecs", label: "AWS ECS Fargate" },
        { value: "docker", label: "the Docker engine of a runner of your own" },
      ],
    }) ?? proposed.platform;
  const forks = given.forks ?? await askForks(terminal, proposed.forks) ?? proposed.forks;
  if (platform === "ecs") {
    const image = given.image ??
      await terminal.ask("Which repository do images go to? ECR logs in by itself", {
        initial: proposed.image,
        check: (answer) => isRepository(answer) ? undefined : "Write it as ghcr.io/owner/name, without a tag",
      }) ?? proposed.image;
    const accessKeys = given.accessKeys ?? await askLogin(terminal, proposed.accessKeys) ??
      proposed.accessKeys;
    return { platform, forks, image, port: given.port ?? proposed.port, accessKeys };
  }
  const port = given.port ??
    readPortNumber(
      await terminal.ask("Which port does the application listen on?", {
        initial: String(proposed.port),
        check: (answer) => readPortNumber(answer) === undefined ? "Give a number from 1 to 65535" : undefined,
      }),
    ) ?? proposed.port;
  return { platform, forks, image: given.image ?? found.config?.build.image, port, accessKeys: false };
}

async function askLogin(terminal: Pick<Terminal, "choose">, proposed: boolean): Promise<boolean | undefined> {
  const answer = await terminal.choose("How do workflows log in to AWS?", {
    initial: proposed ? "keys" : "role",
    choices: [
      { value: "role", label: "with a role, by OIDC: no key is stored" },
      { value: "keys", label: "with the access keys of a user, as secrets on GitHub" },
    ],
  });
  return answer === undefined ? undefined : answer === "keys";
}

async function askForks(
  terminal: Pick<Terminal, "choose">,
  proposed: boolean,
): Promise<boolean | undefined> {
  const answer = await terminal.choose("Which pull requests get environments?", {
    initial: proposed ? "forks" : "branches",
    choices: [
      { value: "branches", label: "those from branches of this repository: one workflow" },
      { value: "forks", label: "those from forks too: two stages, secrets only in the second" },
    ],
  });
  return answer === undefined ? undefined : answer === "forks";
}

/** Whether text names an image's repository, without a tag. */
function isRepository(text: string): boolean {
  return parseImageReference(text) !== undefined && splitImage(text).tag === undefined;
}

/** Reads an image's repository. */
export function readImageRepository(text: string, where: string): string {
  if (isRepository(text)) return text;
  throw usageError(
    "image_malformed",
    `Reading ${where}: "${shown(text)}" is no image repository`,
    "Write it as ghcr.io/owner/name, without a tag",
  );
}

/** Reads the name of a branch. */
export function readBranchName(text: string, where: string): string {
  if (isBranchName(text)) return text;
  throw usageError(
    "branch_malformed",
    `Reading ${where}: "${shown(text)}" is no name of a branch`,
    `Write it as in ${where} main`,
  );
}

/** Reads the name of a region of AWS. */
export function readRegion(text: string, where: string): string {
  if (/^[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}$/.test(text)) return text;
  throw usageError(
    "region_malformed",
    `Reading ${where}: "${shown(text)}" is no region`,
    `Write it as in ${where} eu-west-1`,
  );
}

/** Reads the name of a cluster. */
export function readCluster(text: string, where: string): string {
  if (/^[A-Za-z0-9_-]{1,255}$/.test(text)) return text;
  throw usageError(
    "cluster_malformed",
    `Reading ${where}: "${shown(text)}" is no cluster name`,
    "Use letters, digits, - and _",
  );
}

function readPortNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

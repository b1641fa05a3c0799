import { type InitFile, initRepository } from "../../../environments/app/setup/init.ts";
import type { Config } from "../../../config/mod.ts";
import { EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import {
  accessPolicy,
  completeAwsSettings,
  FIRST_PUBLISH,
  readExposedPort,
  roleArn,
  RUNNER_FILE,
  type Setup,
  trustPolicy,
} from "../../../environments/core/setup/mod.ts";
import { chooseSetup, type Found, proposeSetup, readCluster, readImageRepository } from "./ask_setup.ts";
import type { CommandEnv } from "../../command.ts";
import { readPort } from "../../read_arguments.ts";
import { renderSentence, renderTable } from "../../render/mod.ts";
import { listTodo } from "./setup_todo.ts";
import type { Wiring, WiringRequest } from "../../wiring_types.ts";
import { findDefaultBranch } from "../../../environments/app/setup/default_branch.ts";
import type { Releases } from "../../../environments/ports/releases.ts";
import type { Files } from "../../../ports/files.ts";

const SETTINGS = "showtime.yml";
const FIRST_STAGE = ".github/workflows/showtime-request.yml";

/** The things that a set-up is written with. */
interface SetupTools {
  readonly files: Files;
  readonly releases: Releases;
  /** `source` is `default` if nothing names a repository. */
  readonly repository: { readonly repo: string; readonly source: string };
  readonly defaultBranch: string;
}

async function gatherTools(
  wiring: Wiring,
  request: WiringRequest,
  signal: AbortSignal,
): Promise<SetupTools> {
  return {
    files: await wiring.files(),
    releases: await wiring.releases(),
    repository: await wiring.repository(request),
    defaultBranch: await findDefaultBranch(await wiring.shell(), signal),
  };
}

/** Writes the configuration and the workflows. */
export async function runInit(env: CommandEnv): Promise<ExitCode> {
  const { flags, values, terminal, signal } = env;
  const given = {
    platform: flags.platform,
    forks: values.choice("forks"),
    image: values.read("image", readImageRepository),
    port: values.read("port", readListeningPort),
  };
  const cluster = values.read("cluster", readCluster);
  const force = values.flag("force");
  const tools = await gatherTools(await env.wiring(), { flags, terminal, pr: undefined }, signal);
  const found = await look(tools);
  const proposed = proposeSetup(found);
  const silent = { choose: () => Promise.resolve(undefined), ask: () => Promise.resolve(undefined) };
  const chosen = await chooseSetup(flags.json ? silent : terminal, given, { proposed, found });
  const region = env.variables["AWS_REGION"] || env.variables["AWS_DEFAULT_REGION"] ||
    found.config?.aws.region || "us-west-2";
  const release = await tools.releases.find(RUNNER_FILE, signal);
  const setup: Setup = {
    repo: found.repo,
    defaultBranch: tools.defaultBranch,
    ...chosen,
    aws: chosen.platform === "ecs"
      ? completeAwsSettings({
        ...placeOf(found.config, env),
        region,
        image: chosen.image,
        ...named({ cluster }),
      })
      : undefined,
    release,
  };
  const files = await initRepository(tools.files, setup, { force, dryRun: flags.dryRun });
  await warn(env, { setup, files, tools, answers: release.answers });
  const kept = files.some(({ path, change }) => path === SETTINGS && change === "kept");
  const publish = kept ? found.config?.docker.publish ?? FIRST_PUBLISH : FIRST_PUBLISH;
  report(env, setup, { files, todo: listTodo(setup, { written: files, publish }) });
  return EXIT.done;
}

/** Reads the existing set-up of the repository. */
async function look({ files, repository }: SetupTools): Promise<Found> {
  if (repository.source === "default") {
    throw usageError(
      "no_repository",
      "Finding the repository: nothing here names one",
      "Run it in a clone whose remote is on GitHub, or name it with --repo owner/name",
    );
  }
  const text = await files.read(SETTINGS);
  const dockerfile = await files.read("Dockerfile");
  return {
    repo: repository.repo,
    config: text === undefined ? undefined : await readConfig(SETTINGS, text),
    exposedPort: dockerfile === undefined ? undefined : readExposedPort(dockerfile),
    twoStages: await files.read(FIRST_STAGE) !== undefined,
  };
}

async function readConfig(path: string, text: string): Promise<Config> {
  // Loaded only here: the schema's packages take time to load, and most repositories have no file yet.
  const { loadConfig } = await import("../../../config/mod.ts");
  return loadConfig({ file: { path, text }, env: {}, flags: {} }).config;
}

/** Returns what an existing file says about AWS. A preset's cluster does not count: it is no choice of the user. */
function placeOf(config: Config | undefined, { variables }: CommandEnv) {
  const ecs = config?.platform === "ecs" ? config.ecs : undefined;
  return {
    cluster: variables["ECS_CLUSTER"] || ecs?.cluster,
    container: ecs?.container,
    subnets: ecs?.subnets ?? [],
    securityGroups: ecs?.securityGroups ?? [],
    logGroup: ecs?.logGroup,
    executionRole: ecs?.executionRole,
    taskRole: ecs?.taskRole,
  };
}

function named({ cluster }: { readonly cluster: string | undefined }): { readonly cluster?: string } {
  return cluster === undefined ? {} : { cluster };
}

function readListeningPort(text: string, where: string): number {
  const port = readPort(text, where);
  if (port > 0) return port;
  throw usageError(
    "port_malformed",
    `Reading ${where}: 0 is no port to listen on`,
    `Write it as in ${where} 8080`,
  );
}

interface Written {
  readonly setup: Setup;
  readonly files: readonly InitFile[];
  readonly tools: SetupTools;
  /** Whether the release is where the workflows look for it. */
  readonly answers: boolean;
}

async function warn(
  { terminal, flags }: CommandEnv,
  { setup, files, tools, answers }: Written,
): Promise<void> {
  const kept = files.filter(({ change }) => change === "kept").map(({ path }) => path);
  if (kept.length > 0) {
    terminal.warn(
      `${kept.join(", ")} ${
        kept.length === 1 ? "exists and stays as it is" : "exist and stay as they are"
      }; --force overwrites`,
    );
  }
  if (!answers) {
    const { version, url } = setup.release;
    terminal.warn(
      `Release ${version} does not answer at ${url}: the workflows cannot install it, and its checksum is not in ` +
        "them. Run init again when it answers",
    );
  } else if (setup.release.sha256 === undefined) {
    terminal.warn(
      `The checksum of release ${setup.release.version} could not be read, so the workflows use the one published ` +
        "with the release. To write it into the workflows, run init again where the release can be reached",
    );
  }
  if (!setup.forks && await tools.files.read(FIRST_STAGE) !== undefined) {
    terminal.warn(`${FIRST_STAGE} belongs to the set-up for forks: remove it`);
  }
  if (!flags.quiet && await tools.files.read("Dockerfile") === undefined) {
    terminal.warn("There is no Dockerfile here: set build.context and build.file to where it is");
  }
}

function report(
  env: CommandEnv,
  setup: Setup,
  { files, todo }: { readonly files: readonly InitFile[]; readonly todo: readonly string[] },
): void {
  const { dryRun, json } = env.flags;
  const aws = setup.aws === undefined
    ? undefined
    : { role: roleArn(setup), trust: trustPolicy(setup, setup.aws), policy: accessPolicy(setup.aws) };
  if (json) {
    env.json({
      dry_run: dryRun,
      repository: setup.repo,
      platform: setup.platform,
      forks: setup.forks,
      files: files.map(({ path, change, text }) => ({ path, change, text })),
      aws: aws === undefined ? null : { role: aws.role, trust_policy: aws.trust, policy: aws.policy },
      todo,
    });
    return;
  }
  const rows = files.map(({ path, change }) => [
    { text: path },
    { text: dryRun && change !== "unchanged" && change !== "kept" ? `would be ${change}` : change },
  ]);
  env.lines([
    ...renderTable([{ title: "FILE" }, { title: "CHANGE" }], rows, { style: env.style }),
    ...(dryRun
      ? files.flatMap(({ path, text }) => ["", env.style.bold(`--- ${path}`), ...text.trimEnd().split("\n")])
      : []),
    ...(aws === undefined ? [] : [
      "",
      env.style.bold(`--- Trust policy of the role ${stripControls(aws.role)}`),
      JSON.stringify(aws.trust, null, 2),
      "",
      env.style.bold("--- Permissions of the role"),
      JSON.stringify(aws.policy, null, 2),
    ]),
    "",
    env.style.bold("To do"),
    ...todo.flatMap((line, index) => {
      const number = `${index + 1}. `;
      return renderSentence(number + line, env.style, { indent: number.length });
    }),
  ]);
  env.next(dryRun ? "run it again without --dry-run" : "work through that list from the top");
}

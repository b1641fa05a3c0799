import { type InitFile, initRepository } from "../../../environments/app/setup/init.ts";
import type { Config } from "../../../config/mod.ts";
import { countsRequests } from "../../../environments/core/environment/settings.ts";
import { EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import {
  accessPolicy,
  completeAwsSettings,
  FIRST_PUBLISH,
  roleArn,
  RUNNER_FILE,
  type Setup,
  trustPolicy,
  UNKNOWN_REGION,
} from "../../../environments/core/setup/mod.ts";
import {
  chooseSetup,
  proposeSetup,
  readBranchName,
  readCluster,
  readImageRepository,
  readRegion,
} from "./ask_setup.ts";
import type { CommandEnv } from "../../command.ts";
import { readPort } from "../../read_arguments.ts";
import { FIRST_STAGE, gatherTools, lookAround, SETTINGS, type SetupTools } from "./gather_setup.ts";
import { initAssets, refuseAssetFlags } from "./init_assets.ts";
import { reportFiles, warnOfFiles } from "./report_files.ts";
import { listTodo } from "./setup_todo.ts";

/** Writes the configuration and the workflows. */
export async function runInit(env: CommandEnv): Promise<ExitCode> {
  const { flags, values, terminal, signal } = env;
  if (values.flag("assets")) return await initAssets(env);
  refuseAssetFlags(values);
  const given = {
    platform: flags.platform,
    forks: values.choice("forks"),
    image: values.read("image", readImageRepository),
    port: values.read("port", readListeningPort),
    accessKeys: values.choice("access-keys"),
  };
  const cluster = values.read("cluster", readCluster);
  const givenRegion = values.read("region", readRegion);
  const force = values.flag("force");
  const branch = values.read("default-branch", readBranchName);
  const request = { flags, terminal, pr: undefined };
  const tools = await gatherTools(await env.wiring(), request, { given: branch, signal });
  const found = await lookAround(tools);
  const proposed = proposeSetup(found);
  const silent = { choose: () => Promise.resolve(undefined), ask: () => Promise.resolve(undefined) };
  const chosen = await chooseSetup(flags.json ? silent : terminal, given, { proposed, found });
  const { variables } = env;
  const region = givenRegion || variables["AWS_REGION"] || variables["AWS_DEFAULT_REGION"] || found.region ||
    UNKNOWN_REGION;
  const release = await tools.releases.find(RUNNER_FILE, signal);
  const setup: Setup = {
    repo: found.repo,
    defaultBranch: tools.defaultBranch,
    ...chosen,
    ...statusOf(found.config),
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
  const [first, ...others] = found.exposedPorts;
  if (others.length > 0 && setup.port === first) {
    const rest = others.join(", ");
    terminal.say(`The Dockerfile exposes ${first} and ${rest}: ${first} is used, and --port names another`);
  }
  const kept = files.some(({ path, change }) => path === SETTINGS && change === "kept");
  const publish = kept ? found.config?.docker.publish ?? FIRST_PUBLISH : FIRST_PUBLISH;
  report(env, setup, { files, todo: listTodo(setup, { written: files, publish }) });
  return EXIT.done;
}

/** Returns the commit status that an existing file asks for. */
function statusOf(config: Config | undefined): Pick<Setup, "status"> {
  const status = config?.status;
  return status?.enabled === true ? { status: { required: status.required } } : {};
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
    listener: ecs?.loadBalancer?.listener,
    executionRole: ecs?.executionRole,
    taskRole: ecs?.taskRole,
    runsBeforeStop: config?.environment.hooks?.beforeStop !== undefined,
    countsRequests: config !== undefined && countsRequests(config.environment),
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
  warnOfFiles(terminal, { files, release: setup.release, answers });
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
  const policies = setup.aws === undefined ? null : {
    role: setup.accessKeys ? null : roleArn(setup),
    trust_policy: setup.accessKeys ? null : trustPolicy(setup, setup.aws),
    policy: accessPolicy(setup.aws),
  };
  if (json) {
    env.json({
      dry_run: dryRun,
      repository: setup.repo,
      platform: setup.platform,
      forks: setup.forks,
      files: files.map(({ path, change, text }) => ({ path, change, text })),
      aws: policies,
      todo,
    });
    return;
  }
  reportFiles(env, { files, todo });
}

/** Writes the workflows of Superset assets: `init --assets`. */

import {
  type AssetsSetup,
  instancesOf,
  passwordSecret,
  type SetupInstance,
} from "../../../assets/core/setup/assets_setup.ts";
import { renderAssetsSetup } from "../../../assets/core/setup/render_assets_setup.ts";
import type { AssetsConfig } from "../../../config/mod.ts";
import { writeSetupFiles } from "../../../environments/app/setup/init.ts";
import { RUNNER_FILE } from "../../../environments/core/setup/mod.ts";
import { EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import type { Values } from "../../values.ts";
import { readBranchName } from "./ask_setup.ts";
import { gatherTools, SETTINGS } from "./gather_setup.ts";
import { reportFiles, warnOfFiles } from "./report_files.ts";

/** The source that is chosen if it is configured and no flag names another. */
const USUAL_SOURCES = ["production", "superset-production"];

/** Throws AppError (exit code 2) for a flag that only `--assets` has. */
export function refuseAssetFlags(values: Values): void {
  if (values.text("source") === undefined && values.texts("target").length === 0) return;
  throw usageError(
    "assets_missing",
    "Writing the set-up: --source and --target are about Superset assets",
    "Add --assets",
  );
}

/** Writes the workflows, and the configuration if the repository has no file. */
export async function initAssets(env: CommandEnv): Promise<ExitCode> {
  const { flags, values, terminal, signal } = env;
  const given = values.read("default-branch", readBranchName);
  const request = { flags, terminal, pr: undefined };
  const tools = await gatherTools(await env.wiring(), request, { given, signal });
  const text = await tools.files.read(SETTINGS);
  const config = text === undefined ? undefined : await readAssetsConfig(text);
  const { answers, ...release } = await tools.releases.find(RUNNER_FILE, signal);
  const setup: AssetsSetup = {
    defaultBranch: tools.defaultBranch,
    dir: checkDir(config?.dir ?? "assets"),
    ...chooseInstances(values, config),
    release,
  };
  // A file that is there may configure more than assets: not even --force replaces it.
  const rendered = renderAssetsSetup(setup).filter(({ path }) => path !== SETTINGS || text === undefined);
  const options = { force: values.flag("force"), dryRun: flags.dryRun };
  const files = await writeSetupFiles(tools.files, rendered, options);
  warnOfFiles(terminal, { files, release, answers });
  const todo = listTodo(setup, config);
  if (flags.json) {
    env.json({
      dry_run: flags.dryRun,
      repository: tools.repository.repo,
      source: setup.source.name,
      targets: setup.targets.map(({ name }) => name),
      files: files.map(({ path, change, text }) => ({ path, change, text })),
      todo,
    });
  } else reportFiles(env, { files, todo });
  return EXIT.done;
}

async function readAssetsConfig(text: string): Promise<AssetsConfig> {
  // Loaded only here: the schema's packages take time to load, and a new repository has no file yet.
  const { loadConfig } = await import("../../../config/mod.ts");
  return loadConfig({ file: { path: SETTINGS, text }, env: {}, flags: {} }).assets;
}

/** Chooses source and targets: by flags, by their names, else by their order in the file. */
function chooseInstances(
  values: Values,
  config: AssetsConfig | undefined,
): Pick<AssetsSetup, "source" | "targets"> {
  const names = [...config?.instances.keys() ?? []];
  const source = values.text("source") ?? USUAL_SOURCES.find((name) => names.includes(name)) ?? names[0] ??
    "production";
  const given = values.texts("target");
  const others = names.filter((name) => name !== source);
  const targets = given.length > 0
    ? given
    : others.length > 0
    ? others
    : names.length > 0
    ? [source]
    : ["qa"];
  const toInstance = (name: string): SetupInstance => {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(name) || (names.length > 0 && !names.includes(name))) {
      throw usageError(
        "instance_unknown",
        `Choosing the instances: there is no "${name}" in assets.instances`,
        names.length > 0 ? `The instances are ${names.join(", ")}` : "Use lower-case letters, digits and -",
      );
    }
    return { name, secrets: secretsOf(name, config) };
  };
  return { source: toInstance(source), targets: [...new Set(targets)].map(toInstance) };
}

/** Returns the names of the variables that an instance's login refers to. */
function secretsOf(name: string, config: AssetsConfig | undefined): readonly string[] {
  const settings = config?.instances.get(name);
  if (settings === undefined) return [passwordSecret(name)];
  return Object.values(settings.auth).flatMap((value) =>
    typeof value === "string" ? /^\$\{env:(.+)\}$/.exec(value)?.[1] ?? [] : []
  );
}

function checkDir(dir: string): string {
  if (/^[A-Za-z0-9_](?:[\w./-]*\w)?$/.test(dir) && !dir.includes("..")) return dir;
  throw usageError(
    "dir_unusual",
    `Writing the workflows: assets.dir is "${dir}"`,
    "Name a folder below the repository's, with letters, digits, -, _, . and /",
  );
}

/** Lists what is left to do. `kept` is the configuration that was there already and stays. */
function listTodo(setup: AssetsSetup, kept: AssetsConfig | undefined): readonly string[] {
  const instances = instancesOf(setup);
  const names = instances.map(({ name }) => name).join(" and ");
  const secrets = [...new Set(instances.flatMap((each) => each.secrets))];
  return [
    ...(kept === undefined
      ? [`In ${SETTINGS}: the addresses and accounts of ${names}`]
      : kept.instances.size === 0
      ? [`In ${SETTINGS}: a section assets with the instances ${names}`]
      : []),
    ...(kept !== undefined && kept.ledgerBranch === undefined
      ? [
        `In ${SETTINGS}: ledger: branch:showtime-ledger in the section assets. Without it a workflow takes what an ` +
        "earlier one pushed for an edit on the instance",
      ]
      : []),
    ...(secrets.length === 0
      ? []
      : [`On GitHub: the ${secrets.length === 1 ? "secret" : "secrets"} ${secrets.join(", ")}`]),
    "On GitHub: in the settings of Actions, allow workflows to create pull requests; the export opens one",
    `A first export: "showtime assets export ${setup.source.name}", committed`,
    `Read the files and merge them into ${setup.defaultBranch}: only there do they count`,
  ];
}

import { join } from "node:path";
import type { GlobalFlags } from "../../cli/wiring_types.ts";
import type { ActionsContext } from "../../drivers/actions/mod.ts";
import { makeCheckouts } from "../../drivers/git/mod.ts";
import { usageError } from "../../lib/errors.ts";
import { parseFullSha, type PrNumber, prNumber } from "../../lib/ids.ts";
import type {
  EnvironmentPorts,
  EnvironmentRun,
} from "../../pipelines/app/server/environments/environment_ports.ts";
import type { Checkouts } from "../../pipelines/ports/checkouts.ts";
import type { Terminal } from "../../ports/terminal.ts";
import { Parts } from "../parts.ts";
import { RequestScope } from "../run/request_scope.ts";
import { CheckedOutImages } from "./checked_out_images.ts";
import { ownFolder } from "./own_folder.ts";
import { prefixedTerminal } from "./prefixed_terminal.ts";

/** The part of the server that environments use. */
export type EnvironmentsOf =
  & Pick<EnvironmentPorts, "store" | "queue" | "clock" | "inForce" | "limit" | "holder">
  & {
    readonly terminal: Terminal;
    /** The folder for checkouts. */
    readonly folder: string;
  };

/**
 * Opens what the server drives environments with. Throws AppError `github_token_missing` (exit code 2) if environments are
 * listed and no token is set.
 */
export async function openEnvironments(
  parts: Parts,
  options: EnvironmentsOf,
): Promise<EnvironmentPorts & AsyncDisposable> {
  const { terminal, folder, inForce } = options;
  const { env, keepSecret } = parts.host;
  const { urls } = await parts.actions;
  const token = env["GITHUB_TOKEN"] || env["GH_TOKEN"];
  if (token === undefined && inForce() !== undefined) throw tokenMissing();
  if (inForce() !== undefined && !env["SHOWTIME_SERVER__GITHUB_SECRET"]) {
    terminal.warn("Hooks of environments are refused until SHOWTIME_SERVER__GITHUB_SECRET is set");
  }
  // An environment has no use for the server's settings, and its configuration knows none of them.
  const settings = Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith("SHOWTIME_SERVER__")),
  );
  let opened: Promise<{ readonly checkouts: Checkouts; readonly lock: Disposable }> | undefined;
  const openCheckouts = async () => {
    const { path, lock } = await ownFolder(
      folder,
      "End that server, or give this one another --state",
    );
    const login = btoa(`x-access-token:${token}`);
    parts.keepSecret(login);
    // Only a server that ended without clearing up leaves checkouts.
    await Deno.remove(join(path, "fresh"), { recursive: true }).catch(() => {});
    const fetchEnv = {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: `http.${urls.server}/.extraHeader`,
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${login}`,
    };
    return { checkouts: makeCheckouts({ shell: await parts.shell, root: path, fetchEnv }), lock };
  };
  return {
    ...options,
    serverUrl: urls.server,
    say: (line) => terminal.say(line),
    async withRun(run, act, signal) {
      if (token === undefined) throw tokenMissing();
      const { repository } = run;
      const pr = run.pr === undefined ? undefined : prNumber(run.pr);
      const own = new Parts({ env: settings, signal, keepSecret }, describeRun(run, { urls, pr }));
      const name = pr === undefined ? repository : `${repository}#${pr}`;
      const said = prefixedTerminal(terminal, `${name}: `);
      const scope = new RequestScope(own, { flags: flagsFor(repository), terminal: said, pr });
      const { assumed } = await scope.config();
      if (assumed !== undefined && pr !== undefined) said.warn(assumed);
      await using images = new CheckedOutImages({
        anywhere: await scope.images(),
        inFolder: (each) => scope.images(each),
        repository: `${urls.server}/${repository}.git`,
        async checkouts() {
          opened ??= openCheckouts();
          opened.catch(() => opened = undefined);
          return (await opened).checkouts;
        },
      });
      const values = await scope.run();
      return await act({
        ...values,
        identity: run.asCommand === true ? { ...values.identity, inActions: false } : values.identity,
        forge: await scope.forge(),
        platform: await scope.platform(),
        images,
        content: await scope.content(),
        events: await scope.events(),
        clock: options.clock,
        terminal: said,
      });
    },
    async [Symbol.asyncDispose]() {
      (await opened?.catch(() => undefined))?.lock[Symbol.dispose]();
    },
  };
}

/** Describes a run as Actions would: the configuration comes from the base branch, the actor from the event. */
function describeRun(
  { event }: EnvironmentRun,
  { urls, pr }: { readonly urls: ActionsContext["urls"]; readonly pr: PrNumber | undefined },
): ActionsContext {
  return {
    isActions: true,
    servesHook: true,
    isCi: false,
    actor: event?.sender,
    triggeringActor: undefined,
    runId: undefined,
    runAttempt: undefined,
    event: {
      name: "pull_request",
      action: event?.action,
      sender: event?.sender,
      label: event?.label?.name,
      pr: event === undefined ? undefined : pr,
      headSha: event?.headSha === undefined ? undefined : parseFullSha(event.headSha),
      fromFork: undefined,
      open: event?.open,
      updatedAt: event?.updatedAt,
      baseRef: event?.baseBranch,
      defaultBranch: undefined,
      inputs: {},
      workflowRun: { headSha: undefined, headRepo: undefined },
    },
    outputPath: undefined,
    summaryPath: undefined,
    urls,
    warnings: [],
  };
}

function flagsFor(repository: string): GlobalFlags {
  return {
    repo: repository,
    platform: undefined,
    config: undefined,
    json: false,
    quiet: false,
    verbose: false,
    color: false,
    dryRun: false,
    dryRunGithub: false,
    dryRunAws: false,
    dryRunDocker: false,
    awsSleepSeconds: undefined,
  };
}

function tokenMissing() {
  return usageError(
    "github_token_missing",
    "Driving environments: the pipelines file lists repositories, and GITHUB_TOKEN is not set",
    "Set GITHUB_TOKEN to a token that may write labels, comments and deployments of these repositories",
  );
}

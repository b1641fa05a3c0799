/** Makes the values of one run out of the configuration and of what GitHub Actions says. */

import type { GlobalFlags } from "../../cli/wiring_types.ts";
import { type AssetsConfig, type Config, type EnvironmentAssets, imageRepository } from "../../config/mod.ts";
import type { ActionsContext } from "../../drivers/actions/mod.ts";
import { formatImageTag } from "../../environments/core/environment/names.ts";
import { formatStableUrl } from "../../environments/core/environment/stable_url.ts";
import type { ContentSettings } from "../../environments/core/environment/settings.ts";
import { configuredFlags } from "../../environments/core/environment/variables.ts";
import type { LinkMaker, RunIdentity, RunValues } from "../../environments/app/run.ts";
import type { PrNumber } from "../../lib/ids.ts";
import { sha256 } from "../../lib/sha256.ts";
import { costSettings } from "./cost_settings.ts";

/** Makes the values of a run about `pr`. */
export async function makeRunValues(
  config: Config,
  options: {
    readonly repo: string;
    readonly actions: ActionsContext;
    readonly flags: GlobalFlags;
    readonly pr: PrNumber | undefined;
    readonly assets: AssetsConfig;
    /** Finds the platform that images are built for; it is asked only if prices depend on it. */
    readonly architecture?: () => Promise<string | undefined>;
  },
): Promise<RunValues> {
  const { repo, actions, flags, pr, assets } = options;
  const repository = imageRepository(config, repo);
  return {
    repo,
    serverUrl: actions.urls.server,
    platformKind: config.platform,
    platformAsLabels: isPlatformDry(config, flags),
    githubDryRun: flags.dryRunGithub,
    settings: {
      autoSync: config.autoSync,
      trustedBots: config.trustedBots,
      retries: config.retries,
      defaultTtl: config.ttl.value,
      maxAgeMs: config.maxAgeMs,
      ...(config.environment.sleep === undefined ? {} : { sleep: config.environment.sleep }),
      login: config.environment.login,
      configuredFlags: configuredFlags(config.environment),
      hooks: config.environment.hooks,
      imageOf: (number, short) => `${repository}:${formatImageTag(config.build.tag, { pr: number, short })}`,
      ...urlMaker(config, repo),
      buildPaths: config.build.paths,
      limits: config.limits,
      cost: costSettings(config, await options.architecture?.()),
      commentEnabled: config.comment.enabled,
      deploymentsEnabled: config.deployments.enabled,
      commands: config.comment.commands,
      warnMs: config.environment.warnMs,
      ttlFrom: config.environment.ttlFrom,
      ...newsSettings(config),
      ...(assets.environment === undefined || flags.dryRunGithub || isPlatformDry(config, flags)
        ? {}
        : { content: await contentSettings(assets, assets.environment) }),
    },
    identity: makeIdentity(actions, pr),
    links: makeLinks(actions.urls.server, { repo, console: await makeConsole(config) }),
  };
}

/** Makes the maker of addresses that stay; it is left out without `environment.url`. */
function urlMaker({ environment: { url } }: Config, repo: string): Pick<RunValues["settings"], "urlOf"> {
  return url === undefined ? {} : { urlOf: (pr) => formatStableUrl(url, { pr, repo }) };
}

/** Makes the settings of what people are told beside the comment. */
function newsSettings(
  { status, comment: { mention }, deployments: { environment } }: Config,
): Pick<RunValues["settings"], "status" | "mention" | "deploymentEnvironment"> {
  return {
    ...(status.enabled ? { status: { required: status.required } } : {}),
    ...(mention === "none" ? {} : { mention }),
    deploymentEnvironment: (pr) => environment.replaceAll("{pr}", String(pr)),
  };
}

/** Makes the settings of the assets that go into environments. The key changes with all that decides about them. */
async function contentSettings(
  { ignore, allowedSecrets }: AssetsConfig,
  { required, ...decisive }: EnvironmentAssets,
): Promise<ContentSettings> {
  const key = await sha256(JSON.stringify([decisive, ignore, allowedSecrets]));
  return { key: key.slice(0, 16), required };
}

/** Whether the platform is played rather than used. */
export function isPlatformDry({ platform }: Pick<Config, "platform">, flags: GlobalFlags): boolean {
  return platform === "docker" ? flags.dryRunDocker : flags.dryRunAws;
}

function makeIdentity(actions: ActionsContext, pr: PrNumber | undefined): RunIdentity {
  const nonce = Array.from(
    crypto.getRandomValues(new Uint8Array(8)),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
  if (!actions.isActions) {
    return { actor: undefined, inActions: false, run: undefined, event: undefined, nonce };
  }
  const { event } = actions;
  const about = event.pr !== undefined && event.pr === pr;
  return {
    actor: actions.triggeringActor ?? actions.actor,
    inActions: true,
    run: actions.runId === undefined ? undefined : { id: actions.runId, attempt: actions.runAttempt ?? 1 },
    event: about
      ? {
        action: event.action,
        headSha: event.headSha,
        sender: event.sender,
        label: event.label,
        at: event.updatedAt,
        open: event.open,
      }
      : undefined,
    ...(event.comment?.pr === pr && event.comment !== undefined ? { comment: event.comment } : {}),
    limited: limitOf(actions),
    nonce,
  };
}

function limitOf(
  { actor, triggeringActor, event, servesHook }: ActionsContext,
): RunIdentity["limited"] {
  if (servesHook === true) return undefined;
  if ([actor, triggeringActor].includes("dependabot[bot]")) return "dependabot";
  return event.name === "pull_request" && event.fromFork === true ? "fork" : undefined;
}

function makeLinks(
  server: string,
  { repo, console }: { readonly repo: string; readonly console: LinkMaker["console"] },
): LinkMaker {
  return {
    pull: (pr) => `${server}/${repo}/pull/${pr}`,
    commit: (sha) => `${server}/${repo}/commit/${sha}`,
    run: (id) => `${server}/${repo}/actions/runs/${id}`,
    console,
  };
}

/** Links to what the cloud's own console shows of an environment; a local engine has none. */
async function makeConsole({ platform, aws, ecs }: Config): Promise<LinkMaker["console"]> {
  const { region } = aws;
  if (platform === "docker" || region === undefined) return () => ({});
  const { consoleLinks } = await import("../../drivers/ecs/mod.ts");
  const { cluster = "", logGroup } = ecs;
  return (service) => consoleLinks(service, { region, cluster, logGroup });
}

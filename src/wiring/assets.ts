/** Builds the tools for assets: drivers of the configured instances, each made when it is named. */

import type { AssetsTools, WiringRequest } from "../cli/wiring_types.ts";
import { renderBar, renderStage } from "../cli/render/mod.ts";
import type { Instance, ReportProgress } from "../assets/app/assets_ports.ts";
import type { AuthSettings, InstanceSettings } from "../assets/core/instance.ts";
import type { LoadedConfig } from "../config/mod.ts";
import { makeAssetSources, makeLedgerBranch, makeTrackedCheck } from "../drivers/git/mod.ts";
import { makeSuperset, readZip } from "../drivers/superset/mod.ts";
import {
  describeFileError,
  makeAssetStore,
  makeSavedLogin,
  mayWrite,
  readReferencedSecret,
} from "../drivers/system/mod.ts";
import { usageError } from "../lib/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Terminal } from "../ports/terminal.ts";
import { makeLogin, supersetOptions } from "./asset_logins.ts";
import type { Parts } from "./parts.ts";

/** The folder beside the configuration that holds ledgers, runs, locks and saved logins. */
const STATE = ".showtime/assets";

/** Makes the tools. Secrets are read when an instance is first named. */
export async function makeAssetsTools(
  parts: Parts,
  { request, loaded }: { readonly request: WiringRequest; readonly loaded: LoadedConfig },
): Promise<AssetsTools> {
  const [clock, shell, actions] = await Promise.all([parts.clock, parts.shell, parts.actions]);
  const { flags, terminal } = request;
  const config = loaded.assets;
  const { resolveFromFile } = await import("../config/mod.ts");
  const state = resolveFromFile(STATE, config.folder);
  const made = new Map<string, Instance>();
  const isTracked = makeTrackedCheck(shell);
  const savedLogin = (name: string) =>
    makeSavedLogin({ path: `${state}/${name}/login.json`, instance: name, isTracked });
  const loginTools = (name: string) => ({
    clock,
    terminal,
    quiet: flags.quiet,
    saved: savedLogin(name),
    keepSecret: (value: string) => parts.keepSecret(value),
  });
  for (const warning of loaded.warnings) terminal.warn(warning);
  return {
    config,
    inActions: actions.isActions,
    trustedBots: loaded.config.trustedBots,
    async reviewComments() {
      const { makeGithubReviewComments } = await import("../drivers/github/mod.ts");
      const comments = makeGithubReviewComments(await parts.githubOptions(flags, terminal));
      return {
        ...comments,
        // Names and texts of assets are people's, and one may hold what this process knows as a secret.
        write: (pr, wanted, signal) =>
          comments.write(pr, { ...wanted, body: parts.redactor.redact(wanted.body) }, signal),
      };
    },
    ports: {
      sources: makeAssetSources({ shell, mayWrite, readZip }),
      clock,
      ignore: config.ignore,
      allowedSecrets: config.allowedSecrets,
      warn: (sentence) => terminal.warn(sentence),
      progress: reportOn(terminal, clock),
    },
    instance(name) {
      const settings = config.instances.get(name);
      if (settings === undefined) return undefined;
      const known = made.get(name);
      if (known !== undefined) return known;
      const resolved = resolveSecrets(parts, {
        settings,
        pathOf: (path) => resolveFromFile(path, config.folder),
      });
      const store = makeAssetStore(`${state}/${name}`, name);
      const branch = config.ledgerBranch;
      const instance: Instance = {
        settings: resolved,
        server: makeSuperset(supersetOptions(resolved, loginTools(name))),
        store: branch === undefined
          ? store
          : { ...store, ...makeLedgerBranch({ shell, clock, branch, instance: name }) },
      };
      made.set(name, instance);
      return instance;
    },
    login(name) {
      const settings = config.instances.get(name);
      return settings === undefined ? undefined : makeLogin(
        resolveSecrets(parts, { settings, pathOf: (path) => resolveFromFile(path, config.folder) }),
        loginTools(name),
      );
    },
    savedLogin,
    async readText(path) {
      try {
        return await Deno.readTextFile(path);
      } catch (error) {
        throw usageError(
          "file_unreadable",
          `Reading ${path}: ${describeFileError(error)}`,
          "Name a file that can be read",
        );
      }
    },
  };
}

/** Shows stages as bars on a terminal, and as one line each elsewhere. */
function reportOn(terminal: Terminal, clock: Clock): ReportProgress {
  let current: { readonly stage: string; readonly since: number } | undefined;
  return (stage, { count, total, bytes }) => {
    const now = clock.now();
    if (current?.stage !== stage) current = { stage, since: now };
    const elapsedMs = now - current.since;
    terminal.progress(renderBar({ stage, count, total, bytes, elapsedMs }), renderStage({ stage, total }));
    if (count === total) current = undefined;
  };
}

/** Reads the secrets that the login refers to. Throws AppError `secret_missing` (exit code 2). */
function resolveSecrets(
  parts: Parts,
  { settings, pathOf }: {
    readonly settings: InstanceSettings;
    readonly pathOf: (path: string) => string;
  },
): InstanceSettings {
  const auth = Object.fromEntries(
    Object.entries(settings.auth).map(([key, value]) => {
      const reference = typeof value === "string" ? /^\$\{(env|file):(.+)\}$/.exec(value) : null;
      if (reference === null) return [key, value];
      const [, kind = "", name = ""] = reference;
      const secret = kind === "env"
        ? parts.host.env[name]
        : readSecret(pathOf(name), `${settings.name}: ${key}`);
      if (!secret) {
        throw usageError(
          "secret_missing",
          `Logging in to ${settings.name}: ${
            kind === "env" ? `the variable ${name} is not set` : `${name} is empty`
          }`,
          `Set it; assets.instances.${settings.name}.auth.${key} refers to it`,
        );
      }
      parts.keepSecret(secret);
      return [key, secret];
    }),
  );
  return { ...settings, auth: auth as AuthSettings };
}

function readSecret(path: string, about: string): string {
  try {
    return readReferencedSecret(path);
  } catch (error) {
    throw usageError(
      "secret_missing",
      `Reading the secret of ${about} in ${path}: ${describeFileError(error)}`,
      "Correct the path",
    );
  }
}

/** Builds the tools for contexts: settings, the store with its copies, and the ports of events. */

import type { ContextFiles, ContextRequest, ContextTools } from "../../cli/wiring_types.ts";
import type { ContextSettings } from "../../contexts/core/settings.ts";
import type { LoadedContext, NamedText } from "../../config/contexts/mod.ts";
import { usageError } from "../../lib/errors.ts";
import type { Variables } from "../../lib/variables.ts";
import { readReferencedSecret } from "../../drivers/system/mod.ts";
import { hideSecrets } from "./hidden_secrets.ts";
import { makeContextCopies, makeContextStore } from "./context_stores.ts";
import type { Parts } from "../parts.ts";

/** Loads the settings, and makes the port to app files. */
export async function makeContextFiles(
  parts: Parts,
  request: Pick<ContextRequest, "flags" | "terminal">,
): Promise<ContextFiles> {
  const { settings, warnings } = await loadSettings(parts, { ...request, checksOnly: true });
  for (const warning of warnings) request.terminal.warn(warning);
  return { settings, appFiles: (await import("../../drivers/system/mod.ts")).makeAppFiles() };
}

/** Makes the tools. Nothing is read or connected before a command uses it, besides the configuration. */
export async function makeContextTools(parts: Parts, request: ContextRequest): Promise<ContextTools> {
  const { terminal } = request;
  const { settings, warnings, named } = await loadSettings(parts, request);
  for (const warning of warnings) terminal.warn(warning);
  const { env } = parts.host;
  return {
    settings,
    // The section context names no bots.
    ...await openContexts(parts, { ...request, settings, trustedBots: [] }),
    // A pull request can rewrite the file in its checkout, so only a file that was named may use secrets.
    secretsAllowed: env["GITHUB_ACTIONS"] !== "true" || named,
    appFiles: (await import("../../drivers/system/mod.ts")).makeAppFiles(),
    async original() {
      const found = await loadOriginal(env);
      if (found !== undefined) {
        return await makeContextStore(found.settings.primary, {
          clock: await parts.clock,
          keep: settings.keep,
          busyMs: request.waitMs,
        });
      }
      throw usageError(
        "original_missing",
        "Importing a context: no file is named, and CICDSTATEMGR_CONFIG_PATH is not set",
        "Name a YAML or JSON file, or set CICDSTATEMGR_CONFIG_PATH to the configuration of cicdstatemgr",
      );
    },
  };
}

/** The settings that contexts are opened with, and who writes in comments. */
interface OpenRequest extends Pick<ContextRequest, "flags" | "terminal" | "waitMs" | "reveals"> {
  readonly settings: ContextSettings;
  readonly trustedBots: readonly string[];
}

/** Makes the store with its copies, and the ports of events. */
export async function openContexts(
  parts: Parts,
  { settings, flags, terminal, waitMs, reveals, trustedBots }: OpenRequest,
): Promise<Pick<ContextTools, "ports" | "http" | "comments">> {
  const clock = await parts.clock;
  const { env } = parts.host;
  const actor = env["SHOWTIME_ACTOR"] || env["GITHUB_ACTOR"] || "unknown";
  const options = { clock, keep: settings.keep, busyMs: waitMs, actor };
  await assertWritable(settings);
  const store = await makeContextStore(settings.primary, options);
  const keepSecret = (value: string) => parts.keepSecret(value);
  return {
    ports: {
      store: reveals ? store : hideSecrets(store, { settings, keepSecret }),
      copies: await makeContextCopies(settings.copies, options),
      clock,
      actor,
      settings,
      random: Math.random,
      warn: (text) => terminal.warn(text),
    },
    http: async () => (await import("../../drivers/http/mod.ts")).makeHttp(),
    comments: {
      async upsert(pr, comment, signal) {
        const { makeGithubPullComments } = await import("../../drivers/github/mod.ts");
        const comments = makeGithubPullComments({
          ...await parts.githubOptions(flags, terminal),
          trustedBots,
        });
        return await comments.upsert(pr, { ...comment, body: parts.redactor.redact(comment.body) }, signal);
      },
    },
  };
}

/** Throws AppError `store_elsewhere` (exit code 2) if the program may not write a file of the settings. */
async function assertWritable(settings: ContextSettings): Promise<void> {
  const { mayWrite } = await import("../../drivers/system/mod.ts");
  for (const each of [settings.primary, ...settings.copies]) {
    if (!("path" in each) || await mayWrite(each.path)) continue;
    const { assertBelow } = await import("../../config/contexts/mod.ts");
    assertBelow(settings, Deno.cwd());
  }
}

interface LoadedSettings {
  readonly settings: ContextSettings;
  readonly warnings: readonly string[];
  /** Whether the file was named, and not found in the working folder. */
  readonly named: boolean;
}

/** Loads the section `context` of one file. Without any source the packages for files are not loaded. */
async function loadSettings(
  parts: Parts,
  { flags, ownOnly, originalFiles, checksOnly = false }:
    & Pick<ContextRequest, "flags" | "ownOnly" | "originalFiles">
    & { readonly checksOnly?: boolean },
): Promise<LoadedSettings> {
  const { env } = parts.host;
  const original = originalFiles !== undefined
    ? await loadOriginalFiles(originalFiles)
    : flags.config === undefined && !ownOnly
    ? await loadOriginal(env)
    : undefined;
  if (original !== undefined) return { ...original, named: true };
  const { findHere, readNamed } = await import("../config_file.ts");
  const found = flags.config === undefined ? await findHere(undefined) : await readNamed(flags.config);
  if (found.file === undefined && !Object.keys(env).some((name) => name.startsWith("SHOWTIME_CONTEXT__"))) {
    const { defaultContextSettings } = await import("../../config/contexts/context_settings.ts");
    return { settings: defaultContextSettings(), warnings: [], named: false };
  }
  const named = flags.config !== undefined;
  const isForeign = env["GITHUB_ACTIONS"] === "true" && !named && !checksOnly;
  const sources = { ...found, env, readSecret, isForeign, checksOnly };
  const plain = (await import("../../config/contexts/load_plain.ts")).loadPlainContext(sources);
  if (plain !== undefined) return { ...plain, named };
  const { loadContextSettings } = await import("../../config/contexts/mod.ts");
  return { ...loadContextSettings(sources), named };
}

/** Loads the file of the original tool that variables name; undefined if they name none. */
async function loadOriginal(env: Variables): Promise<LoadedContext | undefined> {
  const [config, secrets] = [env["CICDSTATEMGR_CONFIG_PATH"], env["CICDSTATEMGR_SECRETS_PATH"]];
  if (!config) return undefined;
  const { readOriginalConfig } = await import("../../config/contexts/original_config.ts");
  return await readOriginalConfig({
    config: await readText(config, "CICDSTATEMGR_CONFIG_PATH"),
    secrets: secrets ? await readText(secrets, "CICDSTATEMGR_SECRETS_PATH") : undefined,
  });
}

/** Loads the files that a command line of the original tool names. */
async function loadOriginalFiles(
  { config, secrets }: NonNullable<ContextRequest["originalFiles"]>,
): Promise<LoadedContext> {
  const { readOriginalConfig } = await import("../../config/contexts/original_config.ts");
  return await readOriginalConfig({
    config: await readText(config, "--config or CICDSTATEMGR_CONFIG_PATH"),
    secrets: await readText(secrets, "--secrets or CICDSTATEMGR_SECRETS_PATH"),
    byOriginalRules: true,
  });
}

async function readText(path: string, variable: string): Promise<NamedText> {
  const { readNamed } = await import("../config_file.ts");
  const { file } = await readNamed(path, `Correct ${variable}`);
  if (file !== undefined) return file;
  throw usageError("file_unreadable", `Reading ${path}: there is no such file`, `Correct ${variable}`);
}

/** Reads the file of a reference in the section. */
export function readSecret(path: string): string | undefined {
  try {
    return readReferencedSecret(path);
  } catch {
    return undefined;
  }
}

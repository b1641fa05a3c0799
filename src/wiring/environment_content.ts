/** Pushes a commit's Superset assets into its preview environment. Loaded when there is something to push. */

import { join } from "node:path/posix";
import type { AssetsPorts } from "../assets/app/assets_ports.ts";
import { explainForEnvironment, fillInstance } from "../assets/app/push/fill_instance.ts";
import { EVERYTHING } from "../assets/core/select.ts";
import type { Texts } from "../assets/ports/folder.ts";
import type { AssetsConfig, EnvironmentAssets } from "../config/mod.ts";
import { makeAssetSources, readRevision } from "../drivers/git/mod.ts";
import { makeSuperset, readZip } from "../drivers/superset/mod.ts";
import { formatUrl } from "../environments/core/environment/names.ts";
import type { EnvironmentContent } from "../environments/ports/content.ts";
import type { ForgeReader } from "../environments/ports/forge.ts";
import { AppError, EXIT } from "../lib/errors.ts";
import type { FullSha } from "../lib/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { Shell } from "../ports/shell.ts";
import type { Terminal } from "../ports/terminal.ts";

/** The limit of one push, in milliseconds. The environment's pull request is locked meanwhile. */
const LIMIT_MS = 10 * 60_000;

/** The parts that a push into an environment works with. */
export interface ContentParts {
  readonly assets: Pick<AssetsConfig, "ignore" | "allowedSecrets">;
  readonly settings: EnvironmentAssets;
  readonly forge: Pick<ForgeReader, "readFolder">;
  readonly shell: Shell;
  readonly clock: Clock;
  readonly terminal: Terminal;
  /** The working folder's path below the root of its clone; empty at the root. */
  readonly prefix: string;
}

/** Makes the port to the assets of commits. */
export function makeEnvironmentContent(parts: ContentParts): EnvironmentContent {
  const { assets, settings, shell, clock, terminal } = parts;
  const ports: AssetsPorts = {
    sources: makeAssetSources({ shell, readZip }),
    clock,
    ignore: assets.ignore,
    allowedSecrets: assets.allowedSecrets,
    warn: (sentence) => terminal.warn(sentence),
    progress: (stage, { count, total }) =>
      terminal.progress(`${stage} ${count}${total === undefined ? "" : ` of ${total}`}`),
  };
  return {
    async push({ sha, address, login }, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
      try {
        const [username, password] = readLogin(login);
        const auth = { method: "password", username, password, provider: "db" } as const;
        const name = "the environment";
        const url = formatUrl(address);
        const texts = await readFiles(parts, sha, limited);
        return await fillInstance(ports, {
          instance: {
            settings: {
              name,
              url,
              auth,
              databases: { map: settings.databases, missing: "skip" },
              rewrite: settings.rewrite,
              owners: "server",
            },
            server: makeSuperset({ name, url, fetch, clock, auth }),
          },
          name: `${settings.dir} at ${sha.slice(0, 7)}`,
          texts,
          selection: { ...EVERYTHING, names: settings.select },
        }, limited);
      } catch (error) {
        signal.throwIfAborted();
        if (limited.aborted) {
          throw new AppError("timeout", `Pushing the assets of ${sha.slice(0, 7)}: it took over 10 minutes`);
        }
        throw explainForEnvironment(error, { sha });
      }
    },
  };
}

function readLogin(login: string | undefined): readonly [string, string] {
  const [, username, password] = /^([^/]+)\/(.+)$/.exec(login ?? "") ?? [];
  if (username !== undefined && password !== undefined) return [username, password];
  throw new AppError("login_missing", "Logging in to the environment: environment.login is not set", {
    exitCode: EXIT.usage,
    hint: "Set it to an account of the image, as admin/admin",
  });
}

/** Reads the folder at the commit: from the clone if it has the commit, else from GitHub. */
async function readFiles(
  { settings, forge, shell, prefix }: ContentParts,
  sha: FullSha,
  signal: AbortSignal,
): Promise<Texts> {
  const folder = join(prefix, settings.dir).replace(/\/+$/, "");
  try {
    return withoutHidden(
      await readRevision(shell, { revision: sha, dir: folder, fromRoot: true }, signal),
    );
  } catch (error) {
    // No clone, or a clone without the commit, or without the folder: GitHub decides.
    if (!(error instanceof AppError)) throw error;
  }
  const texts = await forge.readFolder({ sha, folder }, signal);
  if (texts !== undefined) return withoutHidden(texts);
  throw new AppError("folder_missing", `Reading ${folder} at ${sha.slice(0, 7)}: there is no such folder`, {
    exitCode: EXIT.usage,
    hint: "Commit the folder, or correct assets.environment.dir",
  });
}

/** Leaves out what is no asset: other files, and the records of exports. */
function withoutHidden(texts: Texts): Texts {
  return new Map([...texts].filter(([path]) => /\.ya?ml$/.test(path) && !path.startsWith(".")));
}

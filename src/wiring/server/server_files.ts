import { loadPipelinesFile, type PipelinesFile } from "../../config/server/load_pipelines_file.ts";
import { describeFileError } from "../../drivers/system/mod.ts";
import { AppError, toError, usageError } from "../../lib/errors.ts";
import { parseVariableFile } from "../../pipelines/core/variable_file.ts";
import type { ServerFile, ServerFiles } from "../../pipelines/ports/server_files.ts";

/** The paths of the server's files. */
export interface ServerFilesOptions {
  readonly pipelinesFile: string;
  /** Undefined if there is no env file. */
  readonly envFile: string | undefined;
  /** Takes each secret, so that no output shows it. */
  readonly keepSecret: (value: string) => void;
  readonly warn: (text: string) => void;
}

/** The files with the parts that only the start of the server uses. */
export interface OpenServerFiles extends ServerFiles {
  readonly environments: () => PipelinesFile["environments"];
  /**
   * Reads the files again whenever one changes and at SIGHUP, until `signal` aborts. A faulty file is said and has no effect.
   */
  watch(signal: AbortSignal): Promise<void>;
}

/** Reads the files. Throws AppError (exit code 2) if one cannot be read or has a mistake. */
export async function openServerFiles(options: ServerFilesOptions): Promise<OpenServerFiles> {
  let loaded = await load(options);
  const reload = async () => {
    loaded = await load(options);
  };
  return {
    current: () => loaded.file,
    environments: () => loaded.environments,
    reload,
    async watch(signal) {
      const paths = [options.pipelinesFile, ...(options.envFile === undefined ? [] : [options.envFile])];
      const attempt = () =>
        reload().catch((error: unknown) =>
          options.warn(`${toError(error).message}. The old files stay in force`)
        );
      const onHangUp = () => void attempt();
      if (Deno.build.os !== "windows") {
        Deno.addSignalListener("SIGHUP", onHangUp);
        signal.addEventListener("abort", () => Deno.removeSignalListener("SIGHUP", onHangUp), { once: true });
      }
      let seen = await stampsOf(paths);
      while (!signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, LOOK_MS);
          signal.addEventListener("abort", () => {
            clearTimeout(timer);
            resolve();
          }, { once: true });
        });
        const now = await stampsOf(paths);
        if (now === seen || signal.aborted) continue;
        seen = now;
        await attempt();
      }
    },
  };
}

/** Files are looked at this often. Watching them by the system loses editors that replace a file. */
const LOOK_MS = 1000;

async function load({ pipelinesFile, envFile, keepSecret, warn }: ServerFilesOptions) {
  const { pipelines, entries, environments, warnings } = loadPipelinesFile(
    pipelinesFile,
    await readFile(pipelinesFile, "Write it, or name another one with --pipelines-file"),
  );
  for (const warning of warnings) warn(warning);
  const secrets = envFile === undefined
    ? new Map<string, string>()
    : readSecrets(envFile, await readFile(envFile, "Write it, or leave --env-file out"));
  for (const value of secrets.values()) keepSecret(value);
  const file: ServerFile = { pipelines, entries, secrets };
  return { file, environments };
}

function readSecrets(path: string, text: string): ReadonlyMap<string, string> {
  const { values, problems } = parseVariableFile(text);
  const [first] = problems;
  if (first === undefined) return values;
  const lines = problems.map(({ line, message }) => `${path}:${line}: ${message}`);
  throw usageError("env_file_invalid", `Reading the env file: ${lines.join("; ")}`, first.hint);
}

async function readFile(path: string, hint: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new AppError("file_unreadable", `Reading ${path}: ${describeFileError(cause)}`, {
      cause,
      exitCode: 2,
      hint,
    });
  }
}

async function stampsOf(paths: readonly string[]): Promise<string> {
  const stamps = await Promise.all(paths.map(async (path) => {
    const found = await Deno.stat(path).catch(() => undefined);
    return `${found?.mtime?.getTime() ?? 0} ${found?.size ?? 0} ${found?.ino ?? 0}`;
  }));
  return stamps.join("\n");
}

/**
 * Real Superset instances for tests: gunicorn on SQLite, each with a metadata database of its own that can be put back
 * to a known state while the server runs.
 */

import { freePort } from "../docker/registry.ts";

/** The versions that the tests know. */
export type RealVersion = "6.1" | "6.0";

/** The variable that names the Python environment of each version. */
const VARIABLES: Readonly<Record<RealVersion, string>> = {
  "6.1": "SHOWTIME_TEST_SUPERSET",
  "6.0": "SHOWTIME_TEST_SUPERSET_60",
};

/** A running instance. */
export interface RealSuperset {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The folder of the instance. */
  readonly folder: string;
  /** A SQLite file with tables for charts, which its databases may open. */
  readonly warehouse: string;
  /** Keeps the present state under a name. */
  save(name: string): Promise<void>;
  /** Puts a kept state back; `empty` is the state at the start. Takes 10 ms. */
  restore(name: string): Promise<void>;
  /** Runs one query on the metadata database, by Python's sqlite3, and returns the rows. */
  query(sql: string): Promise<readonly (readonly unknown[])[]>;
  stop(): Promise<void>;
}

/** Options of an instance. */
export interface RealOptions {
  readonly version?: RealVersion;
  /** Lines of Python for the configuration: `FAB_API_MAX_PAGE_SIZE = 20`. */
  readonly config?: readonly string[];
  /** Whether the configuration brings views of its own, whose rights the administrator gets: takes some seconds. */
  readonly addsViews?: boolean;
}

/** The part of template.py that depends on the configuration. */
const ADD_VIEWS = `
from superset.app import create_app
app = create_app()
with app.app_context():
    from superset.extensions import appbuilder, security_manager
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
`;

/** The folder of the Python environment of a version; undefined if it is not installed. */
export function supersetEnvironment(version: RealVersion = "6.1"): string | undefined {
  return Deno.env.get(VARIABLES[version]) || undefined;
}

/** Starts an instance with the account admin/admin and nothing else. The caller stops it. */
export async function startSuperset(
  { version = "6.1", config = [], addsViews = false }: RealOptions = {},
): Promise<RealSuperset> {
  const python = supersetEnvironment(version);
  if (python === undefined) {
    throw new Error(`Starting Superset ${version}: ${VARIABLES[version]} names no environment`);
  }
  const folder = await Deno.makeTempDir({ prefix: "showtime-superset-" });
  const meta = `${folder}/meta.db`;
  const port = freePort();
  await Deno.writeTextFile(`${folder}/superset_config.py`, configText(meta, config));
  const env = {
    SUPERSET_CONFIG_PATH: `${folder}/superset_config.py`,
    SUPERSET_HOME: folder,
    FLASK_APP: "superset",
    PATH: Deno.env.get("PATH") ?? "",
    HOME: folder,
  };
  const template = await makeTemplate(python, { version, env, meta });
  await Deno.copyFile(template, meta);
  if (addsViews) await runPython(python, ["-c", ADD_VIEWS], env);
  await Deno.copyFile(meta, `${folder}/state-empty.db`);
  const warehouse = `${folder}/warehouse.db`;
  await runPython(python, [
    "-c",
    "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\n" +
    "for i in range(60): c.execute(f'create table ship_calls_{i}(port text, berthed_at text, delay_minutes int, no text)')",
    warehouse,
  ], env);
  const url = `http://127.0.0.1:${port}`;
  const child = new Deno.Command(`${python}/bin/gunicorn`, {
    args: [
      ...["-w", "1", "-k", "gthread", "--threads", "8", "--timeout", "300", "--log-level", "warning"],
      ...["-b", `127.0.0.1:${port}`, "superset.app:create_app()"],
    ],
    env,
    clearEnv: true,
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stop = async () => {
    try {
      child.kill("SIGQUIT");
    } catch {
      // It has ended already.
    }
    await child.status;
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await untilHealthy(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    folder,
    warehouse,
    stop,
    async save(name) {
      await Deno.copyFile(meta, `${folder}/state-${name}.db`);
    },
    async restore(name) {
      // The server opens the file anew in each session; a rename never shows it half a file.
      await Deno.copyFile(`${folder}/state-${name}.db`, `${meta}.new`);
      await Deno.remove(`${meta}-journal`).catch(() => {});
      await Deno.rename(`${meta}.new`, meta);
    },
    async query(sql) {
      const script = "import json, sqlite3, sys\n" +
        "print(json.dumps(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall(), default=lambda b: b.hex()))";
      return JSON.parse(await runPython(python, ["-c", script, meta, sql], env));
    },
  };
}

function configText(meta: string, config: readonly string[]): string {
  return [
    'SECRET_KEY = "only-for-tests-0123456789abcdef0123456789abcdef"',
    `SQLALCHEMY_DATABASE_URI = "sqlite:///${meta}?timeout=20"`,
    "PREVENT_UNSAFE_DB_CONNECTIONS = False",
    'FEATURE_FLAGS = {"ENABLE_TEMPLATE_PROCESSING": True}',
    ...config,
    "",
  ].join("\n");
}

interface TemplateOptions {
  readonly version: RealVersion;
  readonly env: Readonly<Record<string, string>>;
  readonly meta: string;
}

/** Makes the empty metadata database of a version, once: it lies beside the environment from then on. */
async function makeTemplate(python: string, { version, env, meta }: TemplateOptions): Promise<string> {
  const template = `${python}/template-${version}.db`;
  try {
    await Deno.stat(template);
    return template;
  } catch {
    // It is made below.
  }
  await runPython(python, [new URL("./template.py", import.meta.url).pathname, meta], env);
  // Another test may make it at the same time: the last one wins, and they are equal.
  const half = `${template}.${crypto.randomUUID().slice(0, 8)}`;
  await Deno.copyFile(meta, half);
  await Deno.rename(half, template);
  return template;
}

async function runPython(
  python: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(`${python}/bin/python`, {
    args: [...args],
    env: { ...env },
    clearEnv: true,
    stdin: "null",
  }).output();
  if (code !== 0) {
    throw new Error(`Running Python for Superset: ${new TextDecoder().decode(stderr).slice(-2000)}`);
  }
  return new TextDecoder().decode(stdout);
}

async function untilHealthy(url: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    try {
      const answer = await fetch(`${url}/health`);
      const text = await answer.text();
      if (answer.ok && text === "OK") return;
    } catch {
      // It is not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Starting Superset: ${url} is not healthy after 120 s`);
}

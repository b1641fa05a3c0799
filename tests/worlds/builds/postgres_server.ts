/** A PostgreSQL server of a test's own, on a free port, with its files in a temporary folder. */

import { freePort } from "../contexts/redis_server.ts";

/** A running server. */
export interface PostgresServer extends AsyncDisposable {
  /** The URL of a database that has no tables yet; each call makes one. */
  database(): Promise<string>;
  /** Ends the server at once, as a power cut does. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with what is on its disk. */
  start(): Promise<void>;
}

/** Finds the folder with the server's programs; undefined if there is none. */
export function postgresPrograms(): string | undefined {
  try {
    const versions = [...Deno.readDirSync("/usr/lib/postgresql")].map(({ name }) => name).sort();
    const folder = `/usr/lib/postgresql/${versions.at(-1)}/bin`;
    return Deno.statSync(`${folder}/initdb`).isFile ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Starts a server. It refuses to run as root, and runs as the account `postgres` then. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error("Starting PostgreSQL: it is not installed");
  const folder = await Deno.makeTempDir({ prefix: "showtime-postgres-" });
  const port = freePort();
  if (Deno.uid() === 0) await run(["chown", "postgres", folder]);
  const asUser = Deno.uid() === 0
    ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    : [];
  await run([
    ...asUser,
    `${programs}/initdb`,
    "-D",
    `${folder}/data`,
    "-U",
    "showtime",
    "-A",
    "trust",
    "--no-sync",
  ]);
  let child: Deno.ChildProcess | undefined;
  let made = 0;
  const server: PostgresServer = {
    async start() {
      const [program = "", ...args] = [
        ...asUser,
        `${programs}/postgres`,
        "-D",
        `${folder}/data`,
        "-p",
        String(port),
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        `unix_socket_directories=${folder}/data`,
      ];
      child = new Deno.Command(program, { args, stdout: "null", stderr: "null" }).spawn();
      for (let attempt = 0; attempt < 400; attempt++) {
        const { success } = await new Deno.Command(`${programs}/pg_isready`, {
          args: ["-q", "-h", "127.0.0.1", "-p", String(port)],
        }).output();
        if (success) return;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error("Starting PostgreSQL: it does not answer");
    },
    async kill() {
      child?.kill("SIGKILL");
      await child?.status;
      child = undefined;
    },
    async database() {
      const name = `test_${++made}`;
      await run([`${programs}/createdb`, "-h", "127.0.0.1", "-p", String(port), "-U", "showtime", name]);
      return `postgres://showtime@127.0.0.1:${port}/${name}`;
    },
    async [Symbol.asyncDispose]() {
      // SIGQUIT ends the sessions and the server's children, and leaves the files as they are.
      child?.kill("SIGQUIT");
      await child?.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
  await server.start();
  return server;
}

async function run([program = "", ...args]: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, stdout: "null", stderr: "piped" })
    .output();
  if (!success) throw new Error(`Running ${program}: ${new TextDecoder().decode(stderr)}`);
}

import { registryProgram } from "../require.ts";

/** A registry of one's own on this machine. */
export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:<port>`, as it stands in image references. */
  readonly host: string;
}

/**
 * Starts a registry on a free port, in a temporary folder; it ends with the scope that holds it. `htpasswd` are the
 * lines of a password file (bcrypt): who is not in it gets nothing.
 */
export async function startRegistry(
  options: { readonly deletes?: boolean; readonly htpasswd?: string } = {},
): Promise<TestRegistry> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-registry-" });
  const host = `127.0.0.1:${freePort()}`;
  const config = [
    "version: 0.1",
    "log: { level: error }",
    "storage:",
    `  filesystem: { rootdirectory: ${JSON.stringify(folder)} }`,
    `  delete: { enabled: ${options.deletes ?? true} }`,
    `http: { addr: ${JSON.stringify(host)} }`,
    ...(options.htpasswd === undefined
      ? []
      : [`auth: { htpasswd: { realm: test, path: ${JSON.stringify(`${folder}/htpasswd`)} } }`]),
    "",
  ].join("\n");
  if (options.htpasswd !== undefined) await Deno.writeTextFile(`${folder}/htpasswd`, options.htpasswd);
  await Deno.writeTextFile(`${folder}/config.yml`, config);
  const child = new Deno.Command(registryProgram(), {
    args: ["serve", `${folder}/config.yml`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stop = async () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
    await child.status;
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await untilAnswers(`http://${host}/v2/`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, [Symbol.asyncDispose]: stop };
}

/** A port that nothing listens on at this moment. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

async function untilAnswers(url: string): Promise<void> {
  for (let left = 100; left > 0; left--) {
    const response = await fetch(url).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok || response?.status === 401) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Starting a registry: nothing answers at ${url}`);
}

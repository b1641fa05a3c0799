import { freePort } from "./registry.ts";
import type { Part } from "./require.ts";

/** A server of moto's that runs. */
export interface MotoServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
}

/** One moto for all tests of a file, ended after the last of them; undefined where the part is missing. */
export async function motoForFile(aws: Part): Promise<MotoServer | undefined> {
  if (aws.missing !== undefined) return undefined;
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = new Deno.Command("python3", {
    args: ["-m", "moto.server", "--host", "127.0.0.1", "--port", String(port)],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  Deno.test.afterAll(async () => {
    child.kill("SIGTERM");
    await child.status;
  });
  for (let left = 300; left > 0; left--) {
    const response = await fetch(`${url}/moto-api/data.json`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return { url };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Starting moto: nothing answers at ${url}`);
}

/** Has moto check keys, signatures and policies from now on, or no longer. */
export async function enforceIam({ url }: MotoServer, on: boolean): Promise<void> {
  const response = await fetch(`${url}/moto-api/reset-auth`, { method: "POST", body: on ? "0" : "inf" });
  await response.body?.cancel();
}

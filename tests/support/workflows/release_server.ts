/** A release of the program on this machine: its file is a script that notes how it is called, and then runs it. */

/** A release that can be downloaded. */
export interface ServedRelease {
  /** Where its files are. */
  readonly url: string;
  readonly sha256: string;
  /** The command lines with which it was called, without what a test adds. */
  calls(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const ROOT = decodeURIComponent(new URL("../../../", import.meta.url).pathname);

/** Serves a release whose program plays builds and platforms, and does everything else. */
export async function serveRelease(file: string): Promise<ServedRelease> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-release-" });
  const log = `${folder}/calls`;
  const binary = Deno.env.get("SHOWTIME_TEST_BINARY");
  const program = binary ??
    [
      Deno.execPath(),
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-all",
      `--config=${ROOT}deno.json`,
      `${ROOT}main.ts`,
    ].map(
      quote,
    )
      .join(" ");
  const script = [
    "#!/bin/sh",
    `echo "$*" >> ${quote(log)}`,
    // A runner's home is empty: from source, the packages that are here already are to be found.
    `export DENO_DIR=${quote(Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME") ?? ""}/.cache/deno`)}`,
    `exec ${program} "$@" --dry-run-aws --dry-run-docker`,
    "",
  ].join("\n");
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

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

